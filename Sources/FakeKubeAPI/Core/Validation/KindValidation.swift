/// The rules of each built-in kind.
enum KindValidation {
    static func findings(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor, subresource: String) -> [FieldError] {
        var validation = Validation()
        let spec = object["spec"]
        switch (resource.group, resource.kind) {
        case ("", "Pod"):
            if let old { PodUpdateValidation.check(object, old, subresource: subresource, &validation) } else {
                PodValidation.check(spec, "spec", isPod: true, name: object["metadata"]?.word("name") ?? "", &validation)
            }
        case ("", "PodTemplate"): WorkloadValidation.checkTemplate(object["template"], "template", &validation)
        case ("", "ConfigMap"): configMap(object, old, &validation)
        case ("", "Secret"): secret(object, old, &validation)
        case ("", "Node"): node(object, old, &validation)
        case ("", "Service"): ServiceValidation.check(object, old, &validation)
        case ("", "Event"): event(object, &validation)
        case ("events.k8s.io", "Event"): newEvent(object, &validation)
        case ("apps", _), ("", "ReplicationController"): WorkloadValidation.check(object, old, resource, &validation)
        case ("batch", "Job"): JobValidation.check(object, old, &validation)
        case ("batch", "CronJob"): JobValidation.checkCronJob(object, old, &validation)
        case ("coordination.k8s.io", "Lease"):
            if let seconds = spec?["leaseDurationSeconds"]?.integer, seconds <= 0 { validation.add(.invalid("spec.leaseDurationSeconds", .integer(seconds), "must be greater than 0")) }
            if let count = spec?["leaseTransitions"]?.integer, count < 0 { validation.add(.invalid("spec.leaseTransitions", .integer(count), "must be greater than or equal to 0")) }
        case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"): AccessValidation.checkRole(object, isCluster: resource.kind == "ClusterRole", &validation)
        case ("rbac.authorization.k8s.io", _): AccessValidation.checkBinding(object, old, isCluster: resource.kind == "ClusterRoleBinding", &validation)
        case ("policy", "PodDisruptionBudget"): ScalingValidation.checkBudget(spec ?? [:], &validation)
        case ("autoscaling", _): ScalingValidation.checkAutoscaler(spec ?? [:], &validation)
        case ("", "Endpoints"): EndpointValidation.check(object, &validation)
        case ("", "Namespace"):
            let field = subresource == "finalize" ? { "spec.finalizers[\($0)]" } : { (_: Int) in "spec.finalizers" }
            for (index, finalizer) in (spec?.list("finalizers") ?? []).enumerated() where old == nil || subresource == "finalize" { validation.add(MetadataValidation.finalizer(finalizer.string ?? "", field(index))) }
        case ("scheduling.k8s.io", "PriorityClass"):
            let name = object["metadata"]?["name"]?.string ?? ""
            if name.hasPrefix("system-") { validation.add(.forbidden("metadata.name", "priority class names with 'system-' prefix are reserved for system use only. error: \(name) is not a known system priority class")) }
            if let value = object["value"]?.integer, value > 1_000_000_000 { validation.add(.forbidden("value", "maximum allowed value of a user defined priority is 1000000000")) }
            if let old {
                if object["value"] ?? 0 != old["value"] ?? 0 { validation.add(.forbidden("value", "may not be changed in an update.")) }
                validation.immutable(object["preemptionPolicy"], old["preemptionPolicy"], "preemptionPolicy")
            } else {
                validation.known(["Never", "PreemptLowerPriority"], object["preemptionPolicy"], "preemptionPolicy")
            }
        case ("", "ResourceQuota"): QuotaValidation.check(object, old, &validation)
        case ("", "LimitRange"): QuotaValidation.checkRange(object, &validation)
        case ("", "PersistentVolumeClaim"): StorageValidation.checkClaim(object, old, &validation)
        case ("", "PersistentVolume"): StorageValidation.checkVolume(object, old, &validation)
        case ("storage.k8s.io", _): StorageValidation.check(object, old, resource, &validation)
        case ("networking.k8s.io", _): NetworkingValidation.check(object, old, resource, &validation)
        case ("discovery.k8s.io", "EndpointSlice"): EndpointValidation.checkSlice(object, old, &validation)
        case ("admissionregistration.k8s.io", _), ("certificates.k8s.io", _), ("node.k8s.io", _), ("resource.k8s.io", _):
            ExtensionValidation.check(object, old, resource, &validation)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): DefinitionValidation.check(object, old, &validation)
        default: break
        }
        return validation.findings
    }

    private static func configMap(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        if let old, old["immutable"] == true {
            if object["immutable"] != true { validation.add(.forbidden("immutable", "field is immutable when `immutable` is set")) }
            for key in ["data", "binaryData"] where object[key] != old[key] { validation.add(.forbidden(key, "field is immutable when `immutable` is set")) }
        }
        var bytes = 0
        for key in (object["data"]?.object ?? [:]).keys.sorted() {
            validation.add(NameRules.configKey(key).map { .invalid("data[\(key)]", .string(key), $0) })
            if object["binaryData"]?[key] != nil { validation.add(.invalid("data[\(key)]", .string(key), "duplicate of key present in binaryData")) }
            bytes += object["data"]?[key]?.string?.utf8.count ?? 0
        }
        for key in (object["binaryData"]?.object ?? [:]).keys.sorted() {
            validation.add(NameRules.configKey(key).map { .invalid("binaryData[\(key)]", .string(key), $0) })
            bytes += (object["binaryData"]?[key]?.string?.utf8.count ?? 0) * 3 / 4
        }
        if bytes > 1_048_576 { validation.add(.tooLong("", 1_048_576)) }
    }

    private static func secret(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        if let old {
            validation.immutable(object["type"], old["type"], "type")
            if old["immutable"] == true {
                if object["immutable"] != true { validation.add(.forbidden("immutable", "field is immutable when `immutable` is set")) }
                if object["data"] != old["data"] { validation.add(.forbidden("data", "field is immutable when `immutable` is set")) }
            }
        }
        var bytes = 0
        for key in (object["data"]?.object ?? [:]).keys.sorted() {
            validation.add(NameRules.configKey(key).map { .invalid("data[\(key)]", .string(key), $0) })
            bytes += (object["data"]?[key]?.string?.utf8.count ?? 0) * 3 / 4
        }
        if bytes > 1_048_576 { validation.add(.tooLong("data", 1_048_576)) }
        let data = object["data"]
        func require(_ key: String) { if data?[key] == nil { validation.add(.required("data[\(key)]")) } }
        switch object["type"]?.string {
        case "kubernetes.io/service-account-token":
            if object["metadata"]?["annotations"]?["kubernetes.io/service-account.name"]?.isEmpty ?? true { validation.add(.required("metadata.annotations[kubernetes.io/service-account.name]")) }
        case "kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg":
            let key = object["type"] == "kubernetes.io/dockercfg" ? ".dockercfg" : ".dockerconfigjson"
            require(key)
            if let text = data?[key]?.string, let bytes = try? Base64.decode(text) {
                do throws(JSONParser.Failure) { _ = try JSONParser.parse(bytes) } catch { validation.add(.invalid("data[\(key)]", "<secret contents redacted>", error.message)) }
            }
        case "kubernetes.io/basic-auth":
            if data?["username"] == nil, data?["password"] == nil {
                validation.add(.required("data[username]"))
                validation.add(.required("data[password]"))
            }
        case "kubernetes.io/ssh-auth":
            if data?["ssh-privatekey"]?.isEmpty ?? true { validation.add(.required("data[ssh-privatekey]")) }
        case "kubernetes.io/tls":
            require("tls.crt")
            require("tls.key")
        default: break
        }
    }

    private static func node(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        var seen: Set<JSON> = []
        for (index, taint) in (object["spec"]?["taints"]?.array ?? []).enumerated() {
            let path = "metadata.taints[\(index)]"
            validation.add(NameRules.qualifiedName(taint["key"]?.string ?? "").map { .invalid("\(path).key", taint["key"] ?? "", $0) })
            let wrong = NameRules.labelValue(taint.word("value"))
            if !wrong.isEmpty { validation.add(.invalid("\(path).value", taint["value"] ?? "", wrong.joined(separator: ";"))) }
            validation.oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"], taint["effect"], "\(path).effect")
            if !seen.insert([taint["key"] ?? "", taint["effect"] ?? ""]).inserted {
                let shown = "{\"Key\":\((taint["key"] ?? "").text),\"Value\":\((taint["value"] ?? "").text),\"Effect\":\((taint["effect"] ?? "").text),\"TimeAdded\":\((taint["timeAdded"] ?? .null).text)}"
                validation.add(.init(reason: .duplicate, field: path, body: "Duplicate value: \(shown): taints must be unique by key and effect pair"))
            }
        }
        for (index, range) in (object["spec"]?["podCIDRs"]?.array ?? []).enumerated() where !NetworkText.isRange(range.string ?? "") {
            validation.add(.invalid("spec.podCIDRs[\(index)]", range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
        }
        let ranges = (object["spec"]?.list("podCIDRs") ?? []).map { $0.string ?? "" }
        if ranges.count > 1 {
            if ranges.count > 2 || Set(ranges.map { $0.contains(":") }).count < 2 { validation.add(.invalid("spec.podCIDRs", JSON(ranges), "may specify no more than one CIDR for each IP family")) }
            for (index, range) in ranges.enumerated() where ranges.prefix(index).contains(range) { validation.add(.duplicate("spec.podCIDRs[\(index)]", .string(range))) }
        }
        for side in ["capacity", "allocatable"] {
            for (name, amount) in (object["status"]?[side]?.object ?? [:]).sorted(by: { $0.key < $1.key }) { ResourceValidation.checkAmount(name, amount, "status.\(side).\(name)", &validation) }
        }
        guard let old else { return }
        if let before = old["spec"]?["podCIDRs"], !before.isEmpty, object["spec"]?["podCIDRs"] != before {
            validation.add(.forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid"))
        }
        if let provider = old["spec"]?["providerID"], !provider.isEmpty, object["spec"]?["providerID"] != provider {
            validation.add(.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid"))
        }
    }

    private static func event(_ object: JSON, _ validation: inout Validation) {
        let involved = object["involvedObject"]?["namespace"]?.string ?? ""
        let own = object["metadata"]?["namespace"]?.string ?? ""
        if involved.isEmpty ? own != "default" : involved != own {
            validation.add(.invalid("involvedObject.namespace", .string(involved), "does not match event.namespace"))
        }
    }

    private static func newEvent(_ object: JSON, _ validation: inout Validation) {
        if object["eventTime"]?.string == nil { validation.add(.required("eventTime")) }
        let controller = object["reportingController"]?.string ?? ""
        if object["eventTime"]?.string != nil {
            if controller.isEmpty { validation.add(.required("reportingController")) } else { validation.add(NameRules.qualifiedName(controller).map { .invalid("reportingController", .string(controller), $0) }) }
            if object["reportingInstance"]?.isEmpty ?? true { validation.add(.required("reportingInstance")) }
            if object["action"]?.isEmpty ?? true { validation.add(.required("action")) }
            if object["reason"]?.isEmpty ?? true { validation.add(.required("reason")) }
        }
        let type = object["type"]?.string ?? ""
        if type != "Normal", type != "Warning" { validation.add(.invalid("type", .string(type), "has invalid value: \(type)")) }
    }
}
