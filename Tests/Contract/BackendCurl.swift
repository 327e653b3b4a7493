import Foundation

/// HTTP as curl speaks it: TLS by OpenSSL, HTTP/2 by nghttp2.
enum BackendCurl {
    struct Answer: Sendable {
        /// Of curl: 0, or why there is no answer (60: the certificate is not trusted, 35: no handshake, 28: time is up).
        var exit: Int32
        var status: Int
        /// `1.1` or `2`.
        var version: String
        /// Names in lower case.
        var headers: [String: String]
        var body: Data
        var errors: String

        var text: String { String(decoding: body, as: UTF8.self) }

        func decoded<Body: Decodable>(_ type: Body.Type) throws -> Body { try JSONDecoder().decode(type, from: body) }
    }

    /// - Parameters:
    ///   - ca: the only authority trusted; nil leaves curl its own list.
    ///   - options: further options of curl.
    static func send(
        _ method: String, _ url: String, ca: URL?, headers: [String: String] = [:], body: Data? = nil, options: [String] = []
    ) async throws -> Answer {
        let folder = try BackendFolder()
        defer { folder.remove() }
        var arguments = [
            "--silent", "--show-error", "--max-time", "30", "--request", method, "--dump-header", folder.file("headers").path, "--output", folder.file("body").path,
            "--write-out", "%{http_code} %{http_version}",
        ]
        if let ca { arguments += ["--cacert", ca.path] }
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { arguments += ["--header", "\(name): \(value)"] }
        if let body {
            try body.write(to: folder.file("sent"))
            // Without it curl waits a second for `100 Continue` before it sends a large body.
            arguments += ["--header", "expect:", "--data-binary", "@\(folder.file("sent").path)"]
        }
        let outcome = try await BackendSubprocess.run(try BackendSubprocess.find("curl"), arguments + options + [url], environment: ["no_proxy": "*"])
        let written = String(decoding: outcome.output, as: UTF8.self).split(separator: " ").map(String.init)
        let head = String(decoding: (try? Data(contentsOf: folder.file("headers"))) ?? Data(), as: UTF8.self)
        var fields: [String: String] = [:]
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return Answer(
            exit: outcome.status, status: written.first.flatMap { Int($0) } ?? 0, version: written.count > 1 ? written[1] : "", headers: fields,
            body: (try? Data(contentsOf: folder.file("body"))) ?? Data(), errors: outcome.errors)
    }
}
