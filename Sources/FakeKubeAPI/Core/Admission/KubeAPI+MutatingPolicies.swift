/// MutatingAdmissionPolicies and their bindings.
extension KubeAPI {
    /// The write as the policies want it. Those that ask for it see once more what others have made of the object.
    mutating func mutateByPolicies(_ attributes: AdmissionAttributes, _ call: Call) throws(APIStatus) -> AdmissionAttributes {
        guard attributes.object != .null, let kind = builtIn("admissionregistration.k8s.io", "mutatingadmissionpolicies"), let bindings = builtIn("admissionregistration.k8s.io", "mutatingadmissionpolicybindings") else { return attributes }
        let bound = store.objects(bindings)
        guard !bound.isEmpty else { return attributes }
        var attributes = attributes
        var left: [(policy: StoredObject, object: JSON)] = []
        for policy in store.objects(kind) where bound.contains(where: { $0.json(bindings)["spec"]?["policyName"]?.string == policy.name }) {
            try mutate(&attributes, policy, kind, bound, bindings, call)
            left.append((policy, attributes.object))
        }
        for (policy, object) in left where object != attributes.object && policy.json(kind)["spec"]?["reinvocationPolicy"] == "IfNeeded" {
            try mutate(&attributes, policy, kind, bound, bindings, call)
        }
        return attributes
    }

    private mutating func mutate(_ attributes: inout AdmissionAttributes, _ stored: StoredObject, _ kind: ResourceDescriptor, _ bound: [StoredObject], _ bindings: ResourceDescriptor, _ call: Call) throws(APIStatus) {
        let spec = stored.json(kind)["spec"] ?? [:]
        let match = AdmissionMatch(store: store, catalogue: catalogue)
        guard let version = try match.version(of: attributes, for: spec["matchConstraints"], rules: "resourceRules") else { return }
        let policy = policies.policy(of: stored, spec)
        for binding in bound {
            let own = binding.json(bindings)["spec"] ?? [:]
            guard own["policyName"]?.string == stored.name, try match.version(of: attributes, for: own["matchResources"], rules: "resourceRules", matchesWithoutRules: true) != nil else { continue }
            do throws(CELError) {
                for param in try params(spec["paramKind"], own["paramRef"], attributes.namespace) { try mutate(&attributes, policy, version, param, call) }
            } catch {
                guard spec["failurePolicy"]?.string != "Ignore" else { continue }
                let message = "policy '\(stored.name)' with binding '\(binding.name)' denied request: \(error.message)"
                var status = attributes.forbidden(message)
                status.code = 422
                status.reason = "Invalid"
                status.causes.append(.init("", message))
                throw status
            }
        }
    }

    private func mutate(_ attributes: inout AdmissionAttributes, _ policy: AdmissionPolicy, _ version: ResourceDescriptor, _ param: JSON, _ call: Call) throws(CELError) {
        for (isPatch, expression) in policy.mutations {
            // Each mutation sees what the one before has made.
            let converted = attributes.converted(to: version)
            var evaluation = PolicyEvaluation(policy, values(converted, asked: attributes.resource, param), isFailing: true, authorize: authorizing(call.user))
            guard try evaluation.matches() else { return }
            let given = try evaluation.mutation(expression)
            var object: JSON
            if isPatch {
                do { object = try JSONPatch.apply(given, to: converted.object) } catch { throw CELError("JSON Patch: the patch does not fit the object") }
            } else {
                guard given.object != nil else { throw CELError("must evaluate to Object but got \(TypedDecoder.kind(of: given))") }
                object = OwnershipWalk.merge(given, over: converted.object, .root(attributes.resource, customs[attributes.resource.customKey]))
            }
            do throws(APIStatus) { try bring(&object, into: attributes.resource) } catch { throw CELError(error.message) }
            object["apiVersion"] = .string(attributes.resource.groupVersion)
            attributes.object = object
        }
    }
}
