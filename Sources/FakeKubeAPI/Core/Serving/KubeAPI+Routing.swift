/// Which part of the server answers for a path.
extension KubeAPI {
    mutating func serve(_ target: RequestTarget, _ call: inout Call) throws(APIStatus) -> APIResponse {
        guard catalogue.groups.contains(target.group) else { return .complete(.text(404, "404 page not found\n")) }
        guard let resource = catalogue.find(group: target.group, version: target.version, name: target.resource) else { throw .unknownResource }
        if call.request.method == "HEAD" || target.verb.isEmpty { throw .methodNotSupported(resource) }
        guard target.rest.isEmpty || target.subresource == "proxy" else { throw .unknownResource }
        call.warnings += ObjectWarnings.ofRequest(resource)
        if !target.subresource.isEmpty { return try serveSubresource(target, resource, &call) }
        if target.namespace.isEmpty && resource.isNamespaced {
            guard target.name.isEmpty || target.isWatchPath else { throw .unknownResource }
            if target.verb == "create" { throw .methodNotSupported(resource) }
        }
        if !target.namespace.isEmpty && !resource.isNamespaced && target.resource != "namespaces" { throw .unknownResource }
        guard resource.verbs.contains(target.verb) || target.verb == "watch" && resource.verbs.contains("watch") else { throw .methodNotSupported(resource) }
        if target.verb == "create" { try customs[resource.customKey]?.checkCreation() }
        switch target.verb {
        case "get": return .complete(try get(target, resource, call))
        case "list": return try list(target, resource, call)
        case "watch": return try watch(target, resource, call)
        case "create":
            guard target.name.isEmpty else { throw .methodNotSupported(resource) }
            return try create(target, resource, &call)
        case "update":
            guard !target.name.isEmpty else { throw .methodNotSupported(resource) }
            return .complete(try update(target, resource, subresource: "", &call))
        case "patch": return .complete(try patch(target, resource, subresource: "", &call))
        case "delete": return .complete(try delete(target, resource, &call))
        default: return .complete(try deleteCollection(target, resource, &call))
        }
    }

    /// Paths that are no resources: discovery, versions, health.
    mutating func servePath(_ call: inout Call) throws(APIStatus) -> APIResponse {
        let path = call.request.path
        let isRead = call.request.method == "GET"
        let health = ["/healthz", "/livez", "/readyz"].contains { path == $0 || path.hasPrefix($0 + "/") }
        if health {
            guard isRead || call.request.method == "HEAD" else { throw Self.notAllowed }
            let checks = ["ping", "log", "etcd", "informer-sync", "poststarthook/rbac/bootstrap-roles"]
            let name = path.split(separator: "/").dropFirst().joined(separator: "/")
            guard name.isEmpty || checks.contains(name) else { return .complete(.text(404, "404 page not found\n")) }
            if call.request.parameter("verbose") != nil, name.isEmpty {
                let word = path.split(separator: "/").first.map(String.init) ?? "healthz"
                return .complete(.text(200, checks.map { "[+]\($0) ok\n" }.joined() + "\(word) check passed\n"))
            }
            var answer = APIResponse.Answer.text(200, "ok")
            answer.headers = [("Cache-Control", "no-cache, private"), ("X-Content-Type-Options", "nosniff")]
            return .complete(answer)
        }
        if path == "/.well-known/openid-configuration" || path == "/openid/v1/jwks" {
            guard isRead else { throw Self.notAllowed }
            return .complete(.json(200, path.hasPrefix("/openid") ? access.tokens.keySet : access.tokens.discovery))
        }
        let parts = path.split(separator: "/").map(String.init)
        let discovery = Discovery(catalogue: catalogue, gitVersion: settings.gitVersion)
        guard parts.first == "version" || parts.first == "api" || parts.first == "apis" || parts.first == "openapi" || path == "/" else {
            return .complete(.text(404, "404 page not found\n"))
        }
        guard isRead else { throw Self.notAllowed }
        if path == "/" { return .complete(.json(200, ["paths": JSON(discovery.paths)])) }
        switch (parts[0], parts.count) {
        case ("version", 1): return .complete(.json(200, discovery.version))
        case ("api", 1), ("apis", 1): return .complete(try discovery.roots(parts[0] == "api", call.request))
        case ("api", 2):
            guard parts[1] == "v1" else { throw .unknownResource }
            return .complete(try discovery.resources(group: "", version: "v1", call.request))
        case ("apis", 2):
            guard let group = discovery.group(parts[1]) else { return .complete(.text(404, "404 page not found\n")) }
            return .complete(try discovery.answer(group, call.request))
        case ("apis", 3):
            guard catalogue.groups.contains(parts[1]) else { return .complete(.text(404, "404 page not found\n")) }
            guard catalogue.versions(of: parts[1]).contains(parts[2]) else { throw .unknownResource }
            return .complete(try discovery.resources(group: parts[1], version: parts[2], call.request))
        case ("openapi", _):
            let documents = OpenAPI(catalogue: catalogue, customs: customs, gitVersion: settings.gitVersion)
            guard parts.dropFirst() == ["v2"] else { return .complete(documents.answer(parts.dropFirst(), call.request)) }
            let older = olderOpenAPI ?? OpenAPIv2(documents)
            olderOpenAPI = older
            return .complete(older.answer(call.request))
        default: return .complete(.text(404, "404 page not found\n"))
        }
    }

    private static var notAllowed: APIStatus {
        var status = APIStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        status.hasDetails = true
        return status
    }
}
