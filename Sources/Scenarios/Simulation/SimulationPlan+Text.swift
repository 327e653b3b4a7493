package import Foundations
import Yams

// A plan as people write it:
//
//     sensors: 2
//     store: memory
//     spoolRecords: 600
//     faults:
//       - {fault: refuse, at: 6h, for: 30h}
//       - {fault: dropReply, at: 40h, for: 10m, surface: rest, probability: 0.5, sensor: 1}
//       - {fault: wallStep, at: 41h, amount: -3600}
extension SimulationPlan {
    /// Everything that is wrong with a plan's text; nothing of it is used then.
    package struct Rejection: Error, Sendable, CustomStringConvertible {
        package var diagnostics: [Diagnostic]
        package var description: String { diagnostics.map(\.description).joined(separator: "\n") }
    }

    /// Reads YAML (or JSON, which is YAML).
    ///
    /// - Parameter file: the name that diagnostics begin with.
    package init(text: String, file: String) throws(Rejection) {
        var reader = PlanReader(file: file)
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw Rejection(diagnostics: [PlanReader.diagnostic(of: error, file: file)]) }
        guard let root else { throw Rejection(diagnostics: [Diagnostic(file: file, message: "the plan is empty")]) }
        self.init()
        let members = reader.members(of: root, "a plan", keys: Self.counts.map(\.name) + ["store", "tokenLife", "faults"])
        for (name, path, range) in Self.counts { if let node = members[name] { self[keyPath: path] = reader.integer(node, name, range) } }
        if let node = members["store"] { store = reader.choice(node, "store", Store.self) ?? store }
        if let node = members["tokenLife"] { tokenLife = reader.span(node, "tokenLife") }
        for node in members["faults"].map({ reader.elements(of: $0, "faults") }) ?? [] {
            if let fault = reader.fault(node, sensors: sensors) { faults.append(fault) }
        }
        guard reader.diagnostics.isEmpty else { throw Rejection(diagnostics: reader.diagnostics.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }) }
    }

    /// The plan as it is read: `init(text:file:)` gives the same plan back.
    package var text: String {
        var lines = Self.counts.map { "\($0.name): \(self[keyPath: $0.path])" }
        lines.append("store: \(store.rawValue)")
        lines.append("tokenLife: \(Self.text(of: tokenLife))")
        lines.append(faults.isEmpty ? "faults: []" : "faults:")
        for fault in faults {
            var members = ["fault: \(fault.kind.rawValue)", "at: \(Self.text(of: fault.at))"]
            if fault.kind.takesSpan { members.append("for: \(Self.text(of: fault.span))") }
            if let sensor = fault.sensor { members.append("sensor: \(sensor)") }
            if let surface = fault.surface { members.append("surface: \(surface.rawValue)") }
            if fault.probability < 1 { members.append("probability: \(fault.probability)") }
            if fault.kind.takesAmount { members.append("amount: \(fault.amount)") }
            lines.append("  - {\(members.joined(separator: ", "))}")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // Milliseconds are the finest that a plan knows.
    private static func text(of span: Duration) -> String {
        let milliseconds = span.nanoseconds / 1_000_000
        for (unit, factor) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)] where milliseconds % factor == 0 { return "\(milliseconds / factor)\(unit)" }
        return "\(milliseconds)ms"
    }

    private typealias Count = (name: String, path: WritableKeyPath<SimulationPlan, Int>, range: ClosedRange<Int>)

    private static var counts: [Count] {
        [
            ("sensors", \.sensors, 1...1000), ("spoolRecords", \.spoolRecords, 1...10_000_000), ("spoolBytes", \.spoolBytes, 1024...1 << 34),
            ("batchRecords", \.batchRecords, 1...100_000), ("batchBytes", \.batchBytes, 1...1 << 30), ("intake", \.intake, 1...1_000_000),
            ("uploadBytesPerHour", \.uploadBytesPerHour, 1...1 << 40), ("detectionsPerHour", \.detectionsPerHour, 0...1_000_000),
            ("runtimeDataPerHour", \.runtimeDataPerHour, 0...1_000_000), ("telemetryPerHour", \.telemetryPerHour, 0...1_000_000),
            ("programsPerHour", \.programsPerHour, 0...1_000_000), ("ringPlaces", \.ringPlaces, 1...10_000_000),
            ("driftPerMillion", \.driftPerMillion, 0...100_000),
        ]
    }
}

/// Reads the nodes of a plan and collects what is wrong with them, each with line and column.
private struct PlanReader {
    let file: String
    var diagnostics: [Diagnostic] = []

    init(file: String) { self.file = file }

    mutating func fail(_ node: Node, _ message: String) {
        diagnostics.append(Diagnostic(file: file, line: node.mark?.line, column: node.mark?.column, message: message))
    }

    mutating func members(of node: Node, _ what: String, keys: [String]) -> [String: Node] {
        guard let mapping = node.mapping else {
            fail(node, "\(what) must be a mapping")
            return [:]
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            guard keys.contains(name) else {
                fail(key, "unknown key '\(name)' in \(what); known: \(keys.sorted().joined(separator: ", "))")
                continue
            }
            if members.updateValue(value, forKey: name) != nil { fail(key, "key '\(name)' is there twice") }
        }
        return members
    }

    mutating func elements(of node: Node, _ what: String) -> [Node] {
        guard let sequence = node.sequence else {
            fail(node, "\(what) must be a list")
            return []
        }
        return Array(sequence)
    }

    mutating func integer(_ node: Node, _ what: String, _ range: ClosedRange<Int>) -> Int {
        guard let n = node.scalar.flatMap({ Int($0.string) }), range.contains(n) else {
            fail(node, "\(what) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(node.scalar?.string ?? "a structure")'")
            return range.lowerBound
        }
        return n
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ node: Node, _ what: String, _ type: Value.Type) -> Value? where Value.RawValue == String {
        if let value = node.scalar.flatMap({ Value(rawValue: $0.string) }) { return value }
        fail(node, "\(what) must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", ")), not '\(node.scalar?.string ?? "a structure")'")
        return nil
    }

    /// `500ms`, `10s`, `5m`, `30h`.
    mutating func span(_ node: Node, _ what: String) -> Duration {
        let written = node.scalar?.string ?? ""
        let number = written.prefix { $0.isNumber || $0 == "." }
        let factors: [String: Double] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let value = Double(number), let factor = factors[String(written.dropFirst(number.count))], value * factor <= 366 * 86_400_000 else {
            fail(node, "\(what) must be a span such as 500ms, 10s, 5m or 30h, not '\(written)'")
            return .zero
        }
        return .milliseconds(Int64((value * factor).rounded()))
    }

    mutating func fault(_ node: Node, sensors: Int) -> PlannedFault? {
        let members = members(of: node, "a fault", keys: ["fault", "at", "for", "sensor", "surface", "probability", "amount"])
        guard let kindNode = members["fault"] else {
            if node.mapping != nil { fail(node, "a fault needs the key 'fault'") }
            return nil
        }
        guard let kind = choice(kindNode, "fault", PlannedFault.Kind.self) else { return nil }
        var fault = PlannedFault(kind, at: .zero)
        if let at = members["at"] { fault.at = span(at, "at") } else { fail(node, "fault '\(kind.rawValue)' needs the key 'at'") }
        switch (members["for"], kind.takesSpan) {
        case (let span?, true): fault.span = self.span(span, "for")
        case (let span?, false): fail(span, "'\(kind.rawValue)' happens at one instant and has no 'for'")
        case (nil, true): fail(node, "fault '\(kind.rawValue)' needs the key 'for'")
        case (nil, false): break
        }
        if let sensor = members["sensor"] { fault.sensor = integer(sensor, "sensor", 0...max(0, sensors - 1)) }
        if let amount = members["amount"] {
            fault.amount = integer(amount, "amount", -1_000_000_000...1_000_000_000)
            if !kind.takesAmount { fail(amount, "'\(kind.rawValue)' has no 'amount'") }
        }
        if let surface = members["surface"] {
            fault.surface = choice(surface, "surface", PlannedFault.Surface.self)
            if !kind.isLinkFault { fail(surface, "'\(kind.rawValue)' has no 'surface'") }
        }
        if let probability = members["probability"] {
            if let value = probability.scalar.flatMap({ Double($0.string) }), (0...1).contains(value) { fault.probability = value } else {
                fail(probability, "probability must be a number from 0 to 1")
            }
            if !kind.isLinkFault { fail(probability, "'\(kind.rawValue)' has no 'probability'") }
        }
        return fault
    }

    static func diagnostic(of error: any Error, file: String) -> Diagnostic {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            Diagnostic(file: file, line: mark.line, column: mark.column, message: problem)
        default: Diagnostic(file: file, message: "not YAML: \(error)")
        }
    }
}
