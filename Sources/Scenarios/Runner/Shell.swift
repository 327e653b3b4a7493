package import Foundation
import Glibc

/// One command, run to its end.
package struct Shell: Sendable {
    package struct Result: Sendable {
        /// 128 + signal when a signal ended it; nil when the limit did.
        package var status: Int32?
        /// Standard output and error, at most `outputBytesMax`.
        package var output: String
        package var pid: Int32
    }

    package struct Failure: Error, CustomStringConvertible {
        package var description: String
        package init(description: String) { self.description = description }
    }

    package static let outputBytesMax = 1 << 20

    /// Runs `arguments[0]` (a path, or a name looked up in PATH).
    ///
    package static func run(_ arguments: [String], environment: [String: String] = [:], folder: URL, limit: Duration = .seconds(30)) async throws -> Result {
        guard let name = arguments.first, let executable = find(name) else { throw Failure(description: "no program '\(arguments.first ?? "")'") }
        let log = folder.appending(path: ".output-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: log) }
        let process = try Subprocess(name, executable: executable, arguments: Array(arguments.dropFirst()), environment: environment, folder: folder, log: log)
        var status = await process.exit(within: limit)
        if status == nil {
            process.send(SIGKILL)
            _ = await process.exit(within: .seconds(5))
            status = nil
        }
        let handle = try FileHandle(forReadingFrom: log)
        defer { try? handle.close() }
        let bytes = try handle.read(upToCount: outputBytesMax) ?? Data()
        return Result(status: status, output: String(decoding: bytes, as: UTF8.self), pid: process.pid)
    }

    /// Runs it and asks for exit status 0.
    @discardableResult
    package static func check(_ arguments: [String], environment: [String: String] = [:], folder: URL, limit: Duration = .seconds(30)) async throws -> String {
        let result = try await run(arguments, environment: environment, folder: folder, limit: limit)
        guard result.status == 0 else {
            let how = result.status.map { "exit status \($0)" } ?? "not done after \(limit)"
            throw Failure(description: "\(arguments.prefix(6).joined(separator: " ")): \(how)\n\(result.output.suffix(2000))")
        }
        return result.output
    }

    package static func find(_ name: String) -> URL? {
        if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? URL(fileURLWithPath: name) : nil }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return path.split(separator: ":").map { URL(fileURLWithPath: "\($0)/\(name)") }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
