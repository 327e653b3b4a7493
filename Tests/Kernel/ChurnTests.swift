import Enrichment
import Events
import Foundation
import Foundations
import Glibc
import Host
import Pipeline
import Probes
import Rules
import Testing

extension KernelTests {
    /// Short-lived containers leave nothing behind: what the pipeline keeps of each goes with its last process.
    @Suite struct Churn {
        /// The pipeline as the daemon runs it, with its questions answered on the spot.
        private final class Consumer {
            let probes: ProbeSet
            let pipeline: Pipeline
            private(set) var namesRead = 0

            init() throws {
                var options = ProbeOptions()
                options.ownPID = 0
                options.kinds = [.exec, .fork, .exit]
                options.hookSet = ProcessInfo.processInfo.environment["KERNEL_HOOK_SET"].flatMap(HookSet.init)
                probes = try ProbeSet(options: options)
                let identity = SensorIdentity(id: "", name: "test", sensorVersion: "", definitionsVersion: "", hostname: "test", kernelVersion: "")
                let settings = Pipeline.Settings(identity: identity, bootToWall: SystemClock.bootToWall(), hostNamespaces: ProcessScan.hostNamespaces())
                pipeline = Pipeline(settings: settings, rules: RuleSet.load(files: []).rules, seed: 1)
                pipeline.handle(.processes(ProcessScan.all()), at: SystemClock.now())
            }

            func poll(milliseconds: Int32) -> Int {
                let now = SystemClock.now()
                let count = probes.poll(milliseconds: milliseconds) { pipeline.handle(message: $0, at: now) }
                let effects = pipeline.effects
                pipeline.effects.removeAll()
                for effect in effects {
                    switch effect {
                    case .readNames(let pid, let namespace):
                        guard let names = PasswdFiles.names(pid: pid) else { continue }
                        namesRead += 1
                        pipeline.handle(.names(names, mountNamespace: namespace), at: now)
                    case .hash(let request): pipeline.handle(.notHashed(request, "fileGone"), at: now)
                    case .scan(let pid): if let facts = ProcessScan.one(pid: pid) { pipeline.handle(.processes([facts]), at: now) }
                    default: break
                    }
                }
                return count
            }

            func report() throws -> PipelineReport {
                while poll(milliseconds: 0) > 0 {}
                pipeline.finish(at: SystemClock.now())
                pipeline.handle(.report(id: 1), at: SystemClock.now())
                defer { pipeline.effects.removeAll() }
                return try #require(pipeline.effects.lazy.compactMap { if case .report(let report, 1) = $0 { report } else { nil } }.first)
            }
        }

        @Test func aThousandNamespacedProcessesLeaveEveryTableAsItWas() throws {
            // an emulated machine takes a hundred times as long for each
            let containers = ProcessInfo.processInfo.environment["KERNEL_HOOK_SET"] == nil ? 1000 : 150
            let consumer = try Consumer()
            let before = try consumer.report()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "i=0; while [ $i -lt \(containers) ]; do unshare --mount --pid --fork /bin/true || exit 1; i=$((i + 1)); done"]
            process.standardInput = FileHandle.nullDevice
            try process.run()
            while process.isRunning { _ = consumer.poll(milliseconds: 20) }
            #expect(process.terminationStatus == 0)
            let after = try consumer.report()

            // unshare, then the program in its namespaces
            #expect((after.eventsSeen[.exec] ?? 0) - (before.eventsSeen[.exec] ?? 0) >= UInt64(2 * containers))
            #expect(consumer.probes.counters().values.allSatisfy { $0.lost.isEmpty })
            // of some of them the names were read while they lived: there was something to forget
            #expect(consumer.namesRead > 0)
            #expect(after.tables.keys.sorted() == before.tables.keys.sorted() && after.tables.count >= 9)
            // other programs come and go on this machine meanwhile, a few at a time
            for (table, size) in after.tables {
                let was = before.tables[table] ?? 0
                #expect(size < was + containers / 3, "\(table) holds \(size), before it held \(was)")
            }
        }
    }
}
