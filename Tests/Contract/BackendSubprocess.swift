import Foundation

/// Runs programs that this project did not write, as judges.
enum BackendSubprocess {
    struct Outcome: Sendable {
        var status: Int32
        var output: Data
        var errors: String
    }

    struct NotFound: Error, CustomStringConvertible {
        var names: [String]
        var description: String { "none of \(names.joined(separator: ", ")) is installed; `make setup` does that" }
    }

    /// The first of the programs that is on the search path.
    static func find(_ names: String...) throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for name in names { for folder in folders where access("\(folder)/\(name)", X_OK) == 0 { return "\(folder)/\(name)" } }
        throw NotFound(names: names)
    }

    /// Waits for the first line that a program says and for what came with it.
    static func greeting(of pipe: Pipe) async throws -> String {
        try await onThread {
            var (said, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 4_096))
            while !said.contains(UInt8(ascii: "\n")) {
                let n = read(pipe.fileHandleForReading.fileDescriptor, &chunk, chunk.count)
                if n < 0 && errno == EINTR { continue }
                guard n > 0 else { throw Silent(said: String(decoding: said, as: UTF8.self), reason: n < 0 ? String(cString: strerror(errno)) : "it ended") }
                said += chunk[..<n]
            }
            return String(decoding: said, as: UTF8.self)
        }
    }

    struct Silent: Error, CustomStringConvertible {
        var said: String
        var reason: String
        var description: String { "no line, only '\(said)': \(reason)" }
    }

    /// Runs to the end. Output goes through files, so that no full pipe can stop the program.
    static func run(_ program: String, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]) async throws -> Outcome {
        let folder = try BackendFolder()
        defer { folder.remove() }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        try input.write(to: folder.file("in"))
        process.standardInput = try FileHandle(forReadingFrom: folder.file("in"))
        for name in ["out", "err"] { try Data().write(to: folder.file(name)) }
        process.standardOutput = try FileHandle(forWritingTo: folder.file("out"))
        process.standardError = try FileHandle(forWritingTo: folder.file("err"))
        let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Outcome(
            status: status, output: try Data(contentsOf: folder.file("out")), errors: String(decoding: try Data(contentsOf: folder.file("err")), as: UTF8.self))
    }
}

/// A folder of one test below the temporary directory.
struct BackendFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "contract-\(UUID().uuidString.lowercased().prefix(8))", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func file(_ name: String) -> URL { url.appending(path: name) }
    func remove() { try? FileManager.default.removeItem(at: url) }
}
