/// `authorizer.group("apps").resource("deployments").check("create").allowed()`: what has been said so far, then what was decided.
struct CELAuthorizer: Hashable, Sendable {
    enum Stage: Sendable { case start, path, group, resource, decision }

    var stage = Stage.start
    var path = ""
    var group = ""
    var resource = ""
    var subresource = ""
    var namespace = ""
    var name = ""
    /// Of a service account to ask for; empty for who sends the request.
    var user = ""
    var isAllowed = false
    var reason = ""

    func call(_ function: String, _ rest: [CELValue], _ evaluation: inout CELEvaluation) throws(CELError) -> CELValue? {
        var texts: [String] = []
        for value in rest { texts.append(try CELTexts.string(value)) }
        var next = self
        switch (stage, function, texts.count) {
        case (.start, "path", 1):
            next.stage = .path
            next.path = texts[0]
        case (.start, "group", 1):
            next.stage = .group
            next.group = texts[0]
        case (.start, "serviceAccount", 2): next.user = "system:serviceaccount:\(texts[0]):\(texts[1])"
        case (.group, "resource", 1):
            next.stage = .resource
            next.resource = texts[0]
        case (.resource, "subresource", 1): next.subresource = texts[0]
        case (.resource, "namespace", 1): next.namespace = texts[0]
        case (.resource, "name", 1): next.name = texts[0]
        case (.resource, "fieldSelector", 1), (.resource, "labelSelector", 1): break
        case (.resource, "check", 1), (.path, "check", 1):
            next.stage = .decision
            (next.isAllowed, next.reason) = evaluation.authorize(self, texts[0])
        case (.decision, "allowed", 0): return .bool(isAllowed)
        case (.decision, "reason", 0): return .string(reason)
        case (.decision, "errored", 0): return .bool(false)
        case (.decision, "error", 0): return .string("")
        default: return nil
        }
        return .authorizer(next)
    }
}
