import ArgumentParser
import CommandEntry
import Foundation
import Settings

/// Where the running daemon answers, and in which form the answer is printed.
struct ControlOptions: ParsableArguments {
    @Option(help: "The daemon's control socket.") var controlSocket = ProcessInfo.processInfo.environment["WIZ_CONTROL_SOCKET"] ?? Settings.defaultControlSocket
    @Flag(help: "Print JSON.") var json = false

    var client: ControlClient { ControlClient(path: controlSocket) }

    /// One answer of the daemon.
    /// - Throws: `Failed` when no daemon answers.
    func fetch<Answer: Decodable>(_ type: Answer.Type, _ verb: ControlRequest.Verb) throws -> Answer {
        do { return try client.fetch(type, ControlRequest(verb: verb)) } catch let failure as ControlClient.Failure { throw Failed(description: failure.description) }
    }
}
