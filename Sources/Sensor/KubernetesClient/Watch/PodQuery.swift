/// A list or watch of the pods of one node, as a request target.
package struct PodQuery: Sendable, Hashable {
    package var node: String
    package var limit: Int?
    /// Nil asks for the newest state, `0` for any state that the server has at hand.
    package var resourceVersion: String?
    package var continueToken: String?
    /// Given for a watch.
    package var timeoutSeconds: Int?

    /// Path and query; parameters in alphabetical order, as Go's clients send them.
    package var target: String {
        var parameters: [(String, String)] = []
        if timeoutSeconds != nil { parameters.append(("allowWatchBookmarks", "true")) }
        if let continueToken { parameters.append(("continue", continueToken)) }
        parameters.append(("fieldSelector", "spec.nodeName=\(node)"))
        if let limit { parameters.append(("limit", String(limit))) }
        if let resourceVersion { parameters.append(("resourceVersion", resourceVersion)) }
        if let timeoutSeconds {
            parameters.append(("timeoutSeconds", String(timeoutSeconds)))
            parameters.append(("watch", "true"))
        }
        return "/api/v1/pods?" + parameters.map { "\($0)=\(KubePath.value($1))" }.joined(separator: "&")
    }
}
