package import Contract
package import Foundations

/// Applies a fault plan to requests: a value that is told the instant and answers what strikes.
///
/// The first rule of the plan that matches and whose probability says yes strikes. Draws come from the plan's seed, so the same
/// plan and the same requests give the same faults.
package struct FaultEngine: Sendable {
    /// What a rule does to one request.
    package enum Effect: Sendable, Equatable {
        case refuse, hang, dropReply, cutMidStream, badPayload, disableEntitlement
        case delay(milliseconds: Int)
        case grpcStatus(Int)
        case httpStatus(Int, retryAfterSeconds: Int?)
        /// Tokens issued before this instant count as expired.
        case expireTokens(issuedBefore: MonotonicInstant)
        case throttle(bytesPerSecond: Int)
        /// Seen at the TLS handshake only.
        case expiredCertificate

        /// The name the plan uses.
        package var name: String {
            switch self {
            case .refuse: "refuse"
            case .hang: "hang"
            case .dropReply: "dropReply"
            case .cutMidStream: "cutMidStream"
            case .badPayload: "badPayload"
            case .disableEntitlement: "disableEntitlement"
            case .delay: "delayMs"
            case .grpcStatus: "grpcStatus"
            case .httpStatus: "httpStatus"
            case .expireTokens: "expireTokens"
            case .throttle: "throttleBytesPerSecond"
            case .expiredCertificate: "expiredCertificate"
            }
        }
    }

    package private(set) var plan = FaultPlan()
    /// How often each rule of the plan struck.
    package private(set) var strikes: [Int] = []
    private var since = MonotonicInstant.zero
    private var generator = SeededGenerator(seed: 1)

    package init() {}

    /// Puts a plan in place of the one before; its times count from `now`.
    package mutating func put(_ plan: FaultPlan, at now: MonotonicInstant) {
        self.plan = plan
        strikes = Array(repeating: 0, count: plan.faults.count)
        since = now
        generator = SeededGenerator(seed: plan.seed)
    }

    /// What strikes a request, nil when it goes through unharmed.
    /// - Parameters:
    ///   - surfaces: every surface the request belongs to; a reputation look-up is `reputation` and `grpc`.
    ///   - sensor: names of the sensor, id and node name; a rule with `sensor` matches any of them.
    package mutating func strike(_ surfaces: Set<FaultPlan.Surface>, sensor: [String] = [], at now: MonotonicInstant) -> Effect? {
        first(surfaces, sensor: sensor, at: now) { $0 != .expiredCertificate }
    }

    /// Whether a TLS handshake on a listener that serves `surfaces` shall show the expired certificate.
    package mutating func strikesHandshake(_ surfaces: Set<FaultPlan.Surface>, at now: MonotonicInstant) -> Bool {
        first(surfaces, sensor: [], at: now) { $0 == .expiredCertificate } != nil
    }

    /// Whether connections to a listener are to be closed before a byte is read: a `refuse` rule without conditions stands now.
    package func refusesConnections(_ surface: FaultPlan.Surface, at now: MonotonicInstant) -> Bool {
        plan.faults.contains { rule in
            rule.match.surface == surface && rule.fault.refuse == true && rule.match.sensor == nil && rule.match.probability == nil && rule.match.count == nil
                && isStanding(rule.match, at: now)
        }
    }

    /// Surfaces whose open connections must go when the plan is put, so that what holds for new connections holds at once.
    package var surfacesToDisconnect: Set<FaultPlan.Surface> {
        Set(plan.faults.filter { $0.fault.refuse == true || $0.fault.expiredCertificate == true }.map(\.match.surface))
    }

    private mutating func first(_ surfaces: Set<FaultPlan.Surface>, sensor: [String], at now: MonotonicInstant, where wanted: (Effect) -> Bool) -> Effect? {
        for (index, rule) in plan.faults.enumerated() {
            guard surfaces.contains(rule.match.surface), isStanding(rule.match, at: now), let effect = effect(of: rule), wanted(effect) else { continue }
            if let name = rule.match.sensor, !sensor.contains(name) { continue }
            if let count = rule.match.count, strikes[index] >= count { continue }
            if let probability = rule.match.probability, Double.random(in: 0..<1, using: &generator) >= probability { continue }
            strikes[index] += 1
            return effect
        }
        return nil
    }

    /// For each rule whether it may still strike at this instant or later: its time is not over and its count not used up.
    package func remaining(at now: MonotonicInstant) -> [Bool] {
        zip(plan.faults, strikes).map { rule, struck in
            let isOver = rule.match.for.map { now >= begin(of: rule.match) + .seconds($0) } ?? false
            return !isOver && rule.match.count.map { struck < $0 } ?? true
        }
    }

    private func begin(of match: FaultPlan.Match) -> MonotonicInstant { since + .seconds(match.after ?? 0) }

    private func isStanding(_ match: FaultPlan.Match, at now: MonotonicInstant) -> Bool {
        let begin = begin(of: match)
        guard now >= begin else { return false }
        return match.for.map { now < begin + .seconds($0) } ?? true
    }

    private func effect(of rule: FaultPlan.Rule) -> Effect? {
        let fault = rule.fault
        if fault.refuse == true { return .refuse }
        if fault.hang == true { return .hang }
        if let milliseconds = fault.delayMs { return .delay(milliseconds: milliseconds) }
        if let status = fault.grpcStatus { return .grpcStatus(status) }
        if let status = fault.httpStatus { return .httpStatus(status, retryAfterSeconds: fault.retryAfterSeconds) }
        if fault.dropReply == true { return .dropReply }
        if fault.cutMidStream == true { return .cutMidStream }
        if fault.badPayload == true { return .badPayload }
        if fault.expiredCertificate == true { return .expiredCertificate }
        if fault.expireTokens == true { return .expireTokens(issuedBefore: begin(of: rule.match)) }
        if fault.disableEntitlement == true { return .disableEntitlement }
        if let rate = fault.throttleBytesPerSecond { return .throttle(bytesPerSecond: rate) }
        return nil
    }
}
