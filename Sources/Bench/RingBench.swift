import Clocks
import Events
import Foundation
import Foundations
import Glibc
import Host
import Pipeline
import Probes
import Synchronization

/// Opens a file for writing as fast as asked and counts what comes out at the other end of the pipeline.
struct RingBench {
    let rulesFolder: String?

    private static let seconds = 3.0
    private static let ringBytes = 16 << 20
    private static let manyFiles = 4096

    func run() throws {
        print("\n### From the kernel to the rules\n\nOne thread opens files for writing; ring of \(Self.ringBytes >> 20) MiB, \(Int(Self.seconds)) s each, all rules of the package.\n")
        let table = Table("files in turn", "wanted a second", "reached", "messages", "lost", "consumer, processor time a message", "producer")
        // what comes again is passed over by the pipeline, unless somebody looks on
        for (files, isJudged) in [(Self.manyFiles, true), (Self.manyFiles, false), (1, false)] {
            for rate in [100_000, 200_000, 0] { try run(files: files, isJudged: isJudged, rate: rate, table) }
        }
    }

    /// - Parameters:
    ///   - isJudged: each message is, also when it comes again.
    ///   - rate: opens per second, 0 for as many as one thread can.
    private func run(files: Int, isJudged: Bool, rate: Int, _ table: Table) throws {
        var options = ProbeOptions()
        options.ownPID = 0
        options.kinds = [.open]
        options.ringBytes = Self.ringBytes
        let rules = try BenchRules.load(folder: rulesFolder)
        let probes = try ProbeSet(options: options)
        let identity = SensorIdentity(id: "bench", name: "bench", sensorVersion: "", definitionsVersion: "", hostname: "bench", kernelVersion: "")
        let settings = Pipeline.Settings(identity: identity, bootToWall: SystemClock.bootToWall(), hostNamespaces: ProcessScan.hostNamespaces())
        let pipeline = Pipeline(settings: settings, rules: rules, seed: 1)
        pipeline.handle(.processes(ProcessScan.all()), at: SystemClock.now())
        if isJudged { pipeline.handle(.subscribe(id: 1, kinds: [.module], filter: nil), at: SystemClock.now()) }

        // there already: making files is the file system's time, five times that of opening one
        let paths = (0..<files).map { NSTemporaryDirectory() + "wiz-bench-\(getpid()).\($0)" }
        for path in paths { close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)) }
        defer { for path in paths { unlink(path) } }
        // the messages about making them
        while probes.poll(milliseconds: 10, { _ in }) > 0 {}
        let lostBefore = Self.lost(probes)
        let producer = Producer(paths: paths, rate: rate, seconds: Self.seconds)
        let start = SystemClock.monotonic()
        producer.start()
        var messages = 0
        let cpu = ThreadClock.processorTime()
        while true {
            let wasDone = producer.isDone
            let now = SystemClock.now()
            let n = probes.poll(milliseconds: 10) { pipeline.handle(message: $0, at: now) }
            messages += n
            pipeline.effects.removeAll(keepingCapacity: true)
            if wasDone, n == 0 { break }
        }
        let used = ThreadClock.processorTime() - cpu
        let elapsed = (SystemClock.monotonic() - start).inSeconds
        let lost = Self.lost(probes) - lostBefore
        func each(_ nanoseconds: UInt64) -> String { messages == 0 ? "-" : String(format: "%.1f us", Double(nanoseconds) / Double(messages) / 1000) }
        table.row(
            Figure.count(files) + (isJudged ? ", each judged" : ""), rate == 0 ? "as many as possible" : Figure.count(rate), Figure.count(Int(Double(messages) / elapsed)), Figure.count(messages), Figure.count(Int(lost)),
            each(used), each(producer.used))
    }

    private static func lost(_ probes: ProbeSet) -> UInt64 { probes.counters().values.reduce(0) { $0 + $1.lost.values.reduce(0, +) } }

    private final class Producer: Sendable {
        private let paths: [String]
        private let rate: Int
        private let seconds: Double
        private let processorTime = Atomic<UInt64>(0)
        private let done = Atomic(false)
        /// Processor time of the producer; there once it is done.
        var used: UInt64 { processorTime.load(ordering: .acquiring) }
        var isDone: Bool { done.load(ordering: .acquiring) }

        init(paths: [String], rate: Int, seconds: Double) {
            self.paths = paths
            self.rate = rate
            self.seconds = seconds
        }

        func start() {
            let thread = Thread { [self] in
                let start = SystemClock.monotonic()
                var made = 0
                while true {
                    for i in made..<made + 64 {
                        let fd = open(paths[i % paths.count], O_WRONLY | O_CLOEXEC)
                        if fd >= 0 { close(fd) }
                    }
                    made += 64
                    let elapsed = (SystemClock.monotonic() - start).inSeconds
                    if elapsed >= seconds { break }
                    guard rate > 0 else { continue }
                    let ahead = Double(made) / Double(rate) - elapsed
                    if ahead > 0.0002 { usleep(UInt32(ahead * 1e6)) }
                }
                processorTime.store(ThreadClock.processorTime(), ordering: .releasing)
                done.store(true, ordering: .releasing)
            }
            thread.start()
        }
    }
}
