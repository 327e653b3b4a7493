/// Nobody gives out rights that he does not have, unless he may `escalate` roles or `bind` them.
extension KubeAPI {
    /// - Throws: 403 that lists the missing rights; 404 when a binding names a role that is not there.
    func checkGrant(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor, _ user: User) throws(APIStatus) {
        guard resource.group == "rbac.authorization.k8s.io", !user.groups.contains("system:masters") else { return }
        let authorizer = Authorizer(store: store, catalogue: catalogue)
        let namespace = resource.isNamespaced ? object["metadata"]?.word("namespace") ?? "" : ""
        let name = object["metadata"]?.word("name") ?? ""
        let rules: [JSON]
        if resource.kind.hasSuffix("Binding") {
            if let old, old["roleRef"] == object["roleRef"], old["subjects"] == object["subjects"] { return }
            let reference = object["roleRef"] ?? [:]
            let kind = reference["kind"] == "Role" ? "roles" : "clusterroles"
            if authorizer.decide(user, .init(verb: "bind", namespace: namespace, group: resource.group, resource: kind, name: reference.word("name"))).isAllowed { return }
            guard let roles = catalogue.find(group: resource.group, name: kind) else { return }
            guard let role = store.object(roles, kind == "roles" ? namespace : "", reference.word("name")) else { throw .notFound(roles, reference.word("name")) }
            rules = role.json(roles).list("rules")
        } else {
            let gathers = [object, old ?? [:]].contains { $0.has("aggregationRule") }
            if gathers, old?["aggregationRule"] != object["aggregationRule"] || old?["rules"] != object["rules"] {
                let held = authorizer.rules(of: user, in: namespace).map(\.0)
                let whole: [JSON] = [["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]], ["nonResourceURLs": ["*"], "verbs": ["*"]]]
                guard Rights.missing(whole, from: held).isEmpty else {
                    throw .of(resource, name, APIStatus(403, "Forbidden", "\(resource.qualified) \(JSON.string(name).text) is forbidden: must have cluster-admin privileges to use the aggregationRule"))
                }
            }
            if let old, old["rules"] == object["rules"] { return }
            if authorizer.decide(user, .init(verb: "escalate", namespace: namespace, group: resource.group, resource: resource.name, name: name)).isAllowed { return }
            rules = object.list("rules")
        }
        let missing = Rights.missing(rules, from: authorizer.rules(of: user, in: namespace).map(\.0))
        guard !missing.isEmpty else { return }
        let groups = user.groups.map { JSON.string($0).text }.joined(separator: " ")
        let why = "user \(JSON.string(user.name).text) (groups=[\(groups)]) is attempting to grant RBAC permissions not currently held:\n\(missing.joined(separator: "\n"))"
        throw .of(resource, name, APIStatus(403, "Forbidden", "\(resource.qualified) \(JSON.string(name).text) is forbidden: \(why)"))
    }
}

/// Rules taken apart into single rights: one verb on one thing.
enum Rights {
    private struct Target: Hashable, Comparable {
        var group = ""
        var resource = ""
        var name = ""
        var path = ""

        static func < (a: Self, b: Self) -> Bool { (a.group, a.resource, a.name, a.path) < (b.group, b.resource, b.name, b.path) }
    }

    /// The rights of `rules` that `held` do not cover, as the real server lists them.
    static func missing(_ rules: [JSON], from held: [JSON]) -> [String] {
        var verbs: [Target: [String]] = [:]
        for rule in rules {
            for target in targets(rule) {
                for verb in words(rule, "verbs") where !held.contains(where: { covers($0, target, verb) }) && !(verbs[target]?.contains(verb) ?? false) { verbs[target, default: []].append(verb) }
            }
        }
        return verbs.map { text($0.key, $0.value) }.sorted()
    }

    private static func words(_ rule: JSON, _ key: String) -> [String] { rule.list(key).compactMap(\.string) }

    private static func targets(_ rule: JSON) -> [Target] {
        var found = words(rule, "nonResourceURLs").map { Target(path: $0) }
        let names = words(rule, "resourceNames")
        for group in words(rule, "apiGroups") {
            for resource in words(rule, "resources") { found += (names.isEmpty ? [""] : names).map { Target(group: group, resource: resource, name: $0) } }
        }
        return found
    }

    private static func covers(_ rule: JSON, _ target: Target, _ verb: String) -> Bool {
        func has(_ key: String, _ word: String) -> Bool {
            let words = words(rule, key)
            return words.contains("*") || words.contains(word)
        }
        guard has("verbs", verb) else { return false }
        if !target.path.isEmpty { return words(rule, "nonResourceURLs").contains { Authorizer.matches(path: target.path, $0) } }
        let below = target.resource.split(separator: "/").dropFirst().first
        let isNamed = words(rule, "resources").contains("*") || words(rule, "resources").contains(target.resource) || below.map { words(rule, "resources").contains("*/\($0)") } ?? false
        let names = words(rule, "resourceNames")
        return has("apiGroups", target.group) && isNamed && (names.isEmpty || !target.name.isEmpty && names.contains(target.name))
    }

    private static func text(_ target: Target, _ verbs: [String]) -> String {
        func list(_ words: [String]) -> String { "[" + words.map { JSON.string($0).text }.joined(separator: " ") + "]" }
        var parts: [String] = []
        if target.path.isEmpty {
            parts = ["APIGroups:" + list([target.group]), "Resources:" + list([target.resource])]
            if !target.name.isEmpty { parts.append("ResourceNames:" + list([target.name])) }
        } else {
            parts = ["NonResourceURLs:" + list([target.path])]
        }
        return "{" + (parts + ["Verbs:" + list(verbs)]).joined(separator: ", ") + "}"
    }
}
