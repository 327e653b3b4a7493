package import Foundations

/// What the kubelet of a node answers on a port of its own: `/pods`, for those who may read `nodes/pods` or `nodes/proxy`. It asks the API server
/// who somebody is and what he may, as a kubelet with webhook authentication and authorization does.
extension KubeAPI {
    package mutating func handleKubelet(of node: String, _ request: APIRequest, from credentials: Credentials, at now: Now) -> APIResponse {
        var call = Call(request: request, now: now)
        let path = request.path.hasSuffix("/") ? String(request.path.dropLast()) : request.path
        let subresource = ["/pods": "pods", "/runningpods": "pods", "/healthz": "healthz"][path] ?? "proxy"
        call.attempt = Authorizer.Attempt(verb: "get", resource: "nodes", subresource: subresource, name: node)
        let response = kubeletAnswer(node, path, &call, credentials)
        log.append(call, response)
        return response
    }

    private mutating func kubeletAnswer(_ node: String, _ path: String, _ call: inout Call, _ credentials: Credentials) -> APIResponse {
        guard let user = try? access.user(of: credentials, store: store, catalogue: catalogue, at: call.now), user != .anonymous else { return .complete(.text(401, "Unauthorized")) }
        call.user = user
        if let fault = faults.fault(verb: "get", resource: call.attempt.fullResource, user: user.name, path: call.request.path) {
            call.fault = fault
            if fault.disconnect { return .disconnect }
            if let status = fault.status { return .complete(.text(status, fault.message ?? "the kubelet was asked to fail")) }
        }
        // Fine-grained authorization first, the old one beside it.
        let wanted = call.attempt.subresource == "proxy" ? ["proxy"] : [call.attempt.subresource, "proxy"]
        let authorizer = Authorizer(store: store, catalogue: catalogue)
        let mayRead = wanted.contains { authorizer.decide(user, .init(verb: "get", resource: "nodes", subresource: $0, name: node)).isAllowed }
        guard mayRead else {
            return .complete(.text(403, "Forbidden (user=\(user.name), verb=get, resource=nodes, subresource(s)=[\(wanted.joined(separator: " "))])\n"))
        }
        guard call.request.method == "GET" else { return .complete(.text(405, "405: Method Not Allowed")) }
        switch path {
        case "/healthz": return .complete(.text(200, "ok"))
        case "/pods":
            guard let pods = builtIn("", "pods") else { break }
            let own = store.objects(pods).filter { $0.field("spec.nodeName") == node }
            let items = own.map { stored in
                var object = stored.json(pods)
                object["kind"] = nil
                object["apiVersion"] = nil
                return object
            }
            return .complete(.json(200, ["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": .array(items)]))
        default: break
        }
        return .complete(.text(404, "404 page not found\n"))
    }
}
