/// Whether a policy, a binding or a webhook is meant by a write.
struct AdmissionMatch {
    let store: ObjectStore
    let catalogue: Catalogue

    /// Kinds that no policy and no webhook may keep from being changed.
    static func isExempt(_ resource: ResourceDescriptor) -> Bool {
        resource.group == "admissionregistration.k8s.io" || ["authentication.k8s.io", "authorization.k8s.io"].contains(resource.group)
    }

    /// The resource in the version that is meant; nil when the write is not.
    /// - Parameters:
    ///   - match: `matchConstraints`, `matchResources` or a webhook.
    ///   - rules: the name of its list of rules.
    ///   - matchesWithoutRules: a binding without rules takes what its policy takes.
    func version(of attributes: AdmissionAttributes, for match: JSON?, rules: String, matchesWithoutRules: Bool = false) throws(APIStatus) -> ResourceDescriptor? {
        guard try matchesNamespace(attributes, match?["namespaceSelector"]), Self.matchesObject(attributes, match?["objectSelector"]) else { return nil }
        let isEquivalent = match?["matchPolicy"]?.string != "Exact"
        if version(of: attributes, among: match?["excludeResourceRules"]?.array ?? [], isEquivalent) != nil { return nil }
        let wanted = match?[rules]?.array ?? []
        if wanted.isEmpty { return matchesWithoutRules ? attributes.resource : nil }
        return version(of: attributes, among: wanted, isEquivalent)
    }

    private func version(of attributes: AdmissionAttributes, among rules: [JSON], _ isEquivalent: Bool) -> ResourceDescriptor? {
        if rules.contains(where: { Self.matches($0, attributes) }) { return attributes.resource }
        guard isEquivalent else { return nil }
        for other in catalogue.resources where other.storageKey == attributes.resource.storageKey && other != attributes.resource {
            let converted = attributes.converted(to: other)
            if rules.contains(where: { Self.matches($0, converted) }) { return other }
        }
        return nil
    }

    private static func matches(_ rule: JSON, _ attributes: AdmissionAttributes) -> Bool {
        func list(_ key: String) -> [String] { (rule[key]?.array ?? []).compactMap(\.string) }
        func has(_ key: String, _ value: String) -> Bool { list(key).contains { $0 == "*" || $0 == value } }
        guard has("operations", attributes.operation), has("apiGroups", attributes.resource.group), has("apiVersions", attributes.resource.version) else { return false }
        let names = list("resourceNames")
        guard names.isEmpty || names.contains(attributes.name) else { return false }
        switch rule["scope"]?.string {
        case "Namespaced": guard attributes.resource.isNamespaced else { return false }
        case "Cluster": guard !attributes.resource.isNamespaced else { return false }
        default: break
        }
        return list("resources").contains { pattern in
            let parts = pattern.split(separator: "/", maxSplits: 1).map(String.init)
            guard let resource = parts.first, resource == "*" || resource == attributes.resource.name else { return false }
            return parts.count == 1 ? attributes.subresource.isEmpty : parts[1] == "*" || parts[1] == attributes.subresource
        }
    }

    private func matchesNamespace(_ attributes: AdmissionAttributes, _ selector: JSON?) throws(APIStatus) -> Bool {
        guard let selector, !selector.isEmpty else { return true }
        let chosen = LabelSelector(object: selector)
        if attributes.isNamespace {
            let described = attributes.object == .null ? attributes.oldObject : attributes.object
            return chosen.matches(described["metadata"]?["labels"]?.strings ?? [:])
        }
        guard attributes.resource.isNamespaced else { return true }
        guard let namespaces = catalogue.find(group: "", name: "namespaces"), let namespace = store.object(namespaces, "", attributes.namespace) else { throw APIStatus(404, "NotFound", "namespaces \"\(attributes.namespace)\" not found") }
        return chosen.matches(namespace.labels)
    }

    private static func matchesObject(_ attributes: AdmissionAttributes, _ selector: JSON?) -> Bool {
        guard let selector, !selector.isEmpty else { return true }
        let chosen = LabelSelector(object: selector)
        return [attributes.object, attributes.oldObject].contains { $0 != .null && chosen.matches($0["metadata"]?["labels"]?.strings ?? [:]) }
    }
}
