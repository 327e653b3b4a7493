import ArgumentParser

struct ActorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "actors", abstract: "Print the living processes as the sensor knows them, as a tree.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        let actors = try options.fetch([Actor].self, .actors)
        if options.json { return try Output.json(actors) }
        let known = Set(actors.map(\.pid))
        var children: [UInt32: [Actor]] = [:]
        var roots: [Actor] = []
        for actor in actors {
            if actor.parentPid != actor.pid, known.contains(actor.parentPid) { children[actor.parentPid, default: []].append(actor) } else { roots.append(actor) }
        }
        var rows: [[String]] = []
        func add(_ actor: Actor, depth: Int) {
            guard depth < 64 else { return }
            let name = String(repeating: "  ", count: depth) + (actor.commandLine.isEmpty ? "[\(actor.name)]" : actor.commandLine)
            rows.append(["\(actor.pid)", actor.user ?? "\(actor.uid)", actor.containerId.map { String($0.prefix(12)) } ?? "-", actor.pod ?? "-", String(name.prefix(160))])
            for child in children[actor.pid] ?? [] { add(child, depth: depth + 1) }
        }
        for root in roots { add(root, depth: 0) }
        Output.table(["PID", "USER", "CONTAINER", "POD", "COMMAND"], rows)
    }
}

/// One living process in the answer of `actors --json`, ordered by start. Command lines are redacted.
struct Actor: Codable, Sendable {
    var pid: UInt32
    /// Nanoseconds of boot time: with the pid, the process key.
    var start: UInt64
    var parentPid: UInt32
    var name: String
    var path: String
    var commandLine: String
    var uid: UInt32
    var user: String?
    var containerId: String?
    var pod: String?
    var namespace: String?
    var sha256: String?
}
