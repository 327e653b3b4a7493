/// Faults as data: what `PUT /control/v1/faults` takes, what scenarios write in YAML, what the simulator draws.
/// The first rule that matches and whose probability says yes is applied; a rule without faults left is skipped.
package struct FaultPlan: Codable, Sendable, Hashable {
    package var seed: UInt64
    package var faults: [Rule]

    package init(seed: UInt64 = 1, faults: [Rule] = []) {
        self.seed = seed
        self.faults = faults
    }

    private enum CodingKeys: String, CodingKey { case seed, faults }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? 1
        faults = try container.decode([Rule].self, forKey: .faults)
    }

    package enum Surface: String, Codable, Sendable, CaseIterable { case grpc, rest, token, reputation, definitions }

    package struct Match: Codable, Sendable, Hashable {
        package var surface: Surface
        package var sensor: String?
        /// 0...1; absent means always.
        package var probability: Double?
        /// Seconds after the plan was put before the rule begins to match.
        package var after: Double?
        /// Seconds for which it matches from then on.
        package var `for`: Double?
        /// How many requests it strikes at most.
        package var count: Int?
        package init(surface: Surface, sensor: String? = nil, probability: Double? = nil, after: Double? = nil, for span: Double? = nil, count: Int? = nil) {
            self.surface = surface
            self.sensor = sensor
            self.probability = probability
            self.after = after
            self.for = span
            self.count = count
        }
    }

    /// Exactly one of the effects; `retryAfterSeconds` goes with `httpStatus`.
    package struct Fault: Codable, Sendable, Hashable {
        /// The connection is closed at once.
        package var refuse: Bool?
        /// No answer until the client gives up (at most ten minutes).
        package var hang: Bool?
        package var delayMs: Int?
        /// A gRPC status code, 1...16.
        package var grpcStatus: Int?
        package var httpStatus: Int?
        package var retryAfterSeconds: Int?
        /// The request takes effect, the answer is lost.
        package var dropReply: Bool?
        package var cutMidStream: Bool?
        package var badPayload: Bool?
        package var expiredCertificate: Bool?
        package var expireTokens: Bool?
        package var disableEntitlement: Bool?
        package var throttleBytesPerSecond: Int?
        package init(
            refuse: Bool? = nil, hang: Bool? = nil, delayMs: Int? = nil, grpcStatus: Int? = nil, httpStatus: Int? = nil, retryAfterSeconds: Int? = nil,
            dropReply: Bool? = nil, cutMidStream: Bool? = nil, badPayload: Bool? = nil, expiredCertificate: Bool? = nil, expireTokens: Bool? = nil,
            disableEntitlement: Bool? = nil, throttleBytesPerSecond: Int? = nil
        ) {
            self.refuse = refuse
            self.hang = hang
            self.delayMs = delayMs
            self.grpcStatus = grpcStatus
            self.httpStatus = httpStatus
            self.retryAfterSeconds = retryAfterSeconds
            self.dropReply = dropReply
            self.cutMidStream = cutMidStream
            self.badPayload = badPayload
            self.expiredCertificate = expiredCertificate
            self.expireTokens = expireTokens
            self.disableEntitlement = disableEntitlement
            self.throttleBytesPerSecond = throttleBytesPerSecond
        }
    }

    package struct Rule: Codable, Sendable, Hashable {
        package var match: Match
        package var fault: Fault
        package init(match: Match, fault: Fault) {
            self.match = match
            self.fault = fault
        }
    }
}
