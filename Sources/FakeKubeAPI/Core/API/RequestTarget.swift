/// What a path of the API names: group, version, namespace, resource, object, subresource; and the verb that is meant.
struct RequestTarget: Hashable {
    var group = ""
    var version = ""
    var namespace = ""
    var resource = ""
    var name = ""
    var subresource = ""
    /// Segments behind a subresource that takes them (proxy), or too many of them.
    var rest: [String] = []
    var verb = ""
    /// The old `/watch/` prefix.
    var isWatchPath = false

    /// nil when the path is none of an API resource.
    init?(_ request: APIRequest) {
        var parts = request.path.split(separator: "/").map { APIRequest.decodePercent($0) ?? String($0) }[...]
        guard let root = parts.popFirst() else { return nil }
        switch root {
        case "api":
            guard parts.count >= 2 else { return nil }
            version = parts.removeFirst()
        case "apis":
            guard parts.count >= 3 else { return nil }
            group = parts.removeFirst()
            version = parts.removeFirst()
        default: return nil
        }
        if parts.first == "watch" {
            isWatchPath = true
            parts.removeFirst()
            guard !parts.isEmpty else { return nil }
        }
        if parts.first == "namespaces", parts.count >= 3, !["status", "finalize"].contains(parts[parts.startIndex + 2]) {
            namespace = parts[parts.startIndex + 1]
            parts = parts.dropFirst(2)
        }
        resource = parts.removeFirst()
        if let name = parts.popFirst() { self.name = name }
        if resource == "namespaces", namespace.isEmpty { namespace = name }
        if let subresource = parts.popFirst() { self.subresource = subresource }
        rest = Array(parts)
        verb = Self.verb(request, hasName: !name.isEmpty, isWatchPath: isWatchPath)
    }

    private static func verb(_ request: APIRequest, hasName: Bool, isWatchPath: Bool) -> String {
        switch request.method {
        case "GET", "HEAD":
            if isWatchPath { return "watch" }
            if hasName { return "get" }
            return request.flag("watch") ? "watch" : "list"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return hasName ? "delete" : "deletecollection"
        default: return ""
        }
    }
}
