import Foundations

/// The controller that holds the expressions of policies against the types of what they match, and says so in their status.
extension KubeAPI {
    private static let typesMax = 10

    mutating func reconcilePolicy(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        var policy = stored.json(resource)
        let generation = policy["metadata"]?["generation"] ?? 1
        guard !stored.isDeleting, policy["status"]?["observedGeneration"] != generation || policy["status"]?["typeChecking"] == nil else { return }
        let warnings = typeWarnings(policy["spec"] ?? [:])
        var checking: JSON = [:]
        if !warnings.isEmpty { checking["expressionWarnings"] = .array(warnings) }
        policy[path: "status", "observedGeneration"] = generation
        policy[path: "status", "typeChecking"] = checking
        save(policy, over: stored, resource, subresource: "status", as: "kube-controller-manager", now)
    }

    /// For each expression that does not fit: where it stands, and what each kind says to it.
    private func typeWarnings(_ spec: JSON) -> [JSON] {
        var texts: [String: [String]] = [:]
        var params = CELType.dyn
        var types = CELTypes()
        if let kind = spec["paramKind"] {
            let parts = (kind["apiVersion"]?.string ?? "").split(separator: "/").map(String.init)
            let found = parts.last.flatMap { catalogue.find(group: parts.count == 2 ? parts[0] : "", version: $0, kind: kind["kind"]?.string ?? "") }
            if let found { params = type(of: found, "params", &types) }
        }
        for resource in typesToCheck(spec) {
            var known = types
            let object = type(of: resource, "object", &known)
            let checked = AdmissionPolicy(spec, "spec.", hasParams: spec["paramKind"] != nil, object: object, params: params, types: known)
            for finding in checked.findings where finding.field.hasPrefix("spec.validations") {
                guard let problem = finding.body.firstRange(of: "compilation failed: ") else { continue }
                texts[finding.field, default: []].append("\(resource.groupVersion), Kind=\(resource.kind): \(finding.body[problem.upperBound...])\n")
            }
        }
        return texts.sorted { $0.key < $1.key }.map { ["fieldRef": .string($0.key), "warning": .string($0.value.joined(separator: "\n"))] }
    }

    private func type(of resource: ResourceDescriptor, _ name: String, _ types: inout CELTypes) -> CELType {
        guard let custom = customs[resource.customKey] else {
            // What every object has stands in no schema of its kind.
            var fields = types.fields(of: resource.typeName) ?? [:]
            fields["kind"] = .string
            fields["apiVersion"] = .string
            types.declared[name] = fields
            return .object(name)
        }
        var typing = SchemaTyping()
        let type = typing.type(of: custom.schema, at: name, isRoot: true)
        types.declared.merge(typing.types.declared) { $1 }
        types.declared["\(name).metadata"] = types.fields(of: "meta.v1.ObjectMeta")
        return type ?? .dyn
    }

    /// Kinds that the rules name without a star, in order.
    private func typesToCheck(_ spec: JSON) -> [ResourceDescriptor] {
        var found: [ResourceDescriptor] = []
        for rule in spec["matchConstraints"]?["resourceRules"]?.array ?? [] {
            func list(_ key: String) -> [String] { (rule[key]?.array ?? []).compactMap(\.string).sorted() }
            guard !(list("apiGroups") + list("apiVersions")).contains(where: { $0.contains("*") }) else { continue }
            for group in list("apiGroups") {
                for version in list("apiVersions") {
                    for name in list("resources") where !name.contains("*") && !name.contains("/") {
                        if let resource = catalogue.find(group: group, version: version, name: name), !found.contains(resource) { found.append(resource) }
                    }
                }
            }
        }
        return Array(found.sorted { ($0.group, $0.version, $0.kind) < ($1.group, $1.version, $1.kind) }.prefix(Self.typesMax))
    }
}
