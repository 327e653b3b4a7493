import Foundation
import Glibc
import ScenarioModel
import ScenarioRunner
import Testing

/// Releases on their way from the portal's commands to a running daemon: good ones, spoiled ones, other keys, other settings.
@Suite(.serialized, .enabled(if: canRunScenarios, "needs root"), .timeLimit(.minutes(10)))
struct DaemonDefinitionsTests {
    private static let rules = "- rule: Nothing\n  desc: d\n  condition: evt.type = execve and proc.name = nobody-has-this-name\n  output: o\n  priority: INFO\n"

    private func with(_ body: (DaemonHarness, DaemonHarness.Endpoints) async throws -> Void) async throws {
        let harness = try DaemonHarness()
        do { try await body(harness, harness.startBackend()) } catch {
            await harness.finish(expectCleanStop: false)
            throw error
        }
        await harness.finish()
    }

    private func publish(_ version: String, _ rest: [String: Any] = [:], _ harness: DaemonHarness, _ endpoints: DaemonHarness.Endpoints) async throws {
        let body = ["version": version, "rules": [["name": "test.yaml", "content": Self.rules]]].merging(rest) { $1 } as [String: Any]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        try await Shell.check(["curl", "-sf", "-X", "POST", "\(endpoints.control)/control/v1/definitions", "-d", text], folder: harness.folder)
    }

    private func codes(_ statistics: JSONValue) -> [String] { (statistics["healthIssues"]?.elements ?? []).compactMap { $0["code"]?.text }.filter { $0.hasPrefix("definitions.") } }

    private func statistics(_ harness: DaemonHarness, _ what: String, when isTrue: @escaping (JSONValue) -> Bool) async throws -> JSONValue {
        try await harness.eventually("\(what); the log ends:\n\(harness.log.suffix(1500))", within: .seconds(60)) {
            guard let statistics = await harness.statistics(), isTrue(statistics) else { return nil }
            return statistics
        }
    }

    private func arguments(_ harness: DaemonHarness, _ endpoints: DaemonHarness.Endpoints) -> [String] {
        harness.portalArguments(endpoints) + ["--time-scale", "60", "--definitions-root", harness.portalFolder.appending(path: "definitions-root.pub").path]
    }

    @Test func whateverIsWrongWithAReleaseTheOldOneStaysAndTheIssueIsNamed() async throws {
        try await with { harness, endpoints in
            try harness.start(arguments(harness, endpoints))
            _ = try await statistics(harness, "1.0.0") { $0["definitionsVersion"]?.text == "1.0.0" }
            let faults: [(String, [String: Any], String)] = [
                ("1.0.1", ["defect": "wrongKey"], "definitions.signature"), ("1.0.2", ["defect": "bitFlip"], "definitions.damaged"),
                ("1.0.3", ["formatVersion": 99], "definitions.format"), ("1.0.4", ["defect": "truncated"], "definitions.damaged"),
                ("1.0.5", ["expiresAt": "2020-01-01T00:00:00Z"], "definitions.expired"), ("1.0.6", ["defect": "tooLarge"], "definitions.too-large"),
                ("1.0.7", ["defect": "expiredKey"], "definitions.signature"), ("1.0.8", ["rules": [["name": "bad.yaml", "content": "- rule: x\n  condition: nonsense\n"]]], "definitions.unusable"),
                ("1.0.9", ["defect": "wrongRoot"], "definitions.signature"),
            ]
            for (version, defect, code) in faults {
                try await publish(version, defect, harness, endpoints)
                let statistics = try await statistics(harness, "\(code) for \(version)") { codes($0) == [code] }
                #expect(statistics["definitionsVersion"]?.text == "1.0.0", "\(version)")
            }
            // the portal begins anew with an older version: not for a sensor that has seen a later one
            try await Shell.check(["curl", "-sf", "-X", "POST", "\(endpoints.control)/control/v1/reset?definitions=true"], folder: harness.folder)
            try await publish("0.9.0", [:], harness, endpoints)
            let old = try await statistics(harness, "a rollback") { codes($0) == ["definitions.rollback"] }
            #expect(old["definitionsVersion"]?.text == "1.0.0")
            try await publish("1.1.0", [:], harness, endpoints)
            let good = try await statistics(harness, "1.1.0") { $0["definitionsVersion"]?.text == "1.1.0" && codes($0).isEmpty }
            #expect(good["rules"]?.number == 1)
        }
    }

    /// Executions of a program of the test's own while releases change: each is judged by one of them, so the counts add up to what ran.
    @Test func anUpdateUnderLoadJudgesEveryEventOnce() async throws {
        try await with { harness, endpoints in
            let (program, stop, ran) = (harness.folder.appending(path: "counted"), harness.folder.appending(path: "stop"), harness.folder.appending(path: "ran"))
            try FileManager.default.copyItem(at: URL(fileURLWithPath: "/bin/true").resolvingSymlinksInPath(), to: program)
            func release(_ version: Int) async throws {
                // every other release asks the kernel for more, so that its programs and tables change too
                let counted = "- rule: Counted\n  id: counted\n  desc: d\n  condition: evt.type = execve and proc.exepath = \(program.path)\n  output: release \(version) %proc.args\n  priority: NOTICE\n"
                let other = "- rule: Other\n  desc: d\n  condition: evt.type in (unlink, unlinkat, chmod) and fs.path.name = /nothing/of/this/name\n  output: o\n  priority: INFO\n"
                let rules = version.isMultiple(of: 2) ? counted : other + counted
                try await publish("1.1.\(version)", ["rules": [["name": "test.yaml", "content": rules]]], harness, endpoints)
                _ = try await statistics(harness, "1.1.\(version)") { $0["definitionsVersion"]?.text == "1.1.\(version)" }
            }
            func counts() async throws -> [Int] {
                let text = try await Shell.run(
                    ["curl", "-sf", "--cacert", harness.portalFolder.appending(path: "ca.pem").path, "\(endpoints.http)/api/v1/cloud-events?first=500"], folder: harness.folder).output
                let events = try JSONValue(json: Data(text.utf8))["nodes"]?.elements ?? []
                return events.filter { $0.description.contains(program.path) }.map { Int($0["aggregatedEventDetails"]?["eventsCount"]?.number ?? 0) }
            }

            try harness.start(arguments(harness, endpoints))
            _ = try await statistics(harness, "1.0.0") { $0["definitionsVersion"]?.text == "1.0.0" }
            try await release(0)
            // as fast as it can be, until it is told to stop or has run a bounded number of times
            let load = try Subprocess(
                "load", executable: URL(fileURLWithPath: "/bin/sh"),
                arguments: ["-c", "i=0; while [ ! -e '\(stop.path)' ] && [ $i -lt 100000 ]; do '\(program.path)' $((i % 40)); i=$((i + 1)); done; echo $i > '\(ran.path)'"],
                folder: harness.folder, log: harness.folder.appending(path: "load.log"))
            for version in 1...6 { try await release(version) }
            try Data().write(to: stop)
            #expect(await load.exit(within: .seconds(20)) == 0)
            let expected = try #require(Int(String(contentsOf: ran, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(expected > 1000)

            var found: [Int] = []
            _ = try await harness.eventually("\(expected) executions in the portal, which has \(found.reduce(0, +)) in \(found.count) events", within: .seconds(60)) {
                found = (try? await counts()) ?? []
                return found.reduce(0, +) >= expected ? true : nil
            }
            // whatever is still on its way leaves with the daemon: nothing was judged twice
            #expect(await harness.daemon?.stop() == 0)
            #expect(try await counts().reduce(0, +) == expected)
            #expect(found.count == 40)
        }
    }

    @Test func otherKeysAreFollowedAndTheLastGoodReleaseOutlivesAKill() async throws {
        try await with { harness, endpoints in
            try harness.start(arguments(harness, endpoints))
            _ = try await statistics(harness, "1.0.0") { $0["definitionsVersion"]?.text == "1.0.0" }
            let backend = try PackageRoot().executable("fake-wiz-backend").path
            for (n, rotation) in [["--root"], [], ["--root"]].enumerated() {
                try await Shell.check([backend, "definitions", "rotate", "--data", harness.portalFolder.path] + rotation, folder: harness.folder)
                try await publish("1.1.\(n)", [:], harness, endpoints)
                _ = try await statistics(harness, "1.1.\(n)") { $0["definitionsVersion"]?.text == "1.1.\(n)" && codes($0).isEmpty }
            }
            // written after it is put to use; a kill before that would leave the one before
            let file = URL(fileURLWithPath: harness.store).appending(path: "definitions.json")
            _ = try await harness.eventually("1.1.2 on the disk") { (try? String(contentsOf: file, encoding: .utf8))?.contains(#""version":"1.1.2""#) == true ? true : nil }
            harness.daemon?.send(SIGKILL)
            _ = await harness.daemon?.exit(within: .seconds(20))
            try harness.start([])
            _ = try await statistics(harness, "1.1.2 without a portal") { $0["definitionsVersion"]?.text == "1.1.2" }
        }
    }

    @Test func aHangUpChangesWhatCanChangeAndNamesTheRest() async throws {
        try await with { harness, endpoints in
            let file = harness.folder.appending(path: "sensor.yaml")
            func settings(_ text: String) throws { try text.write(to: file, atomically: true, encoding: .utf8) }
            try settings("logLevel: info\n")
            try await publish("1.1.0", [:], harness, endpoints)
            try harness.start(arguments(harness, endpoints) + ["--config", file.path])
            _ = try await statistics(harness, "1.1.0") { $0["definitionsVersion"]?.text == "1.1.0" }

            try settings("logLevel: debug\nfixedDefinitionsVersion: 1.0.0\nringBytes: 65536\nclusterName: other\n")
            harness.daemon?.send(SIGHUP)
            _ = try await statistics(harness, "the pinned version") { $0["definitionsVersion"]?.text == "1.0.0" }
            _ = try await harness.eventually("what changed, in the log") { harness.log.contains("settings.reread") ? true : nil }
            #expect(harness.log.contains("changed=logLevel,fixedDefinitionsVersion"))
            _ = try await harness.eventually("what waits for a restart, in the log") { harness.log.contains("settings.need-restart") ? true : nil }
            #expect(harness.log.contains("settings=clusterName,ringBytes"))

            try settings("logLevel: loud\n")
            harness.daemon?.send(SIGHUP)
            _ = try await harness.eventually("the reason, in the log") { harness.log.contains("settings.kept") && harness.log.contains("sensor.yaml:1:11") ? true : nil }
            // without the pin the newest is taken again, and with the new level nothing more is said of it
            try settings("logLevel: error\n")
            harness.daemon?.send(SIGHUP)
            _ = try await statistics(harness, "the newest version") { $0["definitionsVersion"]?.text == "1.1.0" }
            #expect(harness.log.split(separator: "\n").count { $0.contains("settings.reread") } == 1)
        }
    }
}
