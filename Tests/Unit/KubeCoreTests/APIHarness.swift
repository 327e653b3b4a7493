import Foundations
import KubeCore

/// A server's value with an administrator to ask it, at a time that stands still unless moved.
struct APIHarness {
    var api: KubeAPI
    var now = Now(monotonic: .zero, wall: WallInstant(nanoseconds: 1_700_000_000_000_000_000))

    init(controlPlane: Bool = false, logs: [String: String] = [:], historyMax: Int = 1000) {
        var settings = KubeAPI.Settings()
        settings.logs = logs
        settings.controlPlane = controlPlane
        // A signature that is as good as any for tests: the text's bytes folded into 64.
        let sign: @Sendable ([UInt8]) -> [UInt8] = { text in text.enumerated().reduce(into: [UInt8](repeating: 7, count: 64)) { $0[$1.offset % 64] = $0[$1.offset % 64] &* 31 &+ $1.element } }
        let tokens = TokenAuthority(publicKey: [UInt8](repeating: 1, count: 64), sign: sign, isSigned: { sign($0) == $1 })
        api = KubeAPI(seed: 1, tokens: tokens, adminToken: "admin", settings: settings, historyMax: historyMax)
        api.bootstrap(at: now)
    }

    struct Answer {
        var status: Int
        var json: JSON
        var headers: [(name: String, value: String)] = []
        var contentType = ""
        var body: [UInt8] = []

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    }

    mutating func ask(
        _ method: String, _ target: String, _ body: JSON? = nil, headers: [String: String] = [:], as credentials: KubeAPI.Credentials = .administrator
    ) -> Answer {
        var headers = headers
        if body != nil, headers["content-type"] == nil { headers["content-type"] = "application/json" }
        return send(method, target, body?.encoded ?? [], headers: headers, as: credentials)
    }

    mutating func send(_ method: String, _ target: String, _ body: [UInt8], headers: [String: String] = [:], as credentials: KubeAPI.Credentials = .administrator) -> Answer {
        switch api.handle(request(method, target, body, headers), from: credentials, at: now) {
        case .complete(let answer), .delayed(_, .complete(let answer)):
            return Answer(
                status: answer.status, json: (try? JSONParser.parse(answer.body)) ?? .null, headers: answer.headers, contentType: answer.isYAML ? "application/yaml" : answer.contentType,
                body: answer.body)
        default: return Answer(status: 0, json: .null)
        }
    }

    private func request(_ method: String, _ target: String, _ body: [UInt8], _ headers: [String: String]) -> APIRequest {
        let sides = target.split(separator: "?", maxSplits: 1).map(String.init)
        return APIRequest(method: method, path: sides[0], query: sides.count > 1 ? APIRequest.parseQuery(sides[1]) : [], headers: headers, body: body)
    }

    mutating func patch(_ target: String, _ body: JSON, type: String = "merge-patch+json") -> Answer { ask("PATCH", target, body, headers: ["content-type": "application/\(type)"]) }

    struct NoWatch: Error {}

    mutating func watch(_ target: String, headers: [String: String] = [:]) throws -> WatchSession {
        guard case .watch(let session) = api.handle(request("GET", target, [], headers), from: .administrator, at: now) else { throw NoWatch() }
        return session
    }

    /// A token of a service account of the namespace `default`.
    mutating func token(of account: String, seconds: Int64 = 3600) -> String {
        let answer = ask("POST", "/api/v1/namespaces/default/serviceaccounts/\(account)/token", ["spec": ["expirationSeconds": .integer(seconds)]])
        return answer.json["status"]?["token"]?.string ?? ""
    }

    /// What a watcher is told now: types and names.
    mutating func events(_ session: inout WatchSession) -> [String] {
        var out: [UInt8] = []
        while api.advance(&session, at: now, into: &out) {}
        return out.split(separator: 0x0A).compactMap { line in
            guard let event = try? JSONParser.parse(Array(line)), let type = event["type"]?.string else { return nil }
            return "\(type) \(event["object"]?["metadata"]?["name"]?.string ?? event["object"]?["metadata"]?["resourceVersion"]?.string ?? event["object"]?["code"]?.text ?? "")"
        }
    }

    /// Lets the control plane act for a while.
    mutating func run(for span: Duration) {
        let step = Duration.milliseconds(100)
        for _ in 0..<Int(span.inSeconds / step.inSeconds) {
            now = now.advanced(by: step)
            api.tick(at: now)
        }
    }

    static func pod(_ name: String, node: String = "", labels: JSON = [:]) -> JSON {
        var pod: JSON = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": labels], "spec": ["containers": [["name": "main", "image": "a:1"]]]]
        if !node.isEmpty { pod[path: "spec", "nodeName"] = .string(node) }
        return pod
    }
}
