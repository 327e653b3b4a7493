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

    func run() throws {
        print("\n### From the kernel to the rules\n\nOne thread opens a file for writing; ring of \(Self.ringBytes >> 20) MiB, \(Int(Self.seconds)) s each, all rules of the package.\n")
        let table = Table("wanted a second", "reached", "messages", "lost", "consumer, processor time a message", "producer")
        for rate in [100_000, 200_000, 0] { try run(rate: rate, table) }
    }

    /// - Parameter rate: opens per second, 0 for as many as one thread can.
    private func run(rate: Int, _ table: Table) throws {
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

        // there already: making files is the file system's time, five times that of opening one
        let path = NSTemporaryDirectory() + "wiz-bench-\(getpid())"
        close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        defer { unlink(path) }
        let producer = Producer(path: path, rate: rate, seconds: Self.seconds)
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
        let lost = probes.counters().values.reduce(0) { $0 + $1.lost.values.reduce(0, +) }
        func each(_ nanoseconds: UInt64) -> String { messages == 0 ? "-" : String(format: "%.1f us", Double(nanoseconds) / Double(messages) / 1000) }
        table.row(
            rate == 0 ? "as many as possible" : Figure.count(rate), Figure.count(Int(Double(messages) / elapsed)), Figure.count(messages), Figure.count(Int(lost)),
            each(used), each(producer.used))
    }

    private final class Producer: Sendable {
        private let path: String
        private let rate: Int
        private let seconds: Double
        private let processorTime = Atomic<UInt64>(0)
        private let done = Atomic(false)
        /// Processor time of the producer; there once it is done.
        var used: UInt64 { processorTime.load(ordering: .acquiring) }
        var isDone: Bool { done.load(ordering: .acquiring) }

        init(path: String, rate: Int, seconds: Double) {
            self.path = path
            self.rate = rate
            self.seconds = seconds
        }

        func start() {
            let thread = Thread { [self] in
                let start = SystemClock.monotonic()
                var made = 0
                while true {
                    for _ in 0..<64 {
                        let fd = open(path, O_WRONLY | O_CLOEXEC)
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
