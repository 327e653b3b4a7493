import ArgumentParser
import Foundation
import ScenarioRunner

@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wiz-bench", abstract: "Measures throughput, loss, cost, memory, idle CPU and latency of the sensor on this machine (root).",
        discussion: "Prints the tables of docs/PERFORMANCE.md. Without a flag: all of them, in about five minutes.")

    @Flag(help: "Only the rule engine.") var rules = false
    @Flag(help: "Only the ring buffer.") var ring = false
    @Flag(help: "Only the loads of the peer: cost, ratio, kernel time.") var cost = false
    @Flag(help: "Only the floods: loss.") var floods = false
    @Flag(help: "Only the containers that come and go: memory.") var churn = false
    @Flag(help: "Only the stack: memory, idle CPU, latency.") var stack = false
    @Flag(help: "Only the reference Kubernetes API server: large lists, many watchers, memory.") var kubernetes = false
    @Option(help: "Nodes of the API server's cluster, with 100 pods each.") var nodes = 1000
    @Option(help: "Seconds for which the idle stack is watched.") var idleSeconds = 40
    @Option(help: "Detections whose way to the portal is timed.") var samples = 200
    @Option(help: "Folder with the rule files.") var rulesFolder: String?
    @Option(help: "Folder with public rule files, measured beside the package's where it is there.") var publicRules = "../shared/data/falco"

    func run() async throws {
        HeapLayout.useOneArena()
        let all = !rules && !ring && !cost && !floods && !churn && !stack && !kubernetes
        let files = try BenchRules.files(folder: rulesFolder)
        print("machine: \(ProcessInfo.processInfo.activeProcessorCount) cores, \(Self.build) build")
        // the idle machine first: what is measured there is disturbed the most by what ran before
        if all || stack { try await StackBench(idleSeconds: idleSeconds, samples: samples).run() }
        if all || rules { try RuleBench(rulesFolder: rulesFolder, publicFolder: publicRules).run() }
        if all || ring { try RingBench(rulesFolder: rulesFolder).run() }
        if all || cost { try await CostBench(rules: files).run() }
        if all || floods { try await FloodBench(rules: files, publicFolder: publicRules).run() }
        if all || churn { try await ChurnBench(rules: files).run() }
        if kubernetes { try await KubeBench(nodes: nodes, podsPerNode: 100, watchers: 200, changes: 500).run() }
    }

    private static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }
}
