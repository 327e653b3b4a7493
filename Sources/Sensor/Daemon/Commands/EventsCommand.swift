import ArgumentParser
import CommandEntry
import Events
import Foundation
import Foundations
import Rules

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print events as they happen, one line each.",
        discussion: """
            Asks the running daemon; when none runs, attaches probes of its own (root). The filter is a condition of the rule language: \
            --filter 'evt.type = execve and proc.pname = sshd'.
            """)

    @Option(help: "Only this kind of event; may be repeated.") var kind: [String] = []
    @Option(help: "Only events for which this condition holds.") var filter: String?
    @Option(help: "End after so many events.") var count: Int?
    @OptionGroup var options: ControlOptions

    func validate() throws {
        for name in kind where EventKind(name: name) == nil {
            throw ValidationError("--kind '\(name)' is unknown; there are \(EventKind.allCases.map(\.name).joined(separator: ", "))")
        }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    }

    func run() async throws {
        if let filter {
            do { _ = try ConditionFilter(filter) } catch { throw WrongInput(description: "--filter: \(error)") }
        }
        var seen = 0
        let show: (String) -> Bool = { line in
            Output.say(options.json || !Output.isTerminal ? line : EventText.line(json: line))
            seen += 1
            return count.map { seen < $0 } ?? true
        }
        do {
            try options.client.ask(ControlRequest(verb: .events, kinds: kind, filter: filter), show)
        } catch ControlClient.Failure.notRunning {
            try await OwnEvents(kinds: Set(kind.compactMap { EventKind(name: $0) }), filter: filter).run(show)
        } catch let failure as ControlClient.Failure {
            throw Failed(description: failure.description)
        }
    }
}

/// A JSON line of an event as a person reads it: time, kind, who, what.
enum EventText {
    static func line(json: String) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else { return json }
        func text(_ key: String) -> String? {
            switch object[key] {
            case let string as String: string.isEmpty ? nil : string
            case let number as NSNumber: "\(number)"
            default: nil
            }
        }
        let time = text("evt.time.iso8601") ?? ""
        let place = text("k8s.pod.name") ?? text("container.id").map { String($0.prefix(12)) } ?? "host"
        let what = text("fd.name") ?? text("proc.cmdline") ?? ""
        return "\(time)  \((text("evt.type") ?? "?").padding(toLength: 12, withPad: " ", startingAt: 0))  \(place.padding(toLength: 16, withPad: " ", startingAt: 0))  \(text("proc.name") ?? "?")(\(text("proc.pid") ?? "?"))  \(what)"
    }
}
