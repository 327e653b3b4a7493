import Contract
import Events
import Foundation
import Foundations
import Glibc
import Indicators
import Pipeline
import Probes
import Rules
import Synchronization
import Testing

@testable import wiz_sensor

/// Where `REQUIRE_KERNEL` is set the tests run and fail by themselves.
private let canLoadProbes = ProcessInfo.processInfo.environment["REQUIRE_KERNEL"] != nil || geteuid() == 0

/// Definitions that change while the kernel reports: the daemon's own thread, real probes, real files.
@Suite(.serialized, .enabled(if: canLoadProbes, "needs root"), .timeLimit(.minutes(5)))
struct DefinitionSwapTests {
    private static let patience: Duration = .seconds(60)

    /// A running thread with a folder of its own, and everything that it has found there.
    private final class Watch {
        let folder: String
        let thread: SensorThread
        private(set) var events: [CloudEvent] = []

        /// - Parameter rules: made for the folder, in which a folder for each rule is made.
        init(rules: (_ folder: String) -> RuleSet) throws {
            folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/definition-swap-\(UUID().uuidString)"
            for n in 0..<DefinitionSwapTests.folders {
                try FileManager.default.createDirectory(atPath: "\(folder)/\(DefinitionSwapTests.name(n))", withIntermediateDirectories: true)
            }
            let rules = rules(folder)
            var options = ProbeOptions()
            // the events are made by this process
            options.ownPID = 0
            options.hookSet = ProcessInfo.processInfo.environment["KERNEL_HOOK_SET"].flatMap(HookSet.init)
            thread = SensorThread(options: options) { Pipeline(settings: PipelineSettings.standalone(), rules: rules, seed: 1) }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func gather() {
            for effect in thread.outbox.take() { if case .send(let event, _) = effect { events.append(event.value) } }
        }

        func use(_ rules: RuleSet, version: String) { #expect(thread.inbox.put(.definitions(rules, KnownIndicators(), version: version))) }

        func wait(_ what: String, until isTrue: () -> Bool) throws {
            let end = ContinuousClock.now + DefinitionSwapTests.patience
            while !isTrue() {
                guard ContinuousClock.now < end else { throw Problem(description: "never: \(what); the thread is \(thread.figures.state)") }
                gather()
                usleep(1000)
            }
        }

        func waitForProbes() throws { try wait("probes") { if case .running = thread.figures.state { true } else { false } } }
    }

    private struct Problem: Error, CustomStringConvertible { var description: String }

    private static let folders = 64
    private static let filesEach = 40

    private static func name(_ folder: Int) -> String { "d\(folder < 10 ? "0" : "")\(folder)" }

    /// A rule for each folder, so that every file is a variant of its own and nothing is folded into a count.
    private static func rules(_ version: String, below root: String, alsoUnlinks: Bool) -> RuleSet {
        var text = ""
        for folder in 0..<folders {
            text += """
                - rule: \(version) written below \(name(folder))
                  id: \(version)-\(name(folder))
                  desc: for this test
                  condition: evt.type in (open, openat, openat2) and evt.is_open_write=true and fd.name startswith "\(root)/\(name(folder))/"
                  output: "%fd.name"
                  priority: CRITICAL

                """
        }
        // another kind of event, and names of files to watch: the kernel's programs and tables change with every swap
        text += alsoUnlinks ? """
            - rule: \(version) removed
              id: \(version)-removed
              desc: for this test
              condition: evt.type in (unlink, unlinkat) and fs.path.name startswith "\(root)/"
              output: "%fs.path.name"
              priority: CRITICAL

            """ : """
            - rule: \(version) read
              id: \(version)-read
              desc: for this test
              condition: evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.name = "\(root)/watched-by-name"
              output: "%fd.name"
              priority: CRITICAL

            """
        let loaded = RuleSet.load(files: [(name: "\(version).yaml", text: text)])
        #expect(loaded.report.rejected.isEmpty && loaded.rules.count == folders + 1)
        return loaded.rules
    }

    private static func write(_ path: String) {
        let fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        #expect(fd >= 0)
        close(fd)
    }

    @Test func anUpdateUnderLoadLosesNoEventAndDecidesNoneTwice() throws {
        var sets: [RuleSet] = []
        let watch = try Watch { folder in
            sets = [true, false].map { Self.rules($0 ? "even" : "odd", below: folder, alsoUnlinks: $0) }
            return sets[1]
        }
        let root = watch.folder
        watch.thread.start()
        defer { watch.thread.stop() }
        try watch.waitForProbes()

        let swaps = Counter()
        let loader = Thread {
            for file in 0..<Self.filesEach {
                // the load waits for the swaps now and then, so that it lasts as long as they do; between two of them it is as fast as it can be
                while swaps.value < file / 2, !swaps.isGivenUp { usleep(500) }
                for folder in 0..<Self.folders { Self.write("\(root)/\(Self.name(folder))/f\(file)") }
            }
            swaps.finish()
        }
        loader.start()
        defer { swaps.giveUp() }
        while !swaps.isFinished {
            let version = "1.0.\(swaps.value)"
            watch.use(sets[swaps.value % 2], version: version)
            try watch.wait("version \(version)") { watch.thread.figures.definitionsVersion == version }
            swaps.add()
        }
        #expect(swaps.value >= Self.filesEach / 2 - 1)

        func counts() -> [String: [Int]] {
            // the last word about each series counts
            let last = Dictionary(watch.events.map { ($0.id, $0) }) { $1 }
            return Dictionary(grouping: last.values) { $0.output ?? "" }.mapValues { $0.map(\.aggregatedEventDetails.eventsCount) }
        }
        let expected = Self.folders * Self.filesEach
        try watch.wait("all \(expected) files") { watch.events.count >= expected }
        watch.thread.stop()
        watch.gather()
        let found = counts()
        #expect(found.count == expected)
        let wrong = found.filter { $0.value != [1] }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
        #expect(Set(watch.events.compactMap { $0.matchedRules.first?.rule.id.split(separator: "-").first }).count == 2, "both sets have decided")
        let lost = watch.thread.figures.counters.mapValues(\.lost).filter { !$0.value.isEmpty }
        #expect(lost.isEmpty, "\(lost)")
    }

    /// What the new rules want of the kernel is sent from the moment on at which the new version is said to be in use.
    @Test func fromTheVersionOnNothingThatItWantsIsMissed() throws {
        let watch = try Watch { _ in RuleSet.load(files: []).rules }
        let sets = [true, false].map { Self.rules($0 ? "even" : "odd", below: watch.folder, alsoUnlinks: $0) }
        watch.thread.start()
        defer { watch.thread.stop() }
        try watch.waitForProbes()
        let watched = watch.folder + "/watched-by-name"
        Self.write(watched)
        for round in 0..<12 {
            let version = "2.0.\(round)"
            let path = "\(watch.folder)/gone-\(round)"
            Self.write(path)
            watch.use(sets[round % 2], version: version)
            try watch.wait("version \(version)") { watch.thread.figures.definitionsVersion == version }
            if round.isMultiple(of: 2) {
                #expect(unlink(path) == 0)
                try watch.wait("removal of \(path)") { watch.events.contains { $0.output == path && $0.matchedRules.first?.rule.id == "even-removed" } }
            } else {
                let before = watch.events.count { $0.output == watched }
                let fd = open(watched, O_RDONLY | O_CLOEXEC)
                #expect(fd >= 0)
                close(fd)
                // the first of the series is a cloud event; what follows is counted with it
                if before == 0 { try watch.wait("reading \(watched)") { watch.events.contains { $0.output == watched } } }
            }
        }
        watch.thread.stop()
        watch.gather()
        let reads = watch.events.last { $0.output == watched }
        #expect(reads?.aggregatedEventDetails.eventsCount == 6)
    }
}

/// How many swaps there were, for the thread that makes the load.
private final class Counter: Sendable {
    private struct State {
        var value = 0
        var isFinished = false
        var isGivenUp = false
    }
    private let state = Mutex(State())

    var value: Int { state.withLock { $0.value } }
    var isFinished: Bool { state.withLock { $0.isFinished } }
    var isGivenUp: Bool { state.withLock { $0.isGivenUp } }
    func add() { state.withLock { $0.value += 1 } }
    func finish() { state.withLock { $0.isFinished = true } }
    func giveUp() { state.withLock { $0.isGivenUp = true } }
}
