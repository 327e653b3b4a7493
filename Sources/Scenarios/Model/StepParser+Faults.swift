import Yams

// Steps that break something between sensor and portal, or below the sensor.
extension StepParser {
    static func kills(_ node: Node, reader: inout YAMLReader) -> Step? {
        guard let members = reader.mapping(node, "'kills'", keys: ["count", "seed", "within"]), let count = members["count"] else {
            reader.fail(node, "'kills' needs 'count'")
            return nil
        }
        return .kills(
            KillPlan(
                count: reader.integer(count, "'count'", in: 1...10_000), seed: UInt64(members["seed"].map { reader.integer($0, "'seed'", in: 0...Int.max) } ?? 1),
                within: members["within"].map { reader.span($0, "'within'") } ?? .milliseconds(1500)))
    }

    /// `{scale: 3600}` or `{ahead: 25h}`.
    static func clock(_ node: Node, reader: inout YAMLReader) -> Step? {
        guard let members = reader.mapping(node, "'clock'", keys: ["scale", "ahead"]) else { return nil }
        switch (members["scale"], members["ahead"]) {
        case (let scale?, nil): return .clock(scale: Double(reader.integer(scale, "'scale'", in: 1...86_400)))
        case (nil, let ahead?): return .bootClock(ahead: reader.span(ahead, "'ahead'"))
        default:
            reader.fail(node, "'clock' needs one of 'scale' and 'ahead'")
            return nil
        }
    }
}
