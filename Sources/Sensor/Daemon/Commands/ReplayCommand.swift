import ArgumentParser
import CommandEntry
import Events
import Foundation
import Foundations
import Pipeline
import Rules

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run a capture through the whole pipeline: the same detections as live, without root.",
        discussion: "Prints detections as JSON lines (--json) or a line each; the same capture and rules always give the same output.")

    @Argument(help: "A capture made by `record`.") var file: String
    @Option(parsing: .upToNextOption, help: "Rule files; without them those that come with this build.") var rules: [String] = []
    @Flag(help: "Print whole detections as JSON lines.") var json = false

    private static let pieceBytes = 1 << 20

    func run() throws {
        let set = RuleSet.load(files: try RulesCommand.read(rules.isEmpty ? RuleFolder.files() : rules)).rules
        guard let handle = FileHandle(forReadingAtPath: file) else { throw WrongInput(description: "\(file): cannot be read") }
        let replay = CaptureReplay(rules: set, sensorVersion: SensorVersion.sensor)
        do throws(CaptureError) {
            while let piece = try? handle.read(upToCount: Self.pieceBytes), !piece.isEmpty { try replay.feed(piece, each: show) }
            try replay.finish(each: show)
        } catch {
            throw WrongInput(description: "\(file): \(error)")
        }
    }

    private func show(_ effect: PipelineEffect) {
        guard case .send(let event, let severity) = effect else { return }
        if json {
            if let payload = try? event.encoded() { Output.say(String(decoding: payload.value, as: UTF8.self)) }
        } else {
            let value = event.value
            Output.say("\(value.timestamp)  \(severity.rawValue)  \(value.name)  \(value.output ?? "")")
        }
    }
}
