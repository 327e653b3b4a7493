import Clocks
import Events
import Foundation
import Host
import Pipeline
import Probes
import Testing

extension KernelTests {
    /// Short-lived containers leave nothing behind: what the pipeline keeps of each goes with its last process.
    @Suite struct Churn {
        /// What the pipeline holds once all that the kernel sent is taken and nothing waits any more.
        private func report(_ consumer: LivePipeline) throws -> PipelineReport {
            while consumer.poll(milliseconds: 0) > 0 {}
            consumer.pipeline.finish(at: SystemClock.now())
            return try consumer.picture()
        }

        @Test func manyNamespacedProcessesLeaveEveryTableAsItWas() throws {
            let containers = LoadSize.of("processes in namespaces of their own", 1000, emulated: 100)
            let consumer = try LivePipeline()
            let before = try report(consumer)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "i=0; while [ $i -lt \(containers) ]; do unshare --mount --pid --fork /bin/true || exit 1; i=$((i + 1)); done"]
            process.standardInput = FileHandle.nullDevice
            try process.run()
            while process.isRunning { _ = consumer.poll(milliseconds: 20) }
            #expect(process.terminationStatus == 0)
            let after = try report(consumer)

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
