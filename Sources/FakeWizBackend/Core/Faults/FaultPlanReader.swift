package import Contract
package import Foundation
import Foundations

/// Reads a fault plan strictly: an unknown key, a value out of range or two effects in one rule is an error that names the field,
/// because a plan with a slip of the pen would prove something other than its author thinks.
package enum FaultPlanReader {
    /// - Throws: `Diagnostic` whose `subject` is the path of the field, e.g. `faults[0].fault.grpcStatus`.
    package static func read(_ bytes: Data) throws -> FaultPlan {
        let object = try JSONBody.object(bytes)
        try JSONBody.allow(["seed", "faults"], in: object, at: "")
        for (index, element) in ((object["faults"] as? [Any]) ?? []).enumerated() {
            guard let rule = element as? [String: Any] else { throw JSONBody.wrong("faults[\(index)]", "is not an object") }
            try JSONBody.allow(["match", "fault"], in: rule, at: "faults[\(index)]")
            if let match = rule["match"] as? [String: Any] {
                try JSONBody.allow(["surface", "sensor", "probability", "after", "for", "count"], in: match, at: "faults[\(index)].match")
            }
            if let fault = rule["fault"] as? [String: Any] {
                try JSONBody.allow(Set(effectNames + ["retryAfterSeconds"]), in: fault, at: "faults[\(index)].fault")
                let given = fault.keys.filter { effectNames.contains($0) && (fault[$0] as? Bool) != false && !(fault[$0] is NSNull) }
                guard given.count == 1 else { throw JSONBody.wrong("faults[\(index)].fault", "needs exactly one effect, has \(given.count)") }
            }
        }
        let plan = try JSONBody.decode(FaultPlan.self, from: bytes)
        for (index, rule) in plan.faults.enumerated() { try check(rule, at: "faults[\(index)]") }
        return plan
    }

    private static let effectNames = [
        "refuse", "hang", "delayMs", "grpcStatus", "httpStatus", "dropReply", "cutMidStream", "badPayload", "expiredCertificate", "expireTokens",
        "disableEntitlement", "throttleBytesPerSecond",
    ]

    private static func check(_ rule: FaultPlan.Rule, at path: String) throws {
        func require(_ holds: Bool, _ field: String, _ message: String) throws {
            guard holds else { throw JSONBody.wrong("\(path).\(field)", message) }
        }
        let (match, fault) = (rule.match, rule.fault)
        let isHTTP = match.surface == .rest || match.surface == .token
        try require(match.probability.map { (0...1).contains($0) } ?? true, "match.probability", "must be between 0 and 1")
        try require((match.after ?? 0) >= 0 && (match.after ?? 0) <= spanMaxSeconds, "match.after", "must be 0 to \(Int(spanMaxSeconds)) seconds")
        try require((match.for ?? 1) > 0 && (match.for ?? 1) <= spanMaxSeconds, "match.for", "must be more than 0 and at most \(Int(spanMaxSeconds)) seconds")
        try require((match.count ?? 1) > 0, "match.count", "must be at least 1")
        try require((fault.delayMs ?? 0) >= 0 && (fault.delayMs ?? 0) <= 600_000, "fault.delayMs", "must be 0 to 600000")
        try require(fault.grpcStatus.map { (1...16).contains($0) } ?? true, "fault.grpcStatus", "must be 1 to 16")
        try require(fault.grpcStatus == nil || !isHTTP, "fault.grpcStatus", "does not apply to the surface \(match.surface.rawValue)")
        try require(fault.httpStatus.map { (300...599).contains($0) } ?? true, "fault.httpStatus", "must be 300 to 599")
        try require(fault.retryAfterSeconds == nil || fault.httpStatus != nil, "fault.retryAfterSeconds", "goes with httpStatus only")
        try require((fault.retryAfterSeconds ?? 0) >= 0, "fault.retryAfterSeconds", "must not be negative")
        try require((fault.throttleBytesPerSecond ?? 1) > 0, "fault.throttleBytesPerSecond", "must be at least 1")
        try require(fault.expireTokens == nil || match.surface != .token, "fault.expireTokens", "does not apply to the surface token")
    }

    /// A year: longer plans are slips of units.
    private static let spanMaxSeconds = 31_536_000.0
}
