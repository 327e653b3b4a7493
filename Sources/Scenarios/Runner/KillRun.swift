import Foundation
import Foundations
import Glibc
import GRDB
import ScenarioModel

/// Kills the sensor at moments drawn from a seed, while one detection after the other is made, and holds the portal against what lay in the
/// spool each time: whatever the spool had taken has to arrive, and once.
struct KillRun {
    /// Every twentieth of a second a program runs from an anonymous file with a name of its own.
    private static let load = #"i=0; while :; do i=$((i+1)); "$0/process" fileless "$0/payload" "load-$i" || exit 1; sleep 0.03; done"#
    private static let drainMax: Duration = .seconds(90)

    let plan: KillPlan
    let stack: Stack
    let programs: URL
    let tell: RunProgress.Listener

    func run() async throws -> [Check] {
        guard let sensor = await stack.sensor, let portal = await stack.portal else { throw Shell.Failure(description: "the stack is not up") }
        guard let shell = Shell.find("sh") else { throw Shell.Failure(description: "no program 'sh'") }
        let load = try Subprocess("load", executable: shell, arguments: ["-c", Self.load, programs.path], folder: programs, log: stack.work.url.appending(path: "load.log"))
        try stack.work.record(load.pid)
        var witnessed: Set<String> = []
        do {
            var random = SeededGenerator(seed: plan.seed)
            for number in 1...plan.count {
                // every second one dies while it starts, or soon after
                if number.isMultiple(of: 2) { try await sensor.launch() } else { try await sensor.start() }
                try await Task.sleep(for: .milliseconds(Int64.random(in: 0...max(1, plan.within.nanoseconds / 1_000_000), using: &random)))
                await sensor.kill()
                let kept = try Self.detections(inSpoolOf: stack.work)
                witnessed.formUnion(kept)
                if number.isMultiple(of: 10) || number == plan.count { tell(.note("\(number) kills; \(witnessed.count) detections were seen in the spool of a dead sensor")) }
            }
            try await sensor.start()
        } catch {
            await load.stop()
            throw error
        }
        guard load.isRunning else { throw Shell.Failure(description: "the load ended by itself\n\(load.tail().joined(separator: "\n"))") }
        await load.stop()
        return try await judge(witnessed, sensor, portal)
    }

    private func judge(_ witnessed: Set<String>, _ sensor: SensorProgram, _ portal: PortalView) async throws -> [Check] {
        let deadline = ContinuousClock.now + Self.drainMax
        var spool = JSONValue.null
        var received = 0.0
        var isDrained = false
        while !isDrained, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(300))
            spool = await sensor.statistics()["spool"] ?? .null
            received = try await portal.ledger()["detections"]?["received"]?.number ?? 0
            let accepted = spool["accepted"]?["detections"]?.number
            // detections of others may come at any time: equal once is enough
            isDrained = accepted != nil && accepted == spool["delivered"]?["detections"]?.number && accepted == received
        }
        let ledger = try await portal.ledger()["detections"] ?? .null
        let events = try await portal.cloudEvents()
        let times = Dictionary(grouping: events.compactMap { $0["id"]?.text }, by: \.self).mapValues(\.count)
        let missing = witnessed.filter { times[$0] == nil }
        let doubled = times.filter { $0.value > 1 }
        let evicted = spool["evicted"]?.members ?? [:]
        return [
            Check(name: "\(plan.count) kills under load, seed \(plan.seed): the spool was seen with detections in it", passed: !witnessed.isEmpty, detail: "\(witnessed.count) seen"),
            Check(
                name: "what the spool has taken is what the portal has received", passed: isDrained && received > 0,
                detail: "taken \(spool["accepted"]?["detections"]?.description ?? "?"), acknowledged \(spool["delivered"]?["detections"]?.description ?? "?"), portal \(ledger)"),
            Check(name: "no detection is missing", passed: missing.isEmpty, detail: "\(missing.count) of \(witnessed.count) missing: \(missing.sorted().prefix(3))"),
            Check(name: "no detection is there twice", passed: doubled.isEmpty, detail: "\(doubled.count) of \(events.count)"),
            Check(name: "nothing was given up", passed: evicted.allSatisfy { $0.value.number == 0 }, detail: "\(evicted)"),
        ]
    }

    /// Ids of the detections in the spool of a sensor that does not run, read by another program's eyes from a copy.
    private static func detections(inSpoolOf work: WorkFolder) throws -> [String] {
        let store = work.url.appending(path: SensorProgram.storeFolder)
        guard FileManager.default.fileExists(atPath: store.appending(path: "spool.db").path) else { return [] }
        let copy = try work.folder("spool-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: copy) }
        for name in ["spool.db", "spool.db-wal"] where FileManager.default.fileExists(atPath: store.appending(path: name).path) {
            try FileManager.default.copyItem(at: store.appending(path: name), to: copy.appending(path: name))
        }
        let database = try DatabaseQueue(path: copy.appending(path: "spool.db").path)
        defer { try? database.close() }
        return try database.read { db in
            // killed before the first commit: no table yet
            guard try db.tableExists("records") else { return [] }
            return try String.fetchAll(db, sql: "SELECT id FROM records WHERE stream = 'detections'")
        }
    }
}
