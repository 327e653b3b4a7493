/// Decides by the roles and bindings in the store what a user may do.
struct Authorizer {
    /// One thing that somebody wants to do, to a resource or to a path.
    struct Attempt: Hashable {
        var verb: String
        var namespace = ""
        var group = ""
        var resource = ""
        var subresource = ""
        var name = ""
        var path = ""

        var fullResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
    }

    let store: ObjectStore
    let catalogue: Catalogue

    private static let openPaths: Set<String> = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
    private static let discoveryPaths = ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"]

    /// Allowed or not, with the reason when a binding allows it.
    func decide(_ user: User, _ attempt: Attempt) -> (isAllowed: Bool, reason: String) {
        if user.groups.contains("system:masters") { return (true, "") }
        if !attempt.path.isEmpty {
            if Self.openPaths.contains(attempt.path) || attempt.path.hasPrefix("/livez/") || attempt.path.hasPrefix("/readyz/") || attempt.path.hasPrefix("/healthz/") { return (attempt.verb == "get", "") }
            if user.groups.contains("system:authenticated"), attempt.verb == "get", Self.discoveryPaths.contains(where: { Self.matches(path: attempt.path, $0) }) { return (true, "") }
        }
        // What every authenticated user may ask about himself.
        if user.groups.contains("system:authenticated"), attempt.verb == "create",
            ["selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"].contains(attempt.resource)
        { return (true, "") }
        for (rule, reason) in rules(of: user, in: attempt.namespace) where Self.allows(rule, attempt) { return (true, reason) }
        return (false, "")
    }

    /// All rules that apply to a user in a namespace (cluster-wide only, when it is empty), with the words that name their binding.
    func rules(of user: User, in namespace: String) -> [(JSON, String)] {
        var found: [(JSON, String)] = []
        if let bindings = catalogue.find(group: "rbac.authorization.k8s.io", name: "clusterrolebindings") {
            for binding in store.objects(bindings) { found += rules(of: user, binding.json(bindings), bindingNamespace: "", kind: "ClusterRoleBinding") }
        }
        if !namespace.isEmpty, let bindings = catalogue.find(group: "rbac.authorization.k8s.io", name: "rolebindings") {
            for binding in store.objects(bindings, namespace: namespace) { found += rules(of: user, binding.json(bindings), bindingNamespace: namespace, kind: "RoleBinding") }
        }
        return found
    }

    private func rules(of user: User, _ binding: JSON, bindingNamespace: String, kind: String) -> [(JSON, String)] {
        guard let subject = (binding["subjects"]?.array ?? []).first(where: { Self.isMeant(user, $0, bindingNamespace) }) else { return [] }
        let roleKind = binding["roleRef"]?["kind"]?.string ?? ""
        let roleName = binding["roleRef"]?["name"]?.string ?? ""
        guard let resource = catalogue.find(group: "rbac.authorization.k8s.io", name: roleKind == "Role" ? "roles" : "clusterroles"),
            let role = store.object(resource, roleKind == "Role" ? bindingNamespace : "", roleName)?.json(resource)
        else { return [] }
        let name = binding["metadata"]?["name"]?.string ?? ""
        let place = bindingNamespace.isEmpty ? name : "\(name)/\(bindingNamespace)"
        var who = "\(subject["kind"]?.string ?? "") \"\(subject["name"]?.string ?? "")\""
        if subject["kind"] == "ServiceAccount" { who = "ServiceAccount \"\(subject["name"]?.string ?? "")/\(subject["namespace"]?.string ?? "")\"" }
        let reason = "RBAC: allowed by \(kind) \"\(place)\" of \(roleKind) \"\(roleName)\" to \(who)"
        return (role["rules"]?.array ?? []).map { ($0, reason) }
    }

    private static func isMeant(_ user: User, _ subject: JSON, _ bindingNamespace: String) -> Bool {
        let name = subject["name"]?.string ?? ""
        switch subject["kind"]?.string {
        case "User": return user.name == name
        case "Group": return user.groups.contains(name)
        case "ServiceAccount": return user.name == "system:serviceaccount:\(subject["namespace"]?.string ?? bindingNamespace):\(name)"
        default: return false
        }
    }

    private static func list(_ rule: JSON, _ key: String) -> [String] { (rule[key]?.array ?? []).compactMap(\.string) }

    static func matches(path: String, _ pattern: String) -> Bool {
        pattern == "*" || pattern == path || pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast())
    }

    static func allows(_ rule: JSON, _ attempt: Attempt) -> Bool {
        let verbs = list(rule, "verbs")
        guard verbs.contains("*") || verbs.contains(attempt.verb) else { return false }
        if !attempt.path.isEmpty { return list(rule, "nonResourceURLs").contains { matches(path: attempt.path, $0) } }
        let groups = list(rule, "apiGroups")
        guard groups.contains("*") || groups.contains(attempt.group) else { return false }
        let resources = list(rule, "resources")
        guard resources.contains("*") || resources.contains(attempt.fullResource) || !attempt.subresource.isEmpty && resources.contains("*/\(attempt.subresource)") else { return false }
        let names = list(rule, "resourceNames")
        return names.isEmpty || names.contains(attempt.name)
    }

    static func refusal(_ user: User, _ attempt: Attempt) -> APIStatus {
        let why: String
        var status: APIStatus
        if !attempt.path.isEmpty {
            status = APIStatus(403, "Forbidden", "forbidden: User \"\(user.name)\" cannot \(attempt.verb) path \"\(attempt.path)\"")
            status.hasDetails = true
            return status
        }
        let scope = attempt.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(attempt.namespace)\""
        why = "User \"\(user.name)\" cannot \(attempt.verb) resource \"\(attempt.fullResource)\" in API group \"\(attempt.group)\" \(scope)"
        let qualified = attempt.group.isEmpty ? attempt.resource : "\(attempt.resource).\(attempt.group)"
        status = APIStatus(403, "Forbidden", attempt.name.isEmpty ? "\(qualified) is forbidden: \(why)" : "\(qualified) \"\(attempt.name)\" is forbidden: \(why)")
        status.name = attempt.name.isEmpty ? nil : attempt.name
        status.group = attempt.group
        status.kind = attempt.resource
        return status
    }
}
