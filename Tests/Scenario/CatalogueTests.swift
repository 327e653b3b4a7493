import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// The catalogue against the real programs, the real kernel and real containers: what `scenarios run --all` does.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(10)))
struct CatalogueTests {
    private static let root = PackageRoot()
    private static let library = ScenarioLibrary(root: root)

    @Test func everyFileOfTheCatalogueCanBeRead() {
        #expect(Self.library.rejected.isEmpty, "\(Self.library.rejected.map(\.description))")
        #expect(Self.library.scenarios.count >= 5)
    }

    /// Those with the tag `long` take minutes and run by hand.
    @Test(arguments: library.scenarios.filter { !$0.isLong }.map(\.name))
    func passes(_ name: String) async throws {
        let scenario = try Self.library.find(name)
        let report = await Suite(root: Self.root, scenarios: [scenario]).run { _ in }
        let result = try #require(report.results.first)
        let failed = result.checks.filter { !$0.passed }
        #expect(result.outcome == .passed, "\(result.outcome) \(failed) \(result.log.suffix(60).joined(separator: "\n"))")
        #expect(!result.checks.isEmpty, "nothing was checked")
    }
}

/// Where `REQUIRE_KERNEL` is set nothing may be skipped.
let canRunScenarios = geteuid() == 0 || ProcessInfo.processInfo.environment["REQUIRE_KERNEL"] != nil
