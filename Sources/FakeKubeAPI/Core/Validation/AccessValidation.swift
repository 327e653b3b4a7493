/// Roles and bindings.
enum AccessValidation {
    static func checkRole(_ object: JSON, isCluster: Bool, _ validation: inout Validation) {
        for (index, rule) in (object["rules"]?.array ?? []).enumerated() {
            let path = "rules[\(index)]"
            func isEmpty(_ key: String) -> Bool { rule[key]?.isEmpty ?? true }
            if isEmpty("verbs") { validation.add(.required("\(path).verbs", "verbs must contain at least one value")) }
            if !isEmpty("nonResourceURLs") {
                if !isCluster { validation.add(.invalid("\(path).nonResourceURLs", rule["nonResourceURLs"] ?? [], "namespaced rules cannot apply to non-resource URLs")) }
                if isCluster, !isEmpty("apiGroups") || !isEmpty("resources") || !isEmpty("resourceNames") {
                    validation.add(.invalid("\(path).nonResourceURLs", rule["nonResourceURLs"] ?? [], "rules cannot apply to both regular resources and non-resource URLs"))
                }
                continue
            }
            if isEmpty("apiGroups") { validation.add(.required("\(path).apiGroups", "resource rules must supply at least one api group")) }
            if isEmpty("resources") { validation.add(.required("\(path).resources", "resource rules must supply at least one resource")) }
        }
    }

    static func checkBinding(_ object: JSON, _ old: JSON?, isCluster: Bool, _ validation: inout Validation) {
        let reference = object["roleRef"]
        if let group = reference?["apiGroup"]?.string, group != "rbac.authorization.k8s.io" { validation.add(.notSupported("roleRef.apiGroup", .string(group), ["rbac.authorization.k8s.io"])) }
        let kinds = isCluster ? ["ClusterRole"] : ["Role", "ClusterRole"]
        if !kinds.contains(reference?["kind"]?.string ?? "") { validation.add(.notSupported("roleRef.kind", reference?["kind"] ?? "", kinds)) }
        if reference?["name"]?.isEmpty ?? true { validation.add(.required("roleRef.name")) } else {
            validation.add(NameRules.pathSegment(reference?["name"]?.string ?? "").map { .invalid("roleRef.name", reference?["name"] ?? "", $0) })
        }
        for (index, subject) in (object["subjects"]?.array ?? []).enumerated() {
            let path = "subjects[\(index)]"
            let kind = subject["kind"]?.string ?? ""
            if subject["name"]?.isEmpty ?? true { validation.add(.required("\(path).name")) }
            switch kind {
            case "ServiceAccount":
                if let name = subject["name"]?.string, !name.isEmpty { validation.add(NameRules.subdomain(name).map { .invalid("\(path).name", .string(name), $0) }) }
                if let group = subject["apiGroup"]?.string, !group.isEmpty { validation.add(.notSupported("\(path).apiGroup", .string(group), [""])) }
                if isCluster, subject["namespace"]?.isEmpty ?? true { validation.add(.required("\(path).namespace")) }
            case "User", "Group":
                if let group = subject["apiGroup"]?.string, group != "rbac.authorization.k8s.io" { validation.add(.notSupported("\(path).apiGroup", .string(group), ["rbac.authorization.k8s.io"])) }
            default: validation.add(.notSupported("\(path).kind", .string(kind), ["ServiceAccount", "User", "Group"]))
            }
        }
        if let old, old["roleRef"] != reference { validation.add(.init(reason: .invalid, field: "roleRef", body: "Invalid value: \(reference?.text ?? ""): cannot change roleRef")) }
    }
}
