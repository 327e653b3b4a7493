import Foundation
import ScenarioRunner

/// The program of `Programs/load.c`: one thing over and over, from a session of its own.
struct Load {
    enum Mode: String, CaseIterable {
        case exec, read, write, refused, writes, connect, dns, churn

        /// As what the sensor counts it; nil when it is seen and not reported.
        var kind: String? {
            switch self {
            case .exec, .churn: "exec"
            case .read, .refused: nil
            case .write, .writes: "open"
            case .connect: "connect"
            case .dns: "dns"
            }
        }
    }

    struct Result {
        var made: Int
        var wallSeconds: Double
        /// Of the program and its children.
        var cpuSeconds: Double
    }

    let folder: URL
    private let program: URL

    init(folder: URL) throws {
        guard let embedded = Embedded.objects.first(where: { $0.name == "load" }), let bytes = Data(base64Encoded: embedded.base64.description) else {
            throw Shell.Failure(description: "the load program was not built in")
        }
        self.folder = folder
        program = folder.appending(path: "load")
        try bytes.write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        try Data("x".utf8).write(to: folder.appending(path: "opened"))
    }

    /// - Parameters:
    ///   - count: 0 for as often as `seconds` allow.
    ///   - seconds: 0 for as long as `count` takes.
    func run(_ mode: Mode, count: Int = 0, seconds: Int = 0) async throws -> Result {
        let output = try await Shell.check(
            [program.path, mode.rawValue, "\(count)", "\(seconds)", folder.appending(path: "opened").path], folder: folder, limit: .seconds(300))
        var values: [Substring: Double] = [:]
        for pair in output.split(whereSeparator: \.isWhitespace) {
            let parts = pair.split(separator: "=")
            if parts.count == 2, let value = Double(parts[1]) { values[parts[0]] = value }
        }
        guard let made = values["made"], let wall = values["wall_ns"], let cpu = values["cpu_ns"] else {
            throw Shell.Failure(description: "the load '\(mode.rawValue)' said: \(output.prefix(200))")
        }
        return Result(made: Int(made), wallSeconds: wall / 1e9, cpuSeconds: cpu / 1e9)
    }

    /// - Returns: the round that took the load the least, and what the sensor used for it.
    func best(of rounds: Int, _ mode: Mode, count: Int, beside sensor: SensorUnderTest? = nil) async throws -> (result: Result, sensor: Double) {
        var best: (result: Result, sensor: Double)?
        for _ in 0..<rounds {
            let before = sensor?.usage.cpuSeconds ?? 0
            let result = try await run(mode, count: count)
            try await sensor?.settle()
            let used = (sensor?.usage.cpuSeconds ?? 0) - before
            if best.map({ result.cpuSeconds < $0.result.cpuSeconds }) ?? true { best = (result, used) }
        }
        guard let best else { throw Shell.Failure(description: "no round of \(mode.rawValue)") }
        return best
    }
}
