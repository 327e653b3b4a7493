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
    /// Time passes for the pipeline as it does live.
    private static let tickInterval: Duration = .milliseconds(100)

    func run() throws {
        let set = RuleSet.load(files: try RulesCommand.read(rules.isEmpty ? RuleFolder.files() : rules)).rules
        guard let handle = FileHandle(forReadingAtPath: file) else { throw WrongInput(description: "\(file): cannot be read") }
        var reader = CaptureReader()
        var pipeline: Pipeline?
        var ticked: Now?
        do throws(CaptureError) {
            while let piece = try? handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
                reader.feed(piece)
                while let input = try reader.next() {
                    let running = pipeline ?? Self.pipeline(reader.header, set)
                    pipeline = running
                    tick(running, &ticked, at: input.now)
                    if case .message(let bytes) = input.record {
                        bytes.withUnsafeBytes { running.handle(message: $0, at: input.now) }
                    } else if let known = PipelineInput(input.record) {
                        running.handle(known, at: input.now)
                    }
                    show(running)
                }
            }
            try reader.finish()
        } catch {
            throw WrongInput(description: "\(file): \(error)")
        }
        if let pipeline, let ticked {
            pipeline.finish(at: ticked)
            show(pipeline)
        }
    }

    private static func pipeline(_ header: CaptureHeader?, _ rules: RuleSet) -> Pipeline {
        let identity = SensorIdentity(
            id: "replay", name: "replay", sensorVersion: SensorVersion.sensor, definitionsVersion: "", hostname: "replay", kernelVersion: header?.kernelRelease ?? "")
        let settings = Pipeline.Settings(identity: identity, bootToWall: header?.bootToWall ?? .zero, hostNamespaces: header?.hostNamespaces ?? Namespaces())
        return Pipeline(settings: settings, rules: rules, seed: header?.seed ?? 0)
    }

    private func tick(_ pipeline: Pipeline, _ last: inout Now?, at now: Now) {
        if let before = last, now.monotonic - before.monotonic < Self.tickInterval { return }
        pipeline.tick(at: now)
        last = now
    }

    private func show(_ pipeline: Pipeline) {
        for effect in pipeline.effects {
            guard case .send(let event, let severity) = effect else { continue }
            if json {
                if let payload = try? event.encoded() { Output.say(String(decoding: payload.value, as: UTF8.self)) }
            } else {
                let value = event.value
                Output.say("\(value.timestamp)  \(severity.rawValue)  \(value.name)  \(value.output ?? "")")
            }
        }
        pipeline.effects.removeAll(keepingCapacity: true)
    }
}
