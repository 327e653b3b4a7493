/// All resources that are served: the built-in ones, and those that CustomResourceDefinitions add.
package struct Catalogue: Sendable {
    /// Groups in the order in which discovery lists them.
    static let groupOrder = [
        "", "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io",
        "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io",
        "coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
    ]

    package private(set) var resources: [ResourceDescriptor]

    package init() { resources = Self.table.split(separator: "\n").compactMap { Self.read(String($0)) } }

    package var groups: [String] {
        let present = Set(resources.map(\.group))
        return Self.groupOrder.filter(present.contains) + present.subtracting(Self.groupOrder).sorted()
    }

    package func versions(of group: String) -> [String] {
        resources.filter { $0.group == group }.reduce(into: []) { if !$0.contains($1.version) { $0.append($1.version) } }
            .sorted { Self.rank($0) > Self.rank($1) }
    }

    /// v2 before v1 before v1beta1 before v1alpha1; other names last.
    private static func rank(_ version: String) -> Int {
        let parts = version.dropFirst().split { !$0.isNumber }
        guard version.hasPrefix("v"), let major = parts.first.flatMap({ Int($0) }) else { return -1 }
        let minor = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        return (version.contains("alpha") ? 0 : version.contains("beta") ? 1 : 2) * 1_000_000 + major * 1000 + minor
    }

    package func find(group: String, version: String, name: String) -> ResourceDescriptor? {
        resources.first { $0.name == name && $0.group == group && $0.version == version }
    }

    package func find(group: String, name: String) -> ResourceDescriptor? { resources.first { $0.name == name && $0.group == group } }

    package func find(group: String, version: String, kind: String) -> ResourceDescriptor? {
        resources.first { $0.kind == kind && $0.group == group && $0.version == version }
    }

    package mutating func replaceCustom(group: String, name: String, with new: [ResourceDescriptor]) {
        resources.removeAll { $0.isCustom && $0.group == group && $0.name == name }
        resources += new
    }

    static let allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

    // group version name kind singular scope verbs short categories subresources; `-` is none, `*` all verbs,
    // a subresource is name[:kind[:group/version]]=verbs in letters (c d g p u).
    private static let table = """
        - v1 bindings Binding binding ns c - - -
        - v1 componentstatuses ComponentStatus componentstatus cluster g,l cs - -
        - v1 configmaps ConfigMap configmap ns * cm - -
        - v1 endpoints Endpoints endpoints ns * ep - -
        - v1 events Event event ns * ev - -
        - v1 limitranges LimitRange limitrange ns * limits - -
        - v1 namespaces Namespace namespace cluster c,d,g,l,p,u,w ns - finalize=u;status=gpu
        - v1 nodes Node node cluster * no - proxy:NodeProxyOptions=cdgpu;status=gpu
        - v1 persistentvolumeclaims PersistentVolumeClaim persistentvolumeclaim ns * pvc - status=gpu
        - v1 persistentvolumes PersistentVolume persistentvolume cluster * pv - status=gpu
        - v1 pods Pod pod ns * po all attach:PodAttachOptions=cg;binding:Binding=c;ephemeralcontainers=gpu;eviction:Eviction:policy/v1=c;exec:PodExecOptions=cg;log=g;portforward:PodPortForwardOptions=cg;proxy:PodProxyOptions=cdgpu;resize=gpu;status=gpu
        - v1 podtemplates PodTemplate podtemplate ns * - - -
        - v1 replicationcontrollers ReplicationController replicationcontroller ns * rc all scale:Scale:autoscaling/v1=gpu;status=gpu
        - v1 resourcequotas ResourceQuota resourcequota ns * quota - status=gpu
        - v1 secrets Secret secret ns * - - -
        - v1 serviceaccounts ServiceAccount serviceaccount ns * sa - token:TokenRequest:authentication.k8s.io/v1=c
        - v1 services Service service ns * svc all proxy:ServiceProxyOptions=cdgpu;status=gpu
        apps v1 controllerrevisions ControllerRevision controllerrevision ns * - - -
        apps v1 daemonsets DaemonSet daemonset ns * ds all status=gpu
        apps v1 deployments Deployment deployment ns * deploy all scale:Scale:autoscaling/v1=gpu;status=gpu
        apps v1 replicasets ReplicaSet replicaset ns * rs all scale:Scale:autoscaling/v1=gpu;status=gpu
        apps v1 statefulsets StatefulSet statefulset ns * sts all scale:Scale:autoscaling/v1=gpu;status=gpu
        batch v1 cronjobs CronJob cronjob ns * cj all status=gpu
        batch v1 jobs Job job ns * - all status=gpu
        autoscaling v1 horizontalpodautoscalers HorizontalPodAutoscaler horizontalpodautoscaler ns * hpa all status=gpu
        autoscaling v2 horizontalpodautoscalers HorizontalPodAutoscaler horizontalpodautoscaler ns * hpa all status=gpu
        rbac.authorization.k8s.io v1 clusterrolebindings ClusterRoleBinding clusterrolebinding cluster * - - -
        rbac.authorization.k8s.io v1 clusterroles ClusterRole clusterrole cluster * - - -
        rbac.authorization.k8s.io v1 rolebindings RoleBinding rolebinding ns * - - -
        rbac.authorization.k8s.io v1 roles Role role ns * - - -
        authentication.k8s.io v1 selfsubjectreviews SelfSubjectReview selfsubjectreview cluster c - - -
        authentication.k8s.io v1 tokenreviews TokenReview tokenreview cluster c - - -
        authorization.k8s.io v1 localsubjectaccessreviews LocalSubjectAccessReview localsubjectaccessreview ns c - - -
        authorization.k8s.io v1 selfsubjectaccessreviews SelfSubjectAccessReview selfsubjectaccessreview cluster c - - -
        authorization.k8s.io v1 selfsubjectrulesreviews SelfSubjectRulesReview selfsubjectrulesreview cluster c - - -
        authorization.k8s.io v1 subjectaccessreviews SubjectAccessReview subjectaccessreview cluster c - - -
        coordination.k8s.io v1 leases Lease lease ns * - - -
        discovery.k8s.io v1 endpointslices EndpointSlice endpointslice ns * - - -
        events.k8s.io v1 events Event event ns * ev - -
        policy v1 poddisruptionbudgets PodDisruptionBudget poddisruptionbudget ns * pdb - status=gpu
        scheduling.k8s.io v1 priorityclasses PriorityClass priorityclass cluster * pc - -
        networking.k8s.io v1 ingresses Ingress ingress ns * ing - status=gpu
        networking.k8s.io v1 networkpolicies NetworkPolicy networkpolicy ns * netpol - -
        networking.k8s.io v1 ingressclasses IngressClass ingressclass cluster * - - -
        networking.k8s.io v1 ipaddresses IPAddress ipaddress cluster * ip - -
        networking.k8s.io v1 servicecidrs ServiceCIDR servicecidr cluster * - - status=gpu
        admissionregistration.k8s.io v1 mutatingadmissionpolicies MutatingAdmissionPolicy mutatingadmissionpolicy cluster * - api-extensions -
        admissionregistration.k8s.io v1 mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding mutatingadmissionpolicybinding cluster * - api-extensions -
        admissionregistration.k8s.io v1 mutatingwebhookconfigurations MutatingWebhookConfiguration mutatingwebhookconfiguration cluster * - api-extensions -
        admissionregistration.k8s.io v1 validatingadmissionpolicies ValidatingAdmissionPolicy validatingadmissionpolicy cluster * - api-extensions status=gpu
        admissionregistration.k8s.io v1 validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding validatingadmissionpolicybinding cluster * - api-extensions -
        admissionregistration.k8s.io v1 validatingwebhookconfigurations ValidatingWebhookConfiguration validatingwebhookconfiguration cluster * - api-extensions -
        apiregistration.k8s.io v1 apiservices APIService apiservice cluster * - api-extensions status=gpu
        certificates.k8s.io v1 certificatesigningrequests CertificateSigningRequest certificatesigningrequest cluster * csr - approval=gpu;status=gpu
        flowcontrol.apiserver.k8s.io v1 flowschemas FlowSchema flowschema cluster * - - status=gpu
        flowcontrol.apiserver.k8s.io v1 prioritylevelconfigurations PriorityLevelConfiguration prioritylevelconfiguration cluster * - - status=gpu
        node.k8s.io v1 runtimeclasses RuntimeClass runtimeclass cluster * - - -
        resource.k8s.io v1 deviceclasses DeviceClass deviceclass cluster * - - -
        resource.k8s.io v1 resourceclaims ResourceClaim resourceclaim ns * - - status=gpu
        resource.k8s.io v1 resourceclaimtemplates ResourceClaimTemplate resourceclaimtemplate ns * - - -
        resource.k8s.io v1 resourceslices ResourceSlice resourceslice cluster * - - -
        storage.k8s.io v1 csidrivers CSIDriver csidriver cluster * - - -
        storage.k8s.io v1 csinodes CSINode csinode cluster * - - -
        storage.k8s.io v1 csistoragecapacities CSIStorageCapacity csistoragecapacity ns * - - -
        storage.k8s.io v1 volumeattachments VolumeAttachment volumeattachment cluster * - - status=gpu
        storage.k8s.io v1 volumeattributesclasses VolumeAttributesClass volumeattributesclass cluster * vac - -
        storage.k8s.io v1 storageclasses StorageClass storageclass cluster * sc - -
        apiextensions.k8s.io v1 customresourcedefinitions CustomResourceDefinition customresourcedefinition cluster * crd,crds api-extensions status=gpu
        """

    private static let verbLetters: [Character: String] = ["c": "create", "d": "delete", "g": "get", "l": "list", "p": "patch", "u": "update", "w": "watch"]

    private static func read(_ line: String) -> ResourceDescriptor? {
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 10 else { return nil }
        func list(_ text: String) -> [String] { text == "-" ? [] : text.split(separator: ",").map(String.init) }
        let group = words[0] == "-" ? "" : words[0]
        let subresources: [ResourceDescriptor.Subresource] = words[9] == "-" ? [] : words[9].split(separator: ";").map { entry in
            let sides = entry.split(separator: "=")
            let parts = sides[0].split(separator: ":").map(String.init)
            let groupVersion = parts.count > 2 ? parts[2].split(separator: "/").map(String.init) : ["", ""]
            return .init(
                name: parts[0], kind: parts.count > 1 ? parts[1] : words[3], group: groupVersion[0], version: groupVersion[1],
                verbs: sides[1].compactMap { verbLetters[$0] })
        }
        let schemaGroup = group.isEmpty ? "core" : String(group.split(separator: ".")[0])
        return ResourceDescriptor(
            group: group, version: words[1], name: words[2], singular: words[4], kind: words[3], listKind: words[3] + "List", isNamespaced: words[5] == "ns",
            verbs: words[6] == "*" ? allVerbs : list(words[6]).compactMap { verbLetters[Character($0)] }, shortNames: list(words[7]), categories: list(words[8]),
            subresources: subresources, typeName: "\(schemaGroup).\(words[1]).\(words[3])")
    }
}
