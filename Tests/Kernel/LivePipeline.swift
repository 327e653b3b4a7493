import Clocks
import Enrichment
import Events
import Foundation
import Foundations
import Host
import Pipeline
import Probes
import Rules
import Testing

/// Probes and pipeline as the daemon runs them, with the pipeline's questions answered on the spot.
final class LivePipeline {
    let probes: ProbeSet
    let pipeline: Pipeline
    private(set) var namesRead = 0
    private var knownChanges: UInt64 = 0

    /// - Parameter rules: a rule file; what it needs of the kernel is asked for, beside `kinds`.
    init(kinds: Set<EventKind> = [.exec, .fork, .exit], rules text: String = "") throws {
        let (rules, report) = RuleSet.load(files: text.isEmpty ? [] : [("test.yaml", text)])
        #expect(report.rejected.map(\.description) == [])
        let interest = Interest(rules)
        var options = ProbeOptions()
        options.ownPID = 0
        options.kinds = kinds.union(interest.kinds)
        options.hookSet = ProcessInfo.processInfo.environment["KERNEL_HOOK_SET"].flatMap(HookSet.init)
        probes = try ProbeSet(options: options)
        #expect(probes.watch(files: interest.readFiles, directories: interest.readDirectories) == 0)
        let identity = SensorIdentity(id: "", name: "test", sensorVersion: "", definitionsVersion: "", hostname: "test", kernelVersion: "")
        let settings = Pipeline.Settings(identity: identity, bootToWall: SystemClock.bootToWall(), hostNamespaces: ProcessScan.hostNamespaces())
        pipeline = Pipeline(settings: settings, rules: rules, seed: 1)
        pipeline.handle(.processes(ProcessScan.all()), at: SystemClock.now())
    }

    /// Takes what the kernel sent, waiting for it so long at the most.
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
            case .findKnownFiles(let paths, let pid, let namespace):
                pipeline.handle(.knownFiles(KnownFileScan.files(paths, ofProcess: pid, mountNamespace: namespace), mountNamespace: namespace), at: now)
            case .hash(let request): pipeline.handle(.notHashed(request, "fileGone"), at: now)
            case .scan(let pid): if let facts = ProcessScan.one(pid: pid) { pipeline.handle(.processes([facts]), at: now) }
            default: break
            }
        }
        if knownChanges != pipeline.containerFiles.changes {
            knownChanges = pipeline.containerFiles.changes
            #expect(probes.watch(known: pipeline.containerFiles.files) == 0)
        }
        return count
    }

    /// The pipeline's own account of now.
    func picture() throws -> PipelineReport {
        pipeline.handle(.report(id: 1), at: SystemClock.now())
        defer { pipeline.effects.removeAll() }
        return try #require(pipeline.effects.lazy.compactMap { if case .report(let report, 1) = $0 { report } else { nil } }.first)
    }
}
