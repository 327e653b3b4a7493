import Foundations

/// status, scale, binding, eviction, token, log, ephemeralcontainers, finalize, resize; and what is refused because no kubelet is behind it.
extension KubeAPI {
    mutating func serveSubresource(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse {
        guard let sub = resource.subresource(target.subresource) else { throw .unknownResource }
        guard sub.verbs.contains(target.verb) || target.verb == "watch" && sub.verbs.contains("get") else { throw .methodNotSupported(resource) }
        if target.namespace.isEmpty, resource.isNamespaced { throw .unknownResource }
        if ["scale", "binding", "eviction", "token"].contains(sub.name) { _ = try form(resource, call) }
        switch sub.name {
        case "status", "resize", "finalize", "ephemeralcontainers", "approval":
            switch target.verb {
            case "update": return .complete(try update(target, resource, subresource: sub.name, &call))
            case "patch": return .complete(try patch(target, resource, subresource: sub.name, &call))
            default: return .complete(try get(target, resource, call))
            }
        case "scale": return .complete(try scale(target, resource, &call))
        case "binding": return .complete(try bind(target, resource, &call))
        case "eviction": return .complete(try evict(target, resource, &call))
        case "token": return .complete(try requestToken(target, resource, &call))
        case "log": return try readLog(target, resource, call)
        case "exec", "attach", "portforward": throw try unreachable(target, resource, call)
        default: throw APIStatus(503, "ServiceUnavailable", "no endpoints available for \(resource.name) \"\(target.name)\"")
        }
    }

    // MARK: Pods

    func pod(_ target: RequestTarget, _ resource: ResourceDescriptor) throws(APIStatus) -> (StoredObject, JSON) {
        guard let stored = store.object(resource, target.namespace, target.name) else { throw .notFound(resource, target.name) }
        return (stored, stored.json(resource))
    }

    /// Assigns a pod to a node, once.
    mutating func bind(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let options = try WriteOptions(call.request, kind: "CreateOptions")
        let binding = try decode(resource, call, kind: "Binding", groupVersion: "v1", type: "core.v1.Binding").object
        let node = binding["target"]?["name"]?.string ?? ""
        guard !node.isEmpty else { throw APIStatus(500, nil, "target.name: Required value") }
        if let kind = binding["target"]?["kind"]?.string, !kind.isEmpty, kind != "Node" { throw APIStatus(500, nil, "target.kind: Unsupported value: \"\(kind)\": supported values: \"Node\", \"<empty>\"") }
        let (stored, old) = try pod(target, resource)
        if let uid = binding["metadata"]?["uid"]?.string, !uid.isEmpty, uid != stored.uid { throw .conflict(resource, stored.name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(stored.uid)") }
        var name = resource
        name.name = "pods/binding"
        if old["metadata"]?["deletionTimestamp"] != nil { throw .conflict(name, stored.name, "pod \(stored.name) is being deleted, cannot be assigned to a host") }
        if let taken = old["spec"]?["nodeName"]?.string, !taken.isEmpty { throw .conflict(name, stored.name, "pod \(stored.name) is already assigned to node \"\(taken)\"") }
        if let sub = resource.subresource("binding") { try admit(AdmissionAttributes("CREATE", resource, sub, target.name, object: binding, old: .null, isDryRun: options.isDryRun, call), &call) }
        let object = Self.bound(old, to: node, call.timestamp)
        if !options.isDryRun { _ = store.put(object, resource) }
        var status = APIStatus(201, nil, "")
        status.isSuccess = true
        var json = status.json
        json["code"] = 201
        return .json(201, json)
    }

    static func bound(_ pod: JSON, to node: String, _ time: JSON) -> JSON {
        var pod = pod
        pod[path: "spec", "nodeName"] = .string(node)
        var conditions = (pod["status"]?["conditions"]?.array ?? []).filter { $0["type"] != "PodScheduled" }
        conditions.append(["type": "PodScheduled", "status": "True", "lastProbeTime": .null, "lastTransitionTime": time])
        pod[path: "status", "conditions"] = .array(conditions)
        return pod
    }

    private mutating func evict(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let options = try WriteOptions(call.request, kind: "CreateOptions")
        let eviction = try decode(resource, call, kind: "Eviction", groupVersion: "policy/v1", type: "policy.v1.Eviction").object
        guard eviction["metadata"]?["name"]?.string ?? "" == target.name else { throw .badRequest("name in URL does not match name in Eviction object") }
        let (stored, object) = try pod(target, resource)
        if let sub = resource.subresource("eviction") { try admit(AdmissionAttributes("CREATE", resource, sub, target.name, object: eviction, old: .null, isDryRun: options.isDryRun, call), &call) }
        try checkBudgets(object, target.namespace)
        var deletion = DeleteOptions()
        deletion.gracePeriodSeconds = eviction["deleteOptions"]?["gracePeriodSeconds"]?.integer
        deletion.isDryRun = options.isDryRun
        _ = try remove(stored, resource, deletion, call.now)
        var status = APIStatus(201, nil, "")
        status.isSuccess = true
        var json = status.json
        json["code"] = 201
        return .json(201, json)
    }

    /// A disruption budget that allows nothing more is a 429.
    private func checkBudgets(_ pod: JSON, _ namespace: String) throws(APIStatus) {
        guard let budgets = catalogue.find(group: "policy", name: "poddisruptionbudgets"), !["Succeeded", "Failed", "Pending"].contains(pod["status"]?["phase"]?.string ?? "") else { return }
        for budget in store.objects(budgets, namespace: namespace) {
            let json = budget.json(budgets)
            guard LabelSelector(object: json["spec"]?["selector"]).matches(pod["metadata"]?["labels"]?.strings ?? [:]) else { continue }
            if json["status"]?["observedGeneration"]?.integer ?? 0 < json["metadata"]?["generation"]?.integer ?? 0 {
                var status = APIStatus(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
                status.retryAfterSeconds = 10
                status.causes = [.init("DisruptionBudget", "The disruption budget \(budget.name) is still being processed by the server.")]
                throw status
            }
            guard json["status"]?["disruptionsAllowed"]?.integer ?? 0 <= 0 else { continue }
            var status = APIStatus(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
            status.causes = [.init("DisruptionBudget", "The disruption budget \(budget.name) needs \(json["status"]?["desiredHealthy"]?.integer ?? 0) healthy pods and has \(json["status"]?["currentHealthy"]?.integer ?? 0) currently")]
            throw status
        }
    }

    func container(_ pod: JSON, _ wanted: String?, _ name: String) throws(APIStatus) -> String {
        let lists = ["containers", "initContainers", "ephemeralContainers"].flatMap { pod["spec"]?[$0]?.array ?? [] }.compactMap { $0["name"]?.string }
        if let wanted, !wanted.isEmpty {
            guard lists.contains(wanted) else { throw .badRequest("container \(wanted) is not valid for pod \(name)") }
            return wanted
        }
        let own = (pod["spec"]?["containers"]?.array ?? []).compactMap { $0["name"]?.string }
        if let preferred = pod["metadata"]?["annotations"]?["kubectl.kubernetes.io/default-container"]?.string, own.contains(preferred) { return preferred }
        guard own.count == 1, let only = own.first else { throw .badRequest("a container name must be specified for pod \(name), choose one of: [\(own.joined(separator: " "))]") }
        return only
    }

    // MARK: Scale

    private mutating func scale(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: inout Call) throws(APIStatus) -> APIResponse.Answer {
        let paths = customs[resource.customKey]?.scale ?? .builtIn
        guard let stored = store.object(resource, target.namespace, target.name) else { throw .notFound(resource, target.name) }
        let object = stored.json(resource)
        let current = paths.scale(of: object, resource)
        if target.verb == "get" { return .json(200, current) }
        var wanted: JSON
        let options: WriteOptions
        if target.verb == "update" {
            options = try WriteOptions(call.request, kind: "UpdateOptions")
            wanted = try decode(resource, call, kind: "Scale", groupVersion: "autoscaling/v1", type: "autoscaling.v1.Scale").object
            guard wanted["metadata"]?["name"]?.string ?? "" == target.name else { throw .badRequest("the name of the object (\(wanted["metadata"]?["name"]?.string ?? "")) does not match the name on the URL (\(target.name))") }
        } else {
            options = try WriteOptions(call.request, kind: "PatchOptions")
            wanted = try patched(current, resource, call, type: "autoscaling.v1.Scale")
        }
        guard let number = (wanted["spec"]?["replicas"] ?? .integer(0)).integer else { throw Self.unpatchable("spec.replicas must be a number", text: wanted.text) }
        if number < 0 {
            throw .invalid(group: "autoscaling", kind: "Scale", name: target.name, [.invalid("spec.replicas", .integer(number), "must be greater than or equal to 0")])
        }
        if let version = wanted["metadata"]?["resourceVersion"]?.string, !version.isEmpty, version != String(stored.version) {
            throw .conflict(resource, target.name, "the object has been modified; please apply your changes to the latest version and try again")
        }
        if let sub = resource.subresource("scale") { try admit(AdmissionAttributes("UPDATE", resource, sub, target.name, object: wanted, old: current, isDryRun: options.isDryRun, call), &call) }
        var changed = object
        changed.set(.integer(number), at: paths.spec[...])
        let saved = try replace(stored, with: changed, resource, subresource: "scale", options: options, &call)
        return .json(200, paths.scale(of: saved, resource))
    }
}

/// Where a kind keeps its numbers of replicas.
struct ScalePaths: Sendable {
    var spec: [String]
    var status: [String]
    /// A text, or nil for the kind's label selector.
    var selector: [String]?
    var isCustom = false

    static let builtIn = ScalePaths(spec: ["spec", "replicas"], status: ["status", "replicas"])

    func scale(of object: JSON, _ resource: ResourceDescriptor) -> JSON {
        var metadata: JSON = [:]
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] { metadata[key] = object["metadata"]?[key] }
        let replicas = object.at(spec[...])?.integer ?? 0
        var status: JSON = ["replicas": .integer(object.at(status[...])?.integer ?? 0)]
        let text: String
        if let selector { text = object.at(selector[...])?.string ?? "" } else if isCustom { text = "" } else if resource.kind == "ReplicationController" {
            text = (object["spec"]?["selector"]?.strings ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        } else {
            text = LabelSelector(object: object["spec"]?["selector"]).text
        }
        if !text.isEmpty { status["selector"] = .string(text) }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": replicas == 0 ? [:] : ["replicas": .integer(replicas)], "status": status,
        ]
    }
}
