package import Foundation
import Foundations
import Glibc

/// A program that runs until it is told to stop, with its output in a file.
package final class Subprocess: Sendable {
    package let name: String
    package let log: URL
    package let pid: Int32
    private let process: Process
    private let ended: AsyncLatch<Int32>

    /// Starts it.
    ///
    /// - Parameters:
    ///   - log: gets standard output and error, appended.
    ///   - environment: added to the own one.
    package init(_ name: String, executable: URL, arguments: [String], environment: [String: String] = [:], folder: URL, log: URL) throws {
        self.name = name
        self.log = log
        if !FileManager.default.fileExists(atPath: log.path) { _ = FileManager.default.createFile(atPath: log.path, contents: nil) }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let ended = AsyncLatch<Int32>()
        process.terminationHandler = { ended.open($0.terminationReason == .exit ? $0.terminationStatus : 128 + $0.terminationStatus) }
        try SignalMask.none { try process.run() }
        try output.close()
        self.process = process
        self.ended = ended
        pid = process.processIdentifier
    }

    package var isRunning: Bool { process.isRunning }

    /// The exit status, 128 + signal when a signal ended it; nil while it runs and after `limit`.
    package func exit(within limit: Duration) async -> Int32? { await ended.value(within: limit) }

    package func send(_ signal: Int32) { if process.isRunning { kill(pid, signal) } }

    /// SIGTERM, then SIGKILL after `limit`. Returns the exit status.
    @discardableResult
    package func stop(within limit: Duration = .seconds(25)) async -> Int32? {
        send(SIGTERM)
        if let status = await exit(within: limit) { return status }
        send(SIGKILL)
        return await exit(within: .seconds(5))
    }

    /// The last lines of its output.
    package func tail(lines: Int = 20) -> [String] {
        guard let handle = try? FileHandle(forReadingFrom: log) else { return [] }
        defer { try? handle.close() }
        let size = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: size > 65_536 ? size - 65_536 : 0)
        let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").suffix(lines).map(String.init)
    }
}

/// A value that comes once and wakes everybody who waits for it.
final class AsyncLatch<Value: Sendable>: @unchecked Sendable {
    // guarded by `lock`
    private var value: Value?
    private var waiting: [UUID: CheckedContinuation<Value?, Never>] = [:]
    private let lock = NSLock()

    func open(_ newValue: Value) {
        let wake = lock.withLock {
            if value == nil { value = newValue }
            defer { waiting = [:] }
            return Array(waiting.values)
        }
        for continuation in wake { continuation.resume(returning: newValue) }
    }

    /// The value, or nil when it has not come within `limit`.
    func value(within limit: Duration) async -> Value? {
        let id = UUID()
        let timer = Task {
            try? await Task.sleep(for: limit)
            self.lock.withLock { self.waiting.removeValue(forKey: id) }?.resume(returning: nil)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            let known: Value?? = lock.withLock {
                if let value { return .some(value) }
                waiting[id] = continuation
                return nil
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
