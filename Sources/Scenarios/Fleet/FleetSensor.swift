import Clocks
import Enrichment
import Foundation
import Foundations
import KubernetesClient
import Portal
import PortalClient
import Redaction
import Spool
import Synchronization

/// What of a sensor talks to others, as the daemon has it: the watch of its node's pods, the conversation with the portal, a spool on disk.
final class FleetSensor: Sendable {
    private struct Note: Codable, Redactable {
        var sensor: String
        var number: Int
        func redacted(by redactor: Redactor) -> Note { self }
    }

    /// What the watch has told.
    private struct Told {
        var pods: [String: (namespace: String, name: String)] = [:]
        /// When a pod with the mark was first seen.
        var markedAt: MonotonicInstant?
    }

    /// A label that is put on one pod of each node while the fleet watches.
    static let mark = "fleet-mark"

    let node: String
    let kubernetes: KubernetesService
    let portal: PortalService
    private let spool: SQLiteSpool
    private let told: Notes
    private let stopping: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    /// What `tell` writes to, which is made before `self` is whole.
    private final class Notes: Sendable { let state = Mutex(Told()) }

    init(
        index: Int, phase: FleetPlan.Phase, plan: FleetPlan, kubernetes configuration: KubeConfiguration, portal way: PortalClientConfiguration, folder: URL
    ) throws {
        let digits = String(index)
        node = "node-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let now = SystemClock.now()
        (stopping, end) = AsyncStream.makeStream()
        let told = Notes()
        self.told = told
        var tuning = KubernetesTuning()
        tuning.startDelayMax = plan.startDelay(phase)
        kubernetes = try KubernetesService(
            configuration: configuration, node: node, tuning: tuning, seed: .random(in: .min ... .max), clock: SystemClock.now,
            tell: { input in
                told.state.withLock { told in
                    switch input {
                    case .pod(let pod):
                        told.pods[pod.context.uid] = (pod.context.namespace, pod.context.name)
                        if pod.context.labels[Self.mark] == phase.rawValue, told.markedAt == nil { told.markedAt = SystemClock.now().monotonic }
                    case .removed(let uid): told.pods[uid] = nil
                    case .listed, .owners, .runtime: break
                    }
                }
            }, report: { _, _ in })
        spool = try SQLiteSpool.open(path: folder.appending(path: "\(phase.rawValue)-\(index).db").path, bootID: "fleet", at: now)
        var timetable = Timetable()
        timetable.startDelayMax = plan.startDelay(phase)
        // A thousand conversations share the cores with the servers that answer them; a minute of failures would send a sensor into the hourly
        // timetable, which is not what is looked at here.
        timetable.requestTimeout = .seconds(120)
        // What is to arrive need not wait for company.
        timetable.telemetryLinger = .seconds(1)
        let name = "fleet-\(phase.rawValue)-\(index)"
        let conversation = Conversation(
            persistentID: name, tuning: PortalTuning(timetable: timetable), definitions: DefinitionsPolicy(), timeline: spool.timeline, seed: .random(in: .min ... .max), at: now)
        let client = PortalClient(configuration: way, facts: SensorFacts(name: name, sensorVersion: "fleet"), wall: SystemClock.wall, health: { SensorHealth() })
        portal = PortalService(client: client, conversation: conversation, spool: spool, handlers: .init(useDefinitions: { _ in nil }), clock: SystemClock.now)
        for number in 1...plan.records {
            portal.submit(SpoolDraft(stream: .telemetry, id: "\(name)-\(number)", payload: try Redactor().redact(Note(sensor: name, number: number)).encoded()))
        }
    }

    /// Until `stop`, and the goodbye to the portal after it.
    func run() async {
        async let conversation: Void? = try? portal.run()
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.kubernetes.run() }
            for await _ in stopping {}
            tasks.cancelAll()
        }
        portal.shutDown()
        _ = await conversation
        try? spool.close()
    }

    func stop() { end.finish() }

    var pods: Int { told.state.withLock { $0.pods.count } }
    var onePod: (namespace: String, name: String)? { told.state.withLock { $0.pods.min { $0.key < $1.key }?.value } }
    var markedAt: MonotonicInstant? { told.state.withLock { $0.markedAt } }
}
