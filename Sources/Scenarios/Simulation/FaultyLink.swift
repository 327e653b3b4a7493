import Foundations
import Portal

/// What the network does to requests: the link faults that stand now, asked once for each request.
struct FaultyLink {
    /// What becomes of one request.
    enum Fate {
        /// Turned away before the portal saw it.
        case refused(after: Duration, PortalFailure)
        /// Neither portal nor sensor hears of it again.
        case lost
        /// Reaches the portal after the first span; the answer takes the second, nil when it is lost.
        case carried(there: Duration, back: Duration?)
        /// The connection breaks: the sensor knows at once, the portal may have taken it.
        case cut(there: Duration?, after: Duration)
    }

    private var standing: [Int: PlannedFault] = [:]
    private var random: SeededGenerator
    /// Until when the throttled line of a node is taken.
    private var takenUntil: [Int: WorldTime] = [:]

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func begin(_ fault: PlannedFault, number: Int) { standing[number] = fault }
    mutating func end(number: Int) {
        if standing.removeValue(forKey: number)?.kind == .throttle { takenUntil = [:] }
    }

    var hasStandingFaults: Bool { !standing.isEmpty }

    /// No request of the node can get through.
    func isDown(for node: Int) -> Bool { standing.values.contains { $0.cutsOffEntirely && ($0.sensor ?? node) == node } }

    /// - Parameter timeout: how long the sensor waits before it breaks off.
    mutating func fate(of request: PortalRequest, from node: Int, timeout: Duration, at world: WorldTime) -> Fate {
        let surface = Self.surface(of: request)
        var there = Duration.milliseconds(Int64.random(in: 1...40, using: &random))
        var back = Duration.milliseconds(Int64.random(in: 1...40, using: &random))
        for number in standing.keys.sorted() {
            guard let fault = standing[number], (fault.sensor ?? node) == node, (fault.surface ?? surface) == surface else { continue }
            if fault.probability < 1, Double.random(in: 0..<1, using: &random) >= fault.probability { continue }
            switch fault.kind {
            case .refuse: return .refused(after: there, PortalFailure(.unreachable))
            case .serverError: return .refused(after: there, PortalFailure(.serverError))
            case .busy: return .refused(after: there, PortalFailure(.busy, retryAfter: .seconds(Int64(fault.amount))))
            case .notEntitled: return .refused(after: there, PortalFailure(.notEntitled))
            case .hang, .dropRequest: return .lost
            case .dropReply: return .carried(there: there, back: nil)
            case .cut: return .cut(there: Bool.random(using: &random) ? there : nil, after: there + .milliseconds(1))
            case .slow:
                let late = Double(fault.amount) * Double.random(in: 0.5...1.5, using: &random)
                let share = Double.random(in: 0...1, using: &random)
                there += .milliseconds(Int64(late * share * 1000))
                back += .milliseconds(Int64(late * (1 - share) * 1000))
            case .throttle:
                let line = max(world, takenUntil[node] ?? world)
                let end = line + .milliseconds(Int64(Self.bytes(of: request)) * 1000 / Int64(max(1, fault.amount)))
                // broken off half way, the line is free again
                takenUntil[node] = min(end, max(line, world + timeout))
                there += end - world
                if there >= timeout { return .lost }
            default: break
            }
        }
        return .carried(there: there, back: back)
    }

    /// What a request takes on the line, both ways together.
    private static func bytes(of request: PortalRequest) -> Int {
        let envelope = 600
        return switch request {
        case .upload(let upload): envelope + upload.payloadBytes
        case .download(let offer): envelope + offer.size
        case .token, .register, .heartbeat, .currentDefinitions, .deregister: envelope
        }
    }

    static func surface(of request: PortalRequest) -> PlannedFault.Surface {
        switch request {
        case .token: .token
        case .register, .heartbeat, .currentDefinitions, .download, .deregister: .grpc
        case .upload: .rest
        }
    }
}
