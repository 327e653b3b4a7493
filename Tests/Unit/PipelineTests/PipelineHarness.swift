import Contract
import Enrichment
import Events
import Foundations
import Pipeline
import Rules

/// A pipeline with one rule, a clock that the test moves, and events made by hand.
struct PipelineHarness {
    let pipeline: Pipeline
    private(set) var now = Now(monotonic: MonotonicInstant(nanoseconds: 1_000_000_000_000), wall: WallInstant(nanoseconds: 1_800_000_000_000_000_000))

    static let host = Namespaces(mount: 10, pid: 11, network: 12, user: 13)
    static let containerID = String(repeating: "c0ffee00", count: 8)
    static let podUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

    init(rule condition: String = "evt.type = execve and proc.name = evil", severity: String = "CRITICAL", output: String = "%proc.name ran %proc.cmdline", contextTimeout: Duration = .zero, hasKubernetes: Bool = true) {
        let identity = SensorIdentity(id: "s", name: "node", sensorVersion: "0", definitionsVersion: "1.0.0", hostname: "node", kernelVersion: "6")
        var settings = Pipeline.Settings(identity: identity, bootToWall: .zero, hostNamespaces: Self.host)
        settings.contextTimeout = contextTimeout
        settings.hasKubernetes = hasKubernetes
        let text = """
            - rule: Test rule
              id: test-rule
              desc: for this test
              condition: \(condition)
              output: "\(output)"
              priority: CRITICAL
              severity: \(severity)
              tags: [T1059]
            """
        pipeline = Pipeline(settings: settings, rules: RuleSet.load(files: [(name: "test.yaml", text: text)]).rules, seed: 7)
    }

    mutating func advance(_ span: Duration) {
        now = now.advanced(by: span)
        pipeline.tick(at: now)
    }

    /// What has come out since the last call.
    func effects() -> [PipelineEffect] {
        defer { pipeline.effects = [] }
        return pipeline.effects
    }

    func sent() -> [CloudEvent] { effects().compactMap { if case .send(let event, _) = $0 { event.value } else { nil } } }

    @discardableResult
    func exec(pid: UInt32, parent: UInt32 = 1, path: String, arguments: [String], environment: [String]? = nil, container: Bool = false, inode: UInt64 = 77) -> Event {
        var exec = ExecDetails()
        exec.path = path
        exec.filename = path
        exec.arguments = arguments
        exec.environment = environment
        exec.cwd = "/"
        exec.inode = inode
        exec.namespaces = container ? Namespaces(mount: 99, pid: 98, network: 97, user: 13) : Self.host
        exec.cgroupPath = container ? "/kubepods/besteffort/pod\(Self.podUID)/\(Self.containerID)" : "/"
        let event = event(.exec, pid: pid, parent: parent, comm: String(path.split(separator: "/").last ?? ""), .exec(exec))
        pipeline.handle(event: event, at: now)
        return event
    }

    /// The first executable mapping of a file.
    func library(pid: UInt32, path: String, inode: UInt64 = 88) {
        var file = FileDetails()
        (file.path, file.inode) = (path, inode)
        pipeline.handle(event: event(.library, pid: pid, parent: 1, comm: "x", .file(file)), at: now)
    }

    func exit(pid: UInt32) { pipeline.handle(event: event(.exit, pid: pid, parent: 1, comm: "x", .exit(ExitDetails(code: 0, signal: 0))), at: now) }

    private func event(_ kind: EventKind, pid: UInt32, parent: UInt32, comm: String, _ details: Event.Details) -> Event {
        Event(
            kind: kind, time: BootInstant(nanoseconds: UInt64(now.monotonic.nanoseconds)),
            process: ProcessKey(pid: pid, start: BootInstant(nanoseconds: 500_000_000_000 + UInt64(pid) * 20_000_000)), threadID: pid, parentPID: parent, uid: 0, gid: 0,
            cgroupID: 1, comm: comm, details: details)
    }
}
