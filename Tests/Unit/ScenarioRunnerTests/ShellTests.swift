import Foundation
import ScenarioRunner
import Testing

struct ShellTests {
    /// Whatever the thread blocks that started it: cron, told to stop by its script, has to stop.
    @Test func aCommandCanBeStoppedBySignals() async throws {
        let result = try await Shell.run(["/bin/sh", "-c", "kill -TERM $$; exit 3"], folder: FileManager.default.temporaryDirectory)
        #expect(result.status == 143)
        let child = try await Shell.run(["/bin/sh", "-c", "sleep 600 & kill $!; wait $!"], folder: FileManager.default.temporaryDirectory)
        #expect(child.status == 143)
    }
}
