import ArgumentParser
import CommandEntry
import Events
import Foundation
import Foundations
import Glibc
import Host
import Pipeline
import Probes
import Rules

struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Write what the kernel says into a capture that `replay` reads without root.",
        discussion: """
            Records what the rules need (those that come with this build, or --rules). With a command behind `--` only what that command and its children do is \
            recorded, from its start to its end; its exit status is passed on. The file is made with mode 0600: it is not redacted. Format: docs/CAPTURE.md.
            """)

    @Option(name: .shortAndLong, help: "The capture file to write.") var output: String
    @Option(help: "End after so many seconds.") var seconds: Double?
    @Option(help: "End after so many messages.") var count: UInt64?
    @Option(parsing: .upToNextOption, help: "Rule files that say what is wanted.") var rules: [String] = []
    @Argument(parsing: .postTerminator, help: "A command with its arguments, behind `--`.") var command: [String] = []

    func validate() throws {
        if let seconds, seconds <= 0 { throw ValidationError("--seconds must be more than 0") }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
        if count != nil, !command.isEmpty { throw ValidationError("--count goes without a command") }
    }

    func run() async throws {
        let set = RuleSet.load(files: try RulesCommand.read(rules.isEmpty ? RuleFolder.files() : rules)).rules
        let fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard fd >= 0 else { throw WrongInput(description: "--output: \(output): \(String(cString: strerror(errno)))") }
        let file = FileHandle(fileDescriptor: fd, closeOnDealloc: true)

        let settings = PipelineSettings.standalone()
        let host = HostFactsReader.read()
        let header = CaptureHeader(
            bootToWall: settings.bootToWall, hostNamespaces: settings.hostNamespaces, kernelRelease: host.kernelVersion, architecture: host.architecture, hookSet: "")
        let tap = CaptureTap(header)
        let sensor = SensorThread(options: ProbeOptions(), tap: tap) { Pipeline(settings: settings, rules: set, seed: 0) }
        let files = FileWorkers(inbox: sensor.inbox)
        let stop = Interrupt()
        let deadline = seconds.map { ContinuousClock.now + .milliseconds(Int64($0 * 1000)) }
        sensor.start()
        var recording = command.isEmpty ? nil : try CommandRecording(command)
        while !stop.isRequested {
            if case .refused(_, let message) = sensor.figures.state { throw Failed(description: message) }
            perform(sensor.outbox.take(), files)
            let taken = tap.take()
            if recording == nil {
                try file.write(contentsOf: taken.bytes)
            } else {
                if case .running = sensor.figures.state { try recording?.start() }
                if try recording?.take(taken.bytes) == true { break }
            }
            if let count, taken.messages >= count { break }
            if let deadline, ContinuousClock.now >= deadline { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        sensor.stop()
        files.stop()
        tap.finish()
        let taken = tap.take()
        guard var recording else {
            try file.write(contentsOf: taken.bytes)
            return Output.say("\(output): \(taken.messages) messages\(Self.losses(taken.behind))")
        }
        _ = try recording.take(taken.bytes)
        let (bytes, messages, status) = recording.finish(header)
        try file.write(contentsOf: bytes)
        Output.say("\(output): \(messages) messages of the command\(Self.losses(taken.behind))")
        guard status == 0 else { throw ExitCode(status) }
    }

    private static func losses(_ behind: UInt64) -> String { behind > 0 ? ", \(behind) left out because the disk was too slow" : "" }

    private func perform(_ effects: [PipelineEffect], _ files: FileWorkers) {
        for effect in effects {
            switch effect {
            case .scan(let pid): files.scan(pid: pid)
            case .readNames(let pid, let namespace): files.readNames(pid: pid, mountNamespace: namespace)
            case .hash(let request): files.hash(request)
            default: break
            }
        }
    }
}

/// Remembers SIGINT and SIGTERM.
final class Interrupt: Sendable {
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
    private let flag = Latch()

    init() {
        sources = [SIGINT, SIGTERM].map { [flag] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { flag.raise() }
            source.resume()
            return source
        }
    }

    var isRequested: Bool { flag.isRaised }
}
