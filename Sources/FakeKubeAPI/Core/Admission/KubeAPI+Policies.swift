/// ValidatingAdmissionPolicies and their bindings.
extension KubeAPI {
    /// What may refuse a write when it has its final form.
    mutating func admit(_ attributes: AdmissionAttributes, _ call: inout Call) throws(APIStatus) {
        try admitPolicies(attributes, &call)
        try validate(attributes, &call)
    }

    mutating func admitDeletion(_ current: StoredObject, _ resource: ResourceDescriptor, _ options: DeleteOptions, _ call: inout Call) throws(APIStatus) {
        let attributes = AdmissionAttributes("DELETE", resource, object: .null, old: current.json(resource), isDryRun: options.isDryRun, call)
        _ = try mutate(attributes, &call)
        try admit(attributes, &call)
    }

    /// Refuses a write that a policy denies; what only warns becomes a warning.
    mutating func admitPolicies(_ attributes: AdmissionAttributes, _ call: inout Call) throws(APIStatus) {
        guard !AdmissionMatch.isExempt(attributes.resource), let kind = builtIn("admissionregistration.k8s.io", "validatingadmissionpolicies"), let bindings = builtIn("admissionregistration.k8s.io", "validatingadmissionpolicybindings") else { return }
        let bound = store.objects(bindings)
        guard !bound.isEmpty else { return }
        let match = AdmissionMatch(store: store, catalogue: catalogue)
        var first: (message: String, reason: String)?
        func deny(_ policy: String, _ binding: String?, _ denial: PolicyEvaluation.Denial) {
            first = first ?? ("ValidatingAdmissionPolicy '\(policy)'\(binding.map { " with binding '\($0)'" } ?? "") denied request: \(denial.message)", denial.reason)
        }
        for stored in store.objects(kind) {
            let spec = stored.json(kind)["spec"] ?? [:]
            let own = bound.filter { $0.json(bindings)["spec"]?["policyName"]?.string == stored.name }
            guard !own.isEmpty, let version = try match.version(of: attributes, for: spec["matchConstraints"], rules: "resourceRules") else { continue }
            let isFailing = spec["failurePolicy"]?.string != "Ignore"
            let policy = policies.policy(of: stored, spec)
            if let finding = policy.findings.first {
                if isFailing { deny(stored.name, nil, .init(message: "failed to configure policy: \(finding.body)")) }
                continue
            }
            for binding in own {
                let bound = binding.json(bindings)["spec"] ?? [:]
                guard try match.version(of: attributes, for: bound["matchResources"], rules: "resourceRules", matchesWithoutRules: true) != nil else { continue }
                let params: [JSON]
                do throws(CELError) { params = try self.params(spec["paramKind"], bound["paramRef"], attributes.namespace) } catch {
                    if isFailing { deny(stored.name, binding.name, .init(message: "failed to configure binding: \(error.message)")) }
                    continue
                }
                let actions = (bound["validationActions"]?.array ?? []).compactMap(\.string)
                for param in params {
                    var evaluation = PolicyEvaluation(policy, values(attributes.converted(to: version), asked: attributes.resource, param), isFailing: isFailing, authorize: authorizing(call.user))
                    for denial in evaluation.denials() {
                        if actions.contains("Deny") { deny(stored.name, binding.name, denial) }
                        if actions.contains("Warn") { call.warnings.append("Validation failed for ValidatingAdmissionPolicy '\(stored.name)' with binding '\(binding.name)': \(denial.message)") }
                    }
                }
            }
        }
        guard let first else { return }
        var status = attributes.forbidden(first.message)
        status.reason = first.reason
        status.code = ["Forbidden": 403, "Unauthorized": 401, "RequestEntityTooLarge": 413][first.reason] ?? 422
        status.causes.append(.init("", first.message))
        throw status
    }

    /// What expressions may name.
    func values(_ attributes: AdmissionAttributes, asked: ResourceDescriptor, _ param: JSON) -> [String: CELValue] {
        var namespace = JSON.null
        if attributes.resource.isNamespaced, let namespaces = builtIn("", "namespaces"), let found = store.object(namespaces, "", attributes.namespace)?.json(namespaces) {
            namespace = found
            for key in ["managedFields", "ownerReferences", "selfLink"] { namespace[path: "metadata", key] = nil }
        }
        let own = CELAuthorizer(stage: .resource, group: attributes.resource.group, resource: attributes.resource.name, subresource: attributes.subresource, namespace: attributes.resource.isNamespaced ? attributes.namespace : "", name: attributes.name)
        return [
            "object": CELValue(attributes.object), "oldObject": CELValue(attributes.oldObject), "request": CELValue(attributes.request(asked: asked)), "params": CELValue(param), "namespaceObject": CELValue(namespace),
            "authorizer": .authorizer(CELAuthorizer()), "authorizer.requestResource": .authorizer(own),
        ]
    }

    /// Decides for expressions what `user`, or the service account they name, may do.
    func authorizing(_ user: User) -> (CELAuthorizer, String) -> (Bool, String) {
        let authorizer = Authorizer(store: store, catalogue: catalogue)
        return { asked, verb in
            var who = user
            let parts = asked.user.split(separator: ":").map(String.init)
            if parts.count == 4 { who = .serviceAccount(parts[2], parts[3], uid: "") }
            return authorizer.decide(who, .init(verb: verb, namespace: asked.namespace, group: asked.group, resource: asked.resource, subresource: asked.subresource, name: asked.name, path: asked.path))
        }
    }

    /// The param objects of a binding; one null when the policy has none.
    func params(_ kind: JSON?, _ reference: JSON?, _ namespace: String) throws(CELError) -> [JSON] {
        guard let kind, kind != .null else { return [.null] }
        guard let reference, reference != .null else { return [.null] }
        let parts = (kind["apiVersion"]?.string ?? "").split(separator: "/").map(String.init)
        let name = kind["kind"]?.string ?? ""
        guard let version = parts.last, let resource = catalogue.find(group: parts.count == 2 ? parts[0] : "", version: version, kind: name) else {
            throw CELError("failed to find resource referenced by paramKind: '\(kind["apiVersion"]?.string ?? ""), Kind=\(name)'")
        }
        var place = ""
        if resource.isNamespaced {
            place = reference["namespace"]?.string ?? namespace
            if place.isEmpty { throw CELError("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources") }
        } else if !(reference["namespace"]?.isEmpty ?? true) {
            throw CELError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
        }
        func whole(_ stored: StoredObject) -> JSON {
            var json = stored.json(resource)
            json["kind"] = .string(resource.kind)
            json["apiVersion"] = .string(resource.groupVersion)
            return json
        }
        var found: [JSON]
        if let wanted = reference["name"]?.string, !wanted.isEmpty {
            found = store.object(resource, place, wanted).map { [whole($0)] } ?? []
        } else {
            let selector = LabelSelector(object: reference["selector"])
            found = store.objects(resource, namespace: place).filter { selector.matches($0.labels) }.map(whole)
        }
        if found.isEmpty, reference["parameterNotFoundAction"]?.string == "Deny" { throw CELError("no params found for policy binding with `Deny` parameterNotFoundAction") }
        return found
    }
}
