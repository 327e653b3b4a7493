internal import Foundations

/// How things stand with the API server: one name each, reported when it changes.
package enum KubernetesState: String, Sendable, Hashable, CaseIterable, Codable {
    case connecting
    /// The pods are listed and watched.
    case watching
    case unreachable
    case timedOut = "timed-out"
    case tlsFailed = "tls-failed"
    /// 401: the token or certificate is not accepted.
    case unauthorized
    /// 403: the account may not list or watch pods.
    case forbidden
    /// 429.
    case busy
    /// 5xx.
    case serverError = "server-error"
    /// 410: what was asked for has been compacted away; a new list mends it.
    case expired
    /// The answer cannot be understood.
    case badReply = "bad-reply"

    /// Waiting alone will not mend it.
    package var isRefusal: Bool {
        switch self {
        case .unauthorized, .forbidden, .tlsFailed, .badReply: true
        case .connecting, .watching, .unreachable, .timedOut, .busy, .serverError, .expired: false
        }
    }
}

/// Why a request was not answered as hoped.
package struct KubernetesFailure: Error, Hashable, Sendable {
    package var state: KubernetesState
    package var detail: String
    package var retryAfter: Duration?
    /// The object does not exist (404).
    package var isMissing: Bool

    package init(_ state: KubernetesState, detail: String = "", retryAfter: Duration? = nil, isMissing: Bool = false) {
        self.state = state
        self.detail = detail
        self.retryAfter = retryAfter
        self.isMissing = isMissing
    }

    /// What a status means.
    init(status: Int, reason: String?, message: String?, retryAfter: Duration? = nil) {
        let detail = "status \(status)" + (reason.map { " \($0)" } ?? "") + (message.map { ": \($0.prefix(200))" } ?? "")
        let state: KubernetesState = switch status {
        case 401: .unauthorized
        case 403: .forbidden
        case 408: .timedOut
        case 410: .expired
        case 429: .busy
        case 500...: .serverError
        default: .badReply
        }
        self.init(state, detail: detail, retryAfter: retryAfter, isMissing: status == 404)
    }
}

/// Failures in a row, and how long to wait after each: doubled, bounded, shortened at random.
struct RetryPolicy: Hashable, Sendable {
    private(set) var failures = 0

    mutating func succeeded() { failures = 0 }

    mutating func failed(_ failure: KubernetesFailure, _ tuning: KubernetesTuning, using random: inout some RandomNumberGenerator) -> Duration {
        let longest = failure.state.isRefusal ? tuning.refusedRetryMax : tuning.retryMax
        let doubled = tuning.retryInitial.inSeconds * Double(1 << min(failures, 20))
        failures += 1
        let wait = min(doubled, longest.inSeconds) * Double.random(in: 0.5...1, using: &random)
        guard let wish = failure.retryAfter else { return .seconds(wait) }
        // those who were told the same do not come back together
        let honoured = min(wish, tuning.retryAfterMax).inSeconds * Double.random(in: 1...1.2, using: &random)
        return .seconds(max(wait, honoured))
    }
}
