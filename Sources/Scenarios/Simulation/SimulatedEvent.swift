import Contract
import Foundation
import Foundations
import Redaction
import Spool

/// What a simulated node reports: text that went through the real redactor, with a planted secret in some of them.
struct SimulatedEvent: Codable, Hashable, Redactable {
    var id: String
    var commandLine: String
    /// The portal refuses a record with it, as it would one that its schema does not know.
    var poison: Bool?
    var padding: String

    func redacted(by redactor: Redactor) -> SimulatedEvent {
        var out = self
        out.commandLine = redactor.redact(commandLine)
        return out
    }
}

/// Makes the events of one node: how many, which, how large. Knows nothing of what becomes of them.
struct Workload {
    /// In every planted secret, and in nothing else.
    static let secretMark = "Zq7PLANTED"

    private let node: Int
    private let plan: SimulationPlan
    private var random: SeededGenerator
    private var made = 0
    private var poisonLeft = 0
    private let redactor = Redactor()
    private let leavesSecrets: Bool

    /// - Parameter leavesSecrets: what a sensor without redaction would do; for showing that the auditor sees it.
    init(node: Int, plan: SimulationPlan, seed: UInt64, leavesSecrets: Bool = false) {
        self.node = node
        self.plan = plan
        self.leavesSecrets = leavesSecrets
        random = SeededGenerator(seed: seed)
    }

    /// How long until the next event.
    mutating func pause() -> Duration? { pause(perHour: plan.detectionsPerHour + plan.runtimeDataPerHour + plan.telemetryPerHour) }

    private mutating func pause(perHour: Int) -> Duration? {
        guard perHour > 0 else { return nil }
        return .milliseconds(Int64(-log(Double.random(in: 0.0001..<1, using: &random)) * 3_600_000 / Double(perHour)))
    }

    /// How long until the next program starts.
    mutating func pauseBetweenPrograms() -> Duration? { pause(perHour: plan.programsPerHour) }

    mutating func poison(_ detections: Int) { poisonLeft += detections }

    mutating func next() -> SpoolDraft {
        let rates = [(UploadStream.detections, plan.detectionsPerHour), (.runtimeData, plan.runtimeDataPerHour), (.telemetry, plan.telemetryPerHour)]
        var draw = Int.random(in: 0..<max(1, rates.reduce(0) { $0 + $1.1 }), using: &random)
        var stream = UploadStream.detections
        for (name, rate) in rates {
            stream = name
            if draw < rate { break }
            draw -= rate
        }
        made += 1
        let id = "n\(node)-\(stream.rawValue)-\(made)"
        let isPoison = stream == .detections && poisonLeft > 0
        if isPoison { poisonLeft -= 1 }
        let length = Int.random(in: 0..<200, using: &random) == 0 ? Int.random(in: 1000...6000, using: &random) : Int.random(in: 0...300, using: &random)
        let event = SimulatedEvent(id: id, commandLine: commandLine(), poison: isPoison ? true : nil, padding: String(repeating: "x", count: length))
        let severity: Severity = stream == .detections ? Severity.allCases[Int.random(in: 0..<5, using: &random)] : .informational
        return SpoolDraft(stream: stream, id: id, severity: severity, payload: payload(of: event))
    }

    private mutating func commandLine() -> String {
        let secret = Self.secretMark + String(Int.random(in: 100_000...999_999, using: &random))
        return switch Int.random(in: 0..<30, using: &random) {
        case 0: "mysql --user=app --password=\(secret) shop"
        case 1: "curl -H 'Authorization: Bearer \(secret)abcdef' https://api.shop.example/orders"
        case 2: "psql postgres://app:\(secret)@db.shop.example/orders"
        case 3: "env DB_PASSWORD=\(secret) /usr/bin/node server.js"
        case 4: #"sh -c "export API_KEY='\#(secret)'; ./deploy""#
        default: "/usr/bin/python3 /srv/app/worker.py --queue orders --pod web-7d4b9c6f5-x2kqp"
        }
    }

    private func payload(of event: SimulatedEvent) -> Redacted<Data> {
        do {
            if leavesSecrets { return try redactor.redact(Unredacted(event: event)).encoded() }
            return try redactor.redact(event).encoded()
        } catch { preconditionFailure("a plain structure of text that JSON cannot hold: \(error)") }
    }

    private struct Unredacted: Encodable, Redactable {
        var event: SimulatedEvent
        func redacted(by redactor: Redactor) -> Unredacted { self }
        func encode(to encoder: any Encoder) throws { try event.encode(to: encoder) }
    }
}
