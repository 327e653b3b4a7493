import Foundations

/// A question to an admission webhook, for the edge to carry.
package struct WebhookCall: Sendable, Hashable {
    /// As messages show it: `https://name.namespace.svc:443/path?timeout=10s`.
    package var url: String
    /// Where the host of the URL is really reached, when that is somewhere else: a host or an address.
    package var dial: String?
    /// PEM; empty for the authorities that the machine trusts.
    package var authorities: [UInt8]
    package var timeoutSeconds: Int
    /// An AdmissionReview in JSON.
    package var body: [UInt8]
    /// Why the question cannot even be asked.
    package var failure: String?
}

/// What became of a question.
package enum WebhookAnswer: Sendable, Hashable {
    case answered(status: Int, body: [UInt8])
    /// In the words of Go's HTTP client: `context deadline exceeded`.
    case failed(String)
}

/// A request that waits for webhooks. Nothing has been written when it is given out; handed in again with answers it goes the same way as before,
/// with the same randomness at the same time, and further.
package struct PendingRequest: Sendable {
    /// To be asked, all at once.
    package internal(set) var calls: [WebhookCall] = []
    let seed: UInt64
    let now: Now
    /// Of the first way; a fault is met once.
    var fault: FaultPlan.Fault?
    var isResumed = false
    private var answers: [WebhookCall: WebhookAnswer] = [:]

    /// Questions of one request; a state that changes under it makes new ones.
    static let callsMax = 200

    init(seed: UInt64, now: Now) {
        self.seed = seed
        self.now = now
    }

    /// - Parameter given: one for each of `calls`, in their order.
    package mutating func take(_ given: [WebhookAnswer]) {
        for (call, answer) in zip(calls, given) { answers[call] = answer }
        calls = []
        isResumed = true
    }

    func answer(to call: WebhookCall) -> WebhookAnswer? { answers[call] }
    var isFull: Bool { answers.count >= Self.callsMax }
}
