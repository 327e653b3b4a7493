import Foundations

/// What is particular about a kind when it is written: which parts the client does not decide, when the generation counts up.
enum Strategy {
    static func hasStatus(_ resource: ResourceDescriptor) -> Bool { resource.subresource("status") != nil }

    /// Kinds whose `metadata.generation` follows the spec.
    static func hasGeneration(_ resource: ResourceDescriptor) -> Bool {
        if resource.isCustom { return true }
        switch (resource.group, resource.kind) {
        case ("", "Pod"), ("", "ReplicationController"), ("batch", _), ("policy", _), ("networking.k8s.io", _), ("apiextensions.k8s.io", _), ("discovery.k8s.io", _),
            ("apps", "Deployment"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("scheduling.k8s.io", _), ("admissionregistration.k8s.io", _):
            return true
        default: return false
        }
    }

    /// Kinds of which a PUT may create what is not there.
    static func createsOnUpdate(_ resource: ResourceDescriptor) -> Bool {
        ["Lease", "Endpoints", "Event", "LimitRange", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "Service", "Node"].contains(resource.kind) && ["leases", "endpoints", "events"].contains(resource.name)
            || resource.group == "rbac.authorization.k8s.io"
    }

    /// Custom resources and these kinds refuse an update that names no version.
    static func needsVersion(_ resource: ResourceDescriptor) -> Bool { resource.isCustom || resource.kind == "CustomResourceDefinition" }

    static func prepareCreate(_ object: inout JSON, _ resource: ResourceDescriptor, _ custom: CustomResource?) {
        if resource.isCustom {
            if hasStatus(resource) { object["status"] = nil }
            object[path: "metadata", "generation"] = 1
            return
        }
        switch resource.kind {
        case "Pod":
            object["status"] = ["phase": "Pending", "qosClass": .string(PodDefaults.qualityOfService(object["spec"]))]
            object["spec", default: [:]]["ephemeralContainers"] = nil
        case "Namespace":
            object["status"] = ["phase": "Active"]
            var finalizers = object["spec"]?["finalizers"]?.array ?? []
            if !finalizers.contains("kubernetes") { finalizers.insert("kubernetes", at: 0) }
            object[path: "spec", "finalizers"] = .array(finalizers)
        case "Node": break  // a kubelet registers with its status
        case "PersistentVolumeClaim", "PersistentVolume": object["status"] = ["phase": "Pending"]
        case "Service": object["status"] = ["loadBalancer": [:]]
        case "CustomResourceDefinition":
            let stored = (object["spec"]?["versions"]?.array ?? []).filter { $0["storage"] == true }.compactMap { $0["name"] }
            object["status"] = ["conditions": .null, "acceptedNames": ["plural": "", "kind": ""], "storedVersions": stored.isEmpty ? .null : .array(stored)]
        default:
            if hasStatus(resource) { object["status"] = emptyStatus(resource) }
        }
        if hasGeneration(resource) { object[path: "metadata", "generation"] = 1 }
        if resource.kind == "DaemonSet" { object[path: "metadata", "annotations", "deprecated.daemonset.template.generation"] = "1" }
        if resource.kind == "Job" { labelJob(&object) }
    }

    private static func emptyStatus(_ resource: ResourceDescriptor) -> JSON? {
        guard let type = Schema.builtIn[resource.typeName], let field = type.fields["status"], let status = Schema.builtIn.objectType(of: field.shape) else { return nil }
        return .object(TypedDecoder(schema: .builtIn).emptyMembers(of: status))
    }

    /// A Job finds its pods by a label with its own uid.
    private static func labelJob(_ object: inout JSON) {
        guard object["spec"]?["manualSelector"] != true, let uid = object["metadata"]?["uid"], let name = object["metadata"]?["name"] else { return }
        let own: [(String, JSON)] = [("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name), ("controller-uid", uid), ("job-name", name)]
        for (key, value) in own { object[path: "spec", "template", "metadata", "labels", key] = value }
        // The job takes its template's labels when it has none of its own.
        if object["metadata"]?["labels"] == nil { object[path: "metadata", "labels"] = object.at(["spec", "template", "metadata", "labels"]) }
        object[path: "spec", "selector"] = ["matchLabels": ["batch.kubernetes.io/controller-uid": uid]]
    }

    /// Puts back what a write through this endpoint may not change, and counts the generation up.
    static func prepareUpdate(_ object: inout JSON, from old: JSON, _ resource: ResourceDescriptor, subresource: String) {
        let metadata = old["metadata"]
        for key in ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] { object[path: "metadata", key] = metadata?[key] }
        if object["metadata"]?["generateName"] == nil { object[path: "metadata", "generateName"] = metadata?["generateName"] }
        switch subresource {
        case "status":
            for (key, value) in old.object ?? [:] where key != "status" && key != "metadata" { object[key] = value }
            for key in object.object?.keys.sorted() ?? [] where key != "status" && key != "metadata" && old[key] == nil { object[key] = nil }
            if resource.isCustom {
                var kept = metadata ?? [:]
                kept["managedFields"] = object["metadata"]?["managedFields"]
                kept["resourceVersion"] = object["metadata"]?["resourceVersion"]
                object["metadata"] = kept
            } else if resource.kind != "Pod", resource.kind != "Node", resource.kind != "Namespace" {
                object[path: "metadata", "labels"] = metadata?["labels"]
            }
        case "approval":
            // Only the conditions of the answer may change here.
            let conditions = object["status"]?["conditions"]
            object["spec"] = old["spec"]
            object["status"] = old["status"] ?? [:]
            object[path: "status", "conditions"] = conditions
        case "finalize": object["status"] = old["status"]
        default:
            // The spec of a request to sign is as it was made.
            if resource.kind == "CertificateSigningRequest", !resource.isCustom { object["spec"] = old["spec"] }
            if resource.kind == "Namespace" {
                object[path: "spec", "finalizers"] = old["spec"]?["finalizers"]
                object["status"] = old["status"]
            } else if hasStatus(resource) {
                object["status"] = old["status"]
            }
            if resource.kind == "Service" { ServiceAddresses.keep(&object, from: old) }
            if resource.kind == "CustomResourceDefinition", !resource.isCustom { noteStorage(&object) }
            if resource.kind == "Node", object["spec"]?["podCIDR"] == nil, object["spec"]?["podCIDRs"] == nil {
                object[path: "spec", "podCIDR"] = old["spec"]?["podCIDR"]
                object[path: "spec", "podCIDRs"] = old["spec"]?["podCIDRs"]
            } else if resource.kind == "Node", object["spec"]?["podCIDR"] != old["spec"]?["podCIDR"], object["spec"]?["podCIDRs"] == old["spec"]?["podCIDRs"], let range = object["spec"]?["podCIDR"] {
                object[path: "spec", "podCIDRs"] = [range]
            }
            count(&object, from: old, resource)
        }
    }

    /// A version in which objects are kept from now on is one in which some may be found.
    private static func noteStorage(_ object: inout JSON) {
        let kept = object["status"]?.list("storedVersions") ?? []
        let now = (object["spec"]?.list("versions") ?? []).filter { $0["storage"] == true }.compactMap { $0["name"] }.filter { !kept.contains($0) }
        if !now.isEmpty { object[path: "status", "storedVersions"] = .array(kept + now) }
    }

    private static func count(_ object: inout JSON, from old: JSON, _ resource: ResourceDescriptor) {
        guard hasGeneration(resource) else { return }
        let generation = old["metadata"]?["generation"]?.integer ?? 1
        let hasChanged: Bool
        if resource.isCustom {
            let ignored: Set = hasStatus(resource) ? ["metadata", "status"] : ["metadata"]
            func rest(_ json: JSON) -> [String: JSON] { (json.object ?? [:]).filter { !ignored.contains($0.key) } }
            hasChanged = rest(object) != rest(old)
        } else if resource.kind == "EndpointSlice" {
            hasChanged = object["endpoints"] != old["endpoints"] || object["ports"] != old["ports"] || object["metadata"]?["labels"] != old["metadata"]?["labels"]
        } else {
            hasChanged = object["spec"] != old["spec"] || object["webhooks"] != old["webhooks"]
        }
        if hasChanged { object[path: "metadata", "generation"] = .integer(generation &+ 1) }
        if resource.kind == "DaemonSet" {
            let key = "deprecated.daemonset.template.generation"
            let current = (old["metadata"]?["annotations"]?[key]?.string).flatMap { Int($0) } ?? 1
            let next = object["spec"]?["template"] != old["spec"]?["template"] ? current &+ 1 : current
            object[path: "metadata", "annotations", key] = .string(String(next))
        }
    }

    /// Fields that a write through this endpoint cannot own.
    static func ignoredFields(_ resource: ResourceDescriptor, subresource: String) -> FieldSet {
        var set = FieldSet()
        switch subresource {
        case "status":
            set.insert(["f:spec"])
            if resource.isCustom { set.insert(["f:metadata"]) } else if resource.kind != "Pod", resource.kind != "Node", resource.kind != "Namespace" { set.insert(["f:metadata", "f:labels"]) }
        case "":
            if hasStatus(resource), resource.kind != "Node" || resource.isCustom { set.insert(["f:status"]) }
            if resource.kind == "Node" { set.insert(["f:status"]) }
        default: set.insert(["f:status"])
        }
        return set
    }
}

/// Cluster addresses and node ports of Services.
enum ServiceAddresses {
    /// An update that leaves them out keeps those given out before.
    static func keep(_ object: inout JSON, from old: JSON) {
        guard let spec = old["spec"], spec["type"] != "ExternalName" else { return }
        guard object["spec"]?["type"] != "ExternalName" else { return release(&object, spec) }
        // The old name of the address counts when only it was changed.
        if let address = object["spec"]?["clusterIP"], !address.isEmpty, address != spec["clusterIP"], object["spec"]?["clusterIPs"] == spec["clusterIPs"] {
            object[path: "spec", "clusterIPs"] = .array([address] + (spec["clusterIPs"]?.array ?? []).dropFirst())
        }
        for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] where (object["spec"]?[key]?.isEmpty ?? true) { object[path: "spec", key] = spec[key] }
        let type = object["spec"]?["type"]?.string ?? ""
        // What belongs to the type that it was goes with it, unless the client changed it.
        if type != "LoadBalancer", object["spec"]?["allocateLoadBalancerNodePorts"] == spec["allocateLoadBalancerNodePorts"] { object[path: "spec", "allocateLoadBalancerNodePorts"] = nil }
        guard type == "NodePort" || type == "LoadBalancer" else {
            if object["spec"]?["externalTrafficPolicy"] == spec["externalTrafficPolicy"] { object[path: "spec", "externalTrafficPolicy"] = nil }
            object[path: "spec", "healthCheckNodePort"] = nil
            let given = (spec["ports"]?.array ?? []).compactMap { $0["nodePort"] }
            object["spec", default: [:]].each("ports") { if let port = $0["nodePort"], given.contains(port) { $0["nodePort"] = nil } }
            return
        }
        object["spec", default: [:]].each("ports") { port in
            guard port["nodePort"] == nil else { return }
            let same = (spec["ports"]?.array ?? []).first { $0["port"] == port["port"] && $0["protocol"] == port["protocol"] }
            port["nodePort"] = same?["nodePort"]
        }
    }

    /// A name elsewhere has none of what a service of the cluster had, unless the client changed it.
    private static func release(_ object: inout JSON, _ spec: JSON) {
        for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts"] where object["spec"]?[key] == spec[key] {
            object[path: "spec", key] = nil
        }
        let given = (spec["ports"]?.array ?? []).compactMap { $0["nodePort"] }
        object["spec", default: [:]].each("ports") { if let port = $0["nodePort"], given.contains(port) { $0["nodePort"] = nil } }
    }

    /// Gives out what is missing. Addresses come from 10.96.0.0/12, ports from 30000 to 32767, as a new cluster has them.
    static func assign(_ object: inout JSON, taken: Set<String>, takenPorts: Set<Int64>, using random: inout SeededGenerator) {
        var spec = object["spec"] ?? [:]
        let type = spec["type"]?.string ?? ""
        guard type != "ExternalName" else { return }
        var taken = taken
        if spec["clusterIP"]?.isEmpty ?? true, let first = spec["clusterIPs"]?[0] { spec["clusterIP"] = first }
        if spec["clusterIP"]?.isEmpty ?? true {
            var address = ""
            repeat {
                let number = UInt32.random(in: 16...0xFFFFE, using: &random)
                address = "10.\(96 + number >> 16).\(number >> 8 & 255).\(number & 255)"
            } while !taken.insert(address).inserted
            spec["clusterIP"] = .string(address)
        }
        spec["clusterIPs"] = spec["clusterIPs"] ?? [spec["clusterIP"] ?? ""]
        if spec["ipFamilies"] == nil { spec["ipFamilies"] = ["IPv4"] }
        if spec["ipFamilyPolicy"] == nil { spec["ipFamilyPolicy"] = "SingleStack" }
        if type == "NodePort" || type == "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] != false {
            var ports = takenPorts
            for port in spec["ports"]?.array ?? [] { if let number = port["nodePort"]?.integer { ports.insert(number) } }
            spec.each("ports") { port in
                guard port["nodePort"] == nil || port["nodePort"] == 0 else { return }
                var number: Int64
                repeat { number = Int64.random(in: 30_000...32_767, using: &random) } while ports.contains(number) && ports.count < 2768
                ports.insert(number)
                port["nodePort"] = .integer(number)
            }
        }
        object["spec"] = spec
    }
}
