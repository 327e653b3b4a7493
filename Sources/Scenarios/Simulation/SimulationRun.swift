import Contract
import Foundation
import Foundations
import Portal
import Rules
import Spool

/// One run: a queue of what is due, and the things it happens to. Time jumps from item to item; nothing here waits, and every draw
/// comes from the seed, so a run is a function of (seed, hours, plan).
final class SimulationRun {
    enum Item {
        case start(node: Int)
        case wake(node: Int, life: UInt64, ticket: UInt64)
        /// The next event of the node's workload.
        case event(node: Int)
        /// The next program that starts on the node.
        case program(node: Int)
        /// The sensor empties the kernel's ring.
        case poll(node: Int, life: UInt64)
        case arrival(Flight)
        case reply(node: Int, life: UInt64, id: UInt64, PortalReply, token: SimulatedPortal.Token?)
        case faultBegins(Int)
        case faultEnds(Int)
        case resume(node: Int)
        case inspect
        case faultsOff

        /// The node that must be awake for it; nil when none must.
        var node: Int? {
            switch self {
            case .start(let node), .wake(let node, _, _), .event(let node), .program(let node), .poll(let node, _), .reply(let node, _, _, _, _): node
            default: nil
            }
        }
    }

    /// A request on its way to the portal.
    struct Flight {
        var node: Int
        var life: UInt64
        var id: UInt64
        var request: PortalRequest
        var token: SimulatedPortal.Token?
        var back: Duration?
        /// Longer under way than the sensor waits: may arrive after later ones.
        var isLate: Bool
    }

    static let inspectionInterval: Duration = .minutes(10)
    /// With faults off everything must have arrived by then.
    static let drainMax: Duration = .hours(4)
    /// Steps without time going on.
    static let stillstandMax = 20_000

    let seed: UInt64
    let length: Duration
    let plan: SimulationPlan
    let sabotage: Sabotage?
    let tuning: PortalTuning
    let attackRules: RuleSet
    var queue = EventQueue<Item>()
    var world = WorldTime.zero
    var nodes: [SensorNode] = []
    var portal: SimulatedPortal
    var link: FaultyLink
    var auditor: Auditor
    var random: SeededGenerator
    var steps = 0
    var digest = TraceDigest()
    var trace: TraceLog
    var areFaultsOff = false
    /// nil unless somebody wants to read them.
    var deliveries: [SimulationReport.Delivery]?

    init(seed: UInt64, hours: Int, plan: SimulationPlan, sabotage: Sabotage?, tracing: Bool, keepingDeliveries: Bool, folder: String?) throws {
        self.seed = seed
        self.plan = plan
        self.sabotage = sabotage
        length = .hours(Int64(hours))
        func child(_ n: UInt64) -> UInt64 { seed &* 0x9E37_79B9_7F4A_7C15 &+ n &* 0xD1B5_4A32_D192_ED03 }
        random = SeededGenerator(seed: child(1))
        portal = try SimulatedPortal(tokenLife: plan.tokenLife, seed: child(2))
        link = FaultyLink(seed: child(3))
        trace = TraceLog(isOn: tracing)
        deliveries = keepingDeliveries ? [] : nil
        tuning = PortalTuning(
            timetable: sabotage?.timetable ?? Timetable(), batch: OutboxLane.Limit(records: plan.batchRecords, bytes: plan.batchBytes),
            uploadBytesPerHour: plan.uploadBytesPerHour, intakeMax: plan.intake)
        auditor = Auditor(plan: plan)
        attackRules = RuleSet.load(files: [(name: "attack.yaml", text: Self.attackRule)]).rules
        let limits = SpoolLimits(recordsMax: plan.spoolRecords, bytesMax: plan.spoolBytes)
        for index in 0..<plan.sensors {
            let drift = plan.driftPerMillion == 0 ? 0 : Double.random(in: -1...1, using: &random) * Double(plan.driftPerMillion)
            let nodeFolder = folder.map { "\($0)/node-\(index)" }
            if let nodeFolder { try FileManager.default.createDirectory(atPath: nodeFolder, withIntermediateDirectories: true) }
            nodes.append(
                SensorNode(
                    index: index, clock: NodeClock(uptime: .seconds(Int64.random(in: 1...400_000, using: &random)), driftPerMillion: drift),
                    disk: NodeDisk(limits: limits, folder: nodeFolder, mistake: sabotage?.mistakeOfTheStore),
                    workload: Workload(node: index, plan: plan, seed: child(100 + UInt64(index)), leavesSecrets: sabotage == .skipRedaction),
                    seed: child(200 + UInt64(index)), answersAtOnce: Bool.random(using: &random),
                    kernel: SimulatedKernel(places: plan.ringPlaces, seed: child(300 + UInt64(index)))))
        }
    }

    func run() {
        for index in nodes.indices {
            queue.push(.start(node: index), at: .zero + .milliseconds(Int64.random(in: 0...5000, using: &random)))
            scheduleEvent(of: index)
            scheduleProgram(on: index)
        }
        for (number, fault) in plan.faults.enumerated() where fault.at < length { queue.push(.faultBegins(number), at: .zero + fault.at) }
        queue.push(.inspect, at: .zero + Self.inspectionInterval)
        queue.push(.faultsOff, at: .zero + length)
        let deadline = WorldTime.zero + length + Self.drainMax
        var stillstand = 0
        while auditor.failure == nil, let (due, item) = queue.pop() {
            guard due <= deadline else {
                auditor.fail(.drain, "faults have been off for \(WorldTime.zero + Self.drainMax), but \(pendingText())")
                break
            }
            stillstand = due > world ? 0 : stillstand + 1
            if stillstand > Self.stillstandMax { auditor.fail(.progress, "\(stillstand) steps at one instant: \(wakesText())") }
            world = due
            steps += 1
            step(item)
            if areFaultsOff, isDrained { break }
        }
        if auditor.failure == nil { auditor.finish(nodes: nodes, at: world) }
    }

    private func step(_ item: Item) {
        if let node = item.node, nodes[node].isSuspended {
            nodes[node].deferred.append(item)
            return
        }
        digest.mix(world)
        switch item {
        case .start(let node): start(node)
        case .wake(let node, let life, let ticket):
            guard nodes[node].life == life, nodes[node].wakeTicket == ticket else { return }
            nodes[node].wakeAt = nil
            feed(.wake, to: node)
        case .event(let node):
            submit(to: node)
            scheduleEvent(of: node)
        case .program(let node):
            runPrograms(1, on: node)
            scheduleProgram(on: node)
        case .poll(let node, let life): if nodes[node].life == life { poll(node) }
        case .arrival(let flight): arrive(flight)
        case .reply(let node, let life, let id, let reply, let token):
            guard nodes[node].life == life else { return }
            if let token { nodes[node].process?.token = token }
            feed(.reply(id: id, sabotage?.tamper(with: reply) ?? reply), to: node)
        case .faultBegins(let number): begin(number)
        case .faultEnds(let number): end(number)
        case .resume(let node): resume(node)
        case .inspect:
            auditor.inspect(nodes, at: world)
            queue.push(.inspect, at: world + Self.inspectionInterval)
        case .faultsOff: turnFaultsOff()
        }
    }

    // MARK: Work

    func scheduleEvent(of node: Int) {
        guard !areFaultsOff, let pause = nodes[node].workload.pause() else { return }
        queue.push(.event(node: node), at: world + pause)
    }

    /// Something happens on the node that its sensor sees.
    func submit(to node: Int) {
        guard !areFaultsOff, nodes[node].process.map({ !$0.isStopping }) ?? false else { return }
        let draft = nodes[node].workload.next()
        auditor.submitted(draft, on: node)
        feed(.submit(draft), to: node)
    }

    private func arrive(_ flight: Flight) {
        let answer = portal.answer(flight.request, from: flight.node, token: flight.token, at: world)
        auditor.portalAnswered(flight, answer, at: world)
        digest.mix(answer.fresh.count)
        if case .upload(let upload) = flight.request, case .uploaded = answer.reply {
            deliveries?.append(SimulationReport.Delivery(at: world - .zero, node: flight.node, upload: upload, fresh: answer.fresh.count, duplicates: answer.duplicates))
        }
        note(flight.node) { "portal: \(TraceLog.text(of: flight.request)) -> \(TraceLog.text(of: answer.reply))" }
        guard let back = flight.back else { return }
        queue.push(.reply(node: flight.node, life: flight.life, id: flight.id, answer.reply, token: answer.token), at: world + back)
    }

    func note(_ node: Int?, _ text: () -> String) {
        guard trace.isOn else { return }
        trace.add("\(steps) \(world) \(node.map { "node-\($0) " } ?? "")\(text())")
    }

    // MARK: The end

    private var isDrained: Bool {
        nodes.allSatisfy { node in
            guard let process = node.process else { return false }
            let conversation = process.conversation
            return node.kernel.ring.isEmpty && conversation.session.isConnected && conversation.intakeDepth == 0 && conversation.digest.records == 0 && conversation.outbox.isQuiet
                && conversation.definitions.current?.description == portal.soundVersion
                // the conversation may not know yet what the spool holds
                && process.store.trueDigest().records == 0
        }
    }

    /// Who wants to be woken when.
    func wakesText() -> String {
        nodes.map { node in
            guard let conversation = node.process?.conversation else { return "node-\(node.index) is down" }
            let now = node.clock.monotonic(at: world)
            func after(_ instant: MonotonicInstant?) -> String { instant.map { "\($0 - now)" } ?? "never" }
            let lanes = conversation.outbox.lanes.map { "\($0.stream.rawValue) \($0.state) \($0.pending)" }.joined(separator: ", ")
            return "node-\(node.index) wakes in \(after(conversation.nextWake(at: now))), session in \(after(conversation.session.nextWake)),"
                + " outbox in \(after(conversation.outbox.nextWake(at: now))) (\(lanes))"
        }.joined(separator: "; ")
    }

    private func pendingText() -> String {
        nodes.map { node in
            guard let conversation = node.process?.conversation else { return "node-\(node.index) is down" }
            return "node-\(node.index) \(conversation.session.state.rawValue), \(conversation.digest.records) records, \(conversation.intakeDepth) waiting for the disk,"
                + " definitions \(conversation.definitions.current?.description ?? "none") of \(portal.soundVersion ?? "none")"
        }.joined(separator: "; ")
    }

    func report(hours: Int) -> SimulationReport {
        digest.mix(steps)
        for node in nodes { digest.mix(node.process.map { Int($0.conversation.requestsOut) } ?? -1) }
        var report = SimulationReport(
            seed: seed, hours: hours, plan: plan, steps: steps, traceDigest: digest.text, totals: auditor.totals, drain: areFaultsOff ? world - (.zero + length) : nil,
            failure: nil, trace: trace.lines, deliveries: deliveries ?? [])
        if let (invariant, detail) = auditor.failure {
            report.failure = SimulationReport.Failure(invariant: invariant, detail: detail, step: steps, time: world.description)
        }
        return report
    }
}

/// The last things that happened, in words; off unless somebody wants to read them, because words cost more than the run.
struct TraceLog {
    static let linesMax = 400
    let isOn: Bool
    private(set) var lines: [String] = []

    init(isOn: Bool) { self.isOn = isOn }

    mutating func add(_ line: String) {
        if lines.count >= 2 * Self.linesMax { lines.removeFirst(Self.linesMax) }
        lines.append(line)
    }

    static func text(of request: PortalRequest) -> String {
        switch request {
        case .token: "token"
        case .register: "register"
        case .heartbeat(let sequence): "heartbeat \(sequence)"
        case .currentDefinitions: "definitions?"
        case .download(let offer): "download \(offer.version)"
        case .deregister: "deregister"
        case .upload(let upload): "upload \(upload.batchID)"
        }
    }

    static func text(of reply: PortalReply) -> String {
        switch reply {
        case .token(let life): "token for \(life)"
        case .registered(let id, _): "registered \(id)"
        case .heartbeat(let version, _): "heartbeat, definitions \(version)"
        case .definitions(let offer): "definitions \(offer?.version ?? "none")"
        case .downloaded(let bytes): "downloaded \(bytes.count) bytes"
        case .uploaded(let reply): "uploaded \(reply.accepted) new, \(reply.duplicates) known"
        case .deregistered: "deregistered"
        case .failed(let failure): "failed \(failure.kind)"
        }
    }
}
