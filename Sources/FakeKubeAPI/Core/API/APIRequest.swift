/// One HTTP request as the edge has read it. YAML bodies have been turned into JSON there.
package struct APIRequest: Sendable {
    package var method: String
    /// Without the query, still percent-encoded.
    package var path: String
    /// In the order of the URL, decoded.
    package var query: [(name: String, value: String)]
    /// Names in lower case; values of one name joined by `, `.
    package var headers: [String: String]
    package var body: [UInt8]

    package init(method: String, path: String, query: [(name: String, value: String)] = [], headers: [String: String] = [:], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    func flag(_ name: String) -> Bool {
        guard let value = parameter(name) else { return false }
        return value != "false" && value != "0"
    }

    /// A whole number, or nil when it is not given; given and empty is an error too.
    func number(_ name: String) throws(APIStatus) -> Int64? {
        guard let text = parameter(name) else { return nil }
        if let value = Int64(text) { return value }
        let isNumber = !text.isEmpty && text.drop { $0 == "-" || $0 == "+" }.allSatisfy(\.isNumber) && text.contains(where: \.isNumber)
        throw .badRequest("strconv.ParseInt: parsing \(JSON.string(text).text): \(isNumber ? "value out of range" : "invalid syntax")")
    }

    /// The media type of the body in lower case, without its parameters.
    var contentType: String {
        (headers["content-type"] ?? "").split(separator: ";").first.map { $0.trimmingSpace.lowercased() } ?? ""
    }

    /// Splits a query string; `+` is a space.
    package static func parseQuery(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").compactMap { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decodePercent(String(sides[0]).replacing("+", with: " ")) else { return nil }
            // Like Go's parser: an entry that cannot be decoded is dropped, the others stay.
            guard let value = decodePercent(sides.count > 1 ? String(sides[1]).replacing("+", with: " ") : "") else { return nil }
            return (name, value)
        }
    }

    package static func decodePercent(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "%") {
                guard at + 2 < bytes.count, let byte = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16) else { return nil }
                out.append(byte)
                at += 3
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// What the edge is to do for a request.
package enum APIResponse: Sendable {
    case complete(Answer)
    /// A stream of the events of this session.
    case watch(WatchSession)
    /// A stream of the lines of a log.
    case log(LogSession)
    /// The answer, after a wait.
    indirect case delayed(Duration, APIResponse)
    /// No answer at all: the connection is dropped.
    case disconnect
    /// No answer yet: the webhooks are to be asked, and the request handed in again.
    case webhooks(PendingRequest)

    package struct Answer: Sendable {
        package var status: Int
        package var contentType: String
        package var headers: [(name: String, value: String)] = []
        package var body: [UInt8]
        package var isYAML = false
        /// What the body says, when it may go out in whatever encoding the client accepts.
        var object: JSON?

        package init(status: Int, contentType: String = "application/json", body: [UInt8]) {
            self.status = status
            self.contentType = contentType
            self.body = body
        }

        static func json(_ status: Int, _ value: JSON) -> Answer {
            var answer = Answer(status: status, body: value.encoded)
            // Documents that are no API objects are JSON for everybody.
            if value["kind"] != nil { answer.object = value }
            return answer
        }

        static func status(_ code: Int, _ status: APIStatus) -> Answer {
            var answer = Answer(status: code, body: status.encoded)
            answer.object = status.json
            return answer
        }

        static func text(_ status: Int, _ text: String) -> Answer { Answer(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8)) }
    }

    /// With every object in the encoding that the client accepts; those who accept none of ours get JSON.
    func negotiated(_ accept: String?) -> APIResponse {
        switch self {
        case .complete(var answer):
            guard let object = answer.object else { return self }
            switch ResponseForm.plain(accept) {
            case .yaml: answer.isYAML = true
            case .protobuf:
                guard let body = ProtobufEnvelope.encode(object) else { return self }
                answer.body = body
                answer.contentType = ProtobufEnvelope.mediaType
            case .json, nil: break
            }
            return .complete(answer)
        case .delayed(let wait, let inner): return .delayed(wait, inner.negotiated(accept))
        case .watch, .log, .disconnect, .webhooks: return self
        }
    }

    static func failure(_ status: APIStatus) -> APIResponse {
        var answer = Answer.status(status.code, status)
        if let seconds = status.retryAfterSeconds { answer.headers.append(("Retry-After", String(seconds))) }
        return .complete(answer)
    }
}
