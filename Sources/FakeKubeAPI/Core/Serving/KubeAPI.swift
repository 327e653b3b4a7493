package import Foundations

/// The API server as one value: a request in, an answer out. It owns the objects, who may do what, the faults that are asked for and the log of
/// all requests; it reads no clock, opens no socket and draws randomness only from the generator it was given.
package struct KubeAPI: Sendable {
    package var store: ObjectStore
    package internal(set) var catalogue = Catalogue()
    package var faults = FaultPlan()
    package internal(set) var log = RequestLog()
    package private(set) var encodings = EventEncodings()
    /// By `namespace/pod/container`, with `.previous` behind it for the container before this one.
    var logs: [String: ContainerLog]
    var access: AccessControl
    var customs: [String: CustomResource] = [:] { didSet { olderOpenAPI = nil } }
    /// Made when it is first asked for, and again when what is served has changed.
    var olderOpenAPI: OpenAPIv2?
    var random: SeededGenerator
    var lastWatch: UInt64 = 0
    var plane = ControlPlane()
    var lastNamespaceChange: UInt64 = 0
    /// Namespaces that are going and not empty yet.
    var endingNamespaces: Set<String> = []
    /// Definitions that are going and still have objects.
    var endingDefinitions: Set<String> = []
    var policies = PolicyCache()
    /// Names and texts of what has been promised; see `Settings`.
    let settings: Settings

    package struct Settings: Sendable {
        /// `v1.36.0`.
        package var gitVersion = "v1.36.0"
        /// A body above this is refused with 413. Bytes.
        package var bodyBytesMax = 3 * 1024 * 1024
        /// What `pods/log` answers with, by `namespace/pod/container`, or `namespace/pod/container.previous`; see `ContainerLog`.
        package var logs: [String: String] = [:]
        /// Whether controllers, a scheduler and kubelets act on objects.
        package var controlPlane = false
        /// The authority's certificate, for the ConfigMap that every namespace has; empty for none.
        package var authorityPEM = ""
        package init() {}
    }

    /// - Parameters:
    ///   - seed: of the generator behind uids, generated names, addresses and the faults' chances.
    ///   - adminToken: a bearer token of the administrator (group system:masters).
    package init(seed: UInt64, tokens: TokenAuthority, adminToken: String, settings: Settings = Settings(), historyMax: Int = 50_000) {
        store = ObjectStore(historyMax: historyMax)
        random = SeededGenerator(seed: seed)
        access = AccessControl(tokens: tokens, adminToken: adminToken)
        logs = settings.logs.mapValues { ContainerLog(parsing: $0) }
        self.settings = settings
        for resource in catalogue.resources where resource.isStored { store.open(resource) }
    }

    /// What a request says about who sends it; the edge reads it off the connection and the headers.
    package enum Credentials: Sendable {
        case none
        /// Subject of a client certificate that our authority signed.
        case certificate(name: String, groups: [String])
        case bearer(String)

        /// From inside the process: group system:masters.
        package static let administrator = Credentials.certificate(name: "kubernetes-admin", groups: ["system:masters"])
    }

    /// Lets a watcher write what is due, at most a batch. Returns whether more is waiting already.
    package mutating func advance(_ session: inout WatchSession, at now: Now, into out: inout [UInt8]) -> Bool { session.next(from: store, &encodings, at: now, into: &out) }

    /// Answers a request.
    /// - Parameter resuming: what an earlier `webhooks` answer to this request gave out, with the answers taken in.
    package mutating func handle(_ request: APIRequest, from credentials: Credentials, at now: Now, resuming: PendingRequest? = nil) -> APIResponse {
        var call = Call(request: request, now: resuming?.now ?? now)
        call.pending = resuming ?? (hasWebhooks(request) ? PendingRequest(seed: random.next(), now: now) : nil)
        call.fault = resuming?.fault
        // A way that may be gone again draws from a generator of its own.
        let shared = random
        if let pending = call.pending { random = SeededGenerator(seed: pending.seed) }
        var response: APIResponse
        do throws(APIStatus) {
            response = try answer(&call, credentials)
        } catch {
            response = .failure(error)
        }
        if var pending = call.pending {
            random = shared
            if !pending.calls.isEmpty {
                pending.fault = call.fault
                return .webhooks(pending)
            }
        }
        response = response.negotiated(call.request.headers["accept"])
        if let fault = call.fault, let milliseconds = fault.latencyMilliseconds { response = .delayed(.milliseconds(Int64(milliseconds)), response) }
        if case .complete(var answer) = response, !call.warnings.isEmpty {
            var seen: Set<String> = []
            answer.headers += call.warnings.filter { seen.insert($0).inserted }.map { ("Warning", "299 - \(JSON.string($0).text)") }
            response = .complete(answer)
        }
        log.append(call, response)
        return response
    }

    private mutating func answer(_ call: inout Call, _ credentials: Credentials) throws(APIStatus) -> APIResponse {
        call.target = RequestTarget(call.request)
        call.user = try access.user(of: credentials, store: store, catalogue: catalogue, at: call.now)
        call.user = try impersonated(call)
        call.attempt = attempt(of: call)
        if call.pending?.isResumed != true, let fault = faults.fault(verb: call.attempt.verb, resource: call.target?.resource ?? "", user: call.user.name, path: call.request.path) {
            call.fault = fault
            if fault.disconnect { return .disconnect }
            if let code = fault.status { throw Self.refusal(code, fault) }
            if fault.gone, call.attempt.verb == "list" {
                throw APIStatus(410, "Expired", "The provided resource version is too old.")
            }
        }
        let decision = Authorizer(store: store, catalogue: catalogue).decide(call.user, call.attempt)
        guard decision.isAllowed else { throw Authorizer.refusal(call.user, call.attempt) }
        guard call.request.body.count <= settings.bodyBytesMax else {
            throw APIStatus(413, "RequestEntityTooLarge", "Request entity too large: limit is \(settings.bodyBytesMax)")
        }
        if let text = call.request.parameter("timeout"), GoDuration.parse(text) == nil {
            throw .badRequest("invalid timeout specified in the request URL - time: invalid duration \(JSON.string(text).text)")
        }
        if let target = call.target { return try serve(target, &call) }
        return try servePath(&call)
    }

    /// A refusal that a fault asked for, with the reason that goes with its code.
    private static func refusal(_ code: Int, _ fault: FaultPlan.Fault) -> APIStatus {
        let reasons = [
            400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict", 410: "Expired", 422: "Invalid",
            429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout",
        ]
        let texts = [429: "Too many requests, please try again later.", 503: "the server is currently unable to handle the request", 410: "The provided resource version is too old."]
        var status = APIStatus(code, reasons[code], fault.message ?? texts[code] ?? "the server was asked to fail")
        status.retryAfterSeconds = fault.retryAfterSeconds
        return status
    }

    // MARK: Who and what

    private func attempt(of call: Call) -> Authorizer.Attempt {
        guard let target = call.target else { return .init(verb: call.request.method.lowercased(), path: call.request.path) }
        // A list or watch of one name is authorized as of that object.
        var name = target.name
        if name.isEmpty, target.verb == "list" || target.verb == "watch", let text = call.request.parameter("fieldSelector"),
            let selector = try? FieldSelector(parsing: text), let wanted = selector.required("metadata.name")
        { name = wanted }
        return .init(
            verb: target.verb, namespace: target.resource == "namespaces" && target.subresource.isEmpty && !target.name.isEmpty ? target.name : target.namespace, group: target.group,
            resource: target.resource, subresource: target.subresource, name: name)
    }

    private func impersonated(_ call: Call) throws(APIStatus) -> User {
        let headers = call.request.headers
        let extras = headers.keys.filter { $0.hasPrefix("impersonate-extra-") }.sorted()
        guard let name = headers["impersonate-user"], !name.isEmpty else {
            guard headers["impersonate-group"] == nil, headers["impersonate-uid"] == nil, extras.isEmpty else {
                throw .badRequest("requested [{Group  \(headers["impersonate-group"] ?? "")      }] without impersonating a user name")
            }
            return call.user
        }
        let authorizer = Authorizer(store: store, catalogue: catalogue)
        var wanted: [Authorizer.Attempt] = []
        let parts = name.split(separator: ":").map(String.init)
        if parts.count == 4, name.hasPrefix("system:serviceaccount:") {
            wanted.append(.init(verb: "impersonate", namespace: parts[2], resource: "serviceaccounts", name: parts[3]))
        } else {
            wanted.append(.init(verb: "impersonate", resource: "users", name: name))
        }
        let groups = (headers["impersonate-group"] ?? "").split(separator: ",").map(\.trimmingSpace)
        wanted += groups.map { .init(verb: "impersonate", resource: "groups", name: $0) }
        for one in wanted where !authorizer.decide(call.user, one).isAllowed {
            var shown = attempt(of: call)
            shown.verb = "impersonate-on:user-info:\(shown.verb)"
            throw Authorizer.refusal(call.user, shown)
        }
        var user = User(name: name, uid: headers["impersonate-uid"] ?? "", groups: groups)
        for key in extras { user.extra[String(key.dropFirst("impersonate-extra-".count))] = (headers[key] ?? "").split(separator: ",").map(\.trimmingSpace) }
        if parts.count == 4, name.hasPrefix("system:serviceaccount:"), groups.isEmpty { user.groups = ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])"] }
        user.groups.append(name == "system:anonymous" ? "system:unauthenticated" : "system:authenticated")
        return user
    }

    // MARK: Chance

    mutating func uid() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let text = Array(digits)
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
    }

    /// The five letters behind a `generateName`: no vowels, so that no words arise.
    mutating func suffix(_ count: Int = 5) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
    }
}

/// One request on its way through the server.
struct Call {
    let request: APIRequest
    let now: Now
    var target: RequestTarget?
    var user = User.anonymous
    var attempt = Authorizer.Attempt(verb: "")
    var fault: FaultPlan.Fault?
    /// Texts for Warning headers.
    var warnings: [String] = []
    /// Questions to webhooks and their answers; nil when there is no webhook at all.
    var pending: PendingRequest?

    var timestamp: JSON { .string(Timestamp.text(now.wall)) }
}

/// Durations as Go writes them: `1m30s`, `250ms`. Seconds.
enum GoDuration {
    static func parse(_ text: String) -> Double? {
        let units: [(String, Double)] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)]
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            let word = String(rest.prefix { $0.isLetter })
            guard let unit = units.first(where: { $0.0 == word }) else { return nil }
            rest = rest.dropFirst(word.count)
            total += number * unit.1
        }
        return text.isEmpty ? nil : total
    }
}
