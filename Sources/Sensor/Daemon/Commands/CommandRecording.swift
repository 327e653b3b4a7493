import CommandEntry
import Events
import Foundation
import Foundations
import Glibc

/// A command that runs while the kernel side is recorded, and what of the recording is its own.
///
/// States: waiting until `start`; running; ended, when its exit was seen in the recording or `patience` has passed since it ended; then the
/// messages that are still under way have `afterwards` to come.
struct CommandRecording {
    private static let patience: Duration = .seconds(10)
    private static let afterwards: Duration = .milliseconds(200)

    private let process = Process()
    private var reader = CaptureReader()
    private var family: CaptureFamily?
    private var endedAt: ContinuousClock.Instant?
    private var doneAt: ContinuousClock.Instant?

    /// - Throws: there is no such program.
    init(_ command: [String]) throws {
        guard let path = Self.find(command[0]) else { throw WrongInput(description: "\(command[0]): no such program") }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = Array(command.dropFirst())
    }

    private static func find(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Starts the command, once.
    mutating func start() throws {
        guard family == nil else { return }
        try process.run()
        family = CaptureFamily(of: UInt32(process.processIdentifier))
    }

    /// - Parameter bytes: the next piece of the whole machine's capture.
    /// - Returns: whether the command has ended and everything of it is there.
    mutating func take(_ bytes: [UInt8]) throws -> Bool {
        reader.feed(bytes)
        do throws(CaptureError) {
            while let input = try reader.next() { family?.take(input) }
        } catch {
            throw Failed(description: "\(error)")
        }
        guard let family, !process.isRunning else { return false }
        let now = ContinuousClock.now
        let ended = endedAt ?? now
        endedAt = ended
        if doneAt == nil, family.hasEnded || now > ended + Self.patience { doneAt = now + Self.afterwards }
        return doneAt.map { now >= $0 } ?? false
    }

    /// The capture of the command alone.
    mutating func finish(_ header: CaptureHeader) -> (bytes: [UInt8], messages: Int, status: Int32) {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        var writer = CaptureWriter(header)
        var messages = 0
        for input in family?.cut() ?? [] {
            if case .message(let bytes) = input.record {
                messages += 1
                bytes.withUnsafeBytes { writer.append(message: $0, at: input.now) }
            } else {
                writer.append(input.record, at: input.now)
            }
        }
        writer.finish()
        let status = family == nil ? 1 : process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return (writer.take(), messages, status)
    }
}
