package import Foundations

/// `pods/log`: what fixtures and the control port have given containers to say.
extension KubeAPI {
    /// The log of a container, or a stream that follows it.
    func readLog(_ target: RequestTarget, _ resource: ResourceDescriptor, _ call: Call) throws(APIStatus) -> APIResponse {
        let (stored, pod) = try pod(target, resource)
        let options = try LogOptions(call.request, pod: target.name, at: call.now.wall)
        let container = try container(pod, options.container, target.name)
        // No node, no log: nothing to say yet.
        if pod["spec"]?["nodeName"]?.isEmpty ?? true { return .complete(.init(status: 204, contentType: "", body: [])) }
        let status = Self.status(of: container, in: pod)
        let key = "\(target.namespace)/\(target.name)/\(container)" + (options.wantsPrevious ? ".previous" : "")
        if logs[key] == nil {
            if options.wantsPrevious { throw .badRequest("previous terminated container \"\(container)\" in pod \"\(target.name)\" not found") }
            if let reason = status?["state"]?["waiting"]?["reason"]?.string { throw .badRequest("container \"\(container)\" in pod \"\(target.name)\" is waiting to start: \(reason)") }
        }
        let state = status?[options.wantsPrevious ? "lastState" : "state"]
        let started = (state?["running"] ?? state?["terminated"])?["startedAt"]?.string ?? pod["metadata"]?["creationTimestamp"]?.string
        var session = LogSession(
            key: key, namespace: target.namespace, pod: target.name, uid: stored.uid, container: container, options: options,
            started: started.flatMap(Timestamp.parse) ?? call.now.wall, log: logs[key] ?? ContainerLog(parsing: ""))
        if options.follows { return .log(session) }
        var body: [UInt8] = []
        _ = advance(&session, into: &body)
        return .complete(.init(status: 200, contentType: Self.logType, body: body))
    }

    package static let logType = "text/plain"

    /// Lets a reader have what is there. Returns whether the reader has all of it.
    @discardableResult
    package func advance(_ session: inout LogSession, into out: inout [UInt8]) -> Bool {
        session.read(logs[session.key] ?? ContainerLog(parsing: ""), isRunning: isRunning(session), into: &out)
        return session.hasEnded
    }

    private func isRunning(_ session: LogSession) -> Bool {
        guard !session.options.wantsPrevious, let pods = builtIn("", "pods"), let stored = store.object(pods, session.namespace, session.pod), stored.uid == session.uid else { return false }
        let pod = stored.json(pods)
        return !["Succeeded", "Failed"].contains(pod["status"]?["phase"]?.string ?? "") && Self.status(of: session.container, in: pod)?["state"]?["terminated"] == nil
    }

    private static func status(of container: String, in pod: JSON) -> JSON? {
        ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].lazy.flatMap { pod["status"]?[$0]?.array ?? [] }.first { $0["name"]?.string == container }
    }

    /// Containers whose logs are kept; those of pods that have gone included, as fixtures come before pods.
    package static let logsMax = 10_000

    /// Lets a container say more; those who follow its log are woken.
    /// - Throws: 404 for a pod that there is not, 400 for a container that it has not, 429 beyond `logsMax`.
    package mutating func appendLog(namespace: String, pod name: String, container: String, _ text: String, at now: Now) throws(APIStatus) {
        guard let pods = builtIn("", "pods") else { throw .unknownResource }
        guard let stored = store.object(pods, namespace, name) else { throw .notFound(pods, name) }
        let container = try self.container(stored.json(pods), container, name)
        let key = "\(namespace)/\(name)/\(container)"
        guard logs[key] != nil || logs.count < Self.logsMax else { throw APIStatus(429, "TooManyRequests", "the logs of \(Self.logsMax) containers are kept already") }
        logs[key, default: ContainerLog(parsing: "")].append(text, at: now.wall)
        store.stir(pods)
    }
}
