package import Contract
package import Foundations

/// What a sensor must be for the portal to serve it.
package struct SensorDemands: Sendable, Hashable {
    /// The oldest version that is served; nil serves all.
    package var versionMin: String?
    /// How far a sensor's clock may be off: beyond it nothing that it says can be put in order.
    package var clockSkewMax: Duration = .hours(1)

    package init() {}

    package struct Refusal: Error, Hashable {
        package var reason: SensorRefusal
        package var message: String
    }

    /// - Parameter sent: the sensor's own time; 0 when it did not say.
    package func check(version: String, sent: WallInstant, at now: WallInstant) throws(Refusal) {
        try check(version: version)
        let skew = sent - now
        guard sent.nanoseconds != 0, max(skew, .zero - skew) > clockSkewMax else { return }
        throw Refusal(
            reason: .clockOff,
            message: "the sensor's clock is \(Int(abs(skew.inSeconds))) s \(skew > .zero ? "ahead of" : "behind") the portal's: at most \(Int(clockSkewMax.inSeconds)) s are taken")
    }

    package func check(version: String) throws(Refusal) {
        guard let versionMin, Self.parts(version).lexicographicallyPrecedes(Self.parts(versionMin)) else { return }
        throw Refusal(reason: .versionTooOld, message: "sensors from version \(versionMin) on are served, this one is \(version)")
    }

    // What is no number is older than any.
    private static func parts(_ version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? -1 } }
}
