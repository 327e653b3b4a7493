package import BackendCore
package import Contract
import Crypto
package import Foundation
package import Foundations
import Serving

/// The folder that holds the backend's keys, its database and what others need to reach it.
///
/// Public: `ca.pem`, `client-id`, `definitions-root.pub`, `endpoints.json`. Mode 0600: `ca-key.pem`, `token-key.pem`, `definitions-keys.json`, `client-secret`,
/// `viewer-token`. The database is `portal.db`.
package struct DataDirectory: Sendable {
    package let url: URL
    let authority: CertificateAuthority
    package let clientID: String
    package let clientSecret: String
    package let viewerToken: String
    let tokenKeyPEM: String

    package var databasePath: String { url.appending(path: "portal.db").path }

    /// Opens the folder, making it and whatever is missing in it.
    /// - Throws: `Diagnostic` naming the file that cannot be read, written or understood.
    package init(opening path: String, at now: WallInstant) throws {
        url = URL(filePath: path, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw Diagnostic(file: path, message: "cannot be made: \(error.localizedDescription)")
        }
        let folder = url
        func kept(_ name: String, isSecret: Bool, _ make: () throws -> String) throws -> String {
            let file = folder.appending(path: name)
            if let text = try? String(contentsOf: file, encoding: .utf8) { return text.trimmingCharacters(in: .whitespacesAndNewlines) }
            guard !FileManager.default.fileExists(atPath: file.path) else { throw Diagnostic(file: file.path, message: "cannot be read") }
            let text = try make()
            try Self.write(Data((text + "\n").utf8), to: file, mode: isSecret ? 0o600 : 0o644)
            return text
        }
        func parsed<Value>(_ name: String, _ parse: () throws -> Value) throws -> Value {
            do { return try parse() } catch { throw Diagnostic(file: folder.appending(path: name).path, message: "is damaged: \(error)") }
        }
        // The certificate is written last, so that one that is there has its key beside it.
        if FileManager.default.fileExists(atPath: folder.appending(path: "ca.pem").path) {
            let identity = PEMIdentity(
                certificate: try kept("ca.pem", isSecret: false) { "" }, key: try kept("ca-key.pem", isSecret: true) { throw Diagnostic(file: "ca-key.pem", message: "is missing") })
            authority = try parsed("ca-key.pem") { try CertificateAuthority(identity) }
        } else {
            let made = try CertificateAuthority(commonName: "fake-wiz-backend CA", at: now)
            try Self.write(Data((made.identity.key + "\n").utf8), to: folder.appending(path: "ca-key.pem"), mode: 0o600)
            try Self.write(Data((made.identity.certificate + "\n").utf8), to: folder.appending(path: "ca.pem"), mode: 0o644)
            authority = made
        }
        tokenKeyPEM = try kept("token-key.pem", isSecret: true) { P256.Signing.PrivateKey().pemRepresentation }
        clientID = try kept("client-id", isSecret: false) { Self.randomWord(20) }
        clientSecret = try kept("client-secret", isSecret: true) { Self.randomWord(48) }
        viewerToken = try kept("viewer-token", isSecret: true) { Self.randomWord(32) }
        if !FileManager.default.fileExists(atPath: definitionsKeys.path) {
            try replace(DefinitionsAuthority(rootSeed: Self.randomBytes(32), signingSeed: Self.randomBytes(32), at: now))
        }
    }

    private var definitionsKeys: URL { url.appending(path: "definitions-keys.json") }

    /// The keys of the definitions, read anew each time: a command may have replaced them beside a running server.
    /// - Throws: `Diagnostic` naming the file.
    package func definitionsAuthority() throws -> DefinitionsAuthority {
        guard let data = FileManager.default.contents(atPath: definitionsKeys.path) else { throw Diagnostic(file: definitionsKeys.path, message: "cannot be read") }
        do { return try JSONDecoder().decode(DefinitionsAuthority.self, from: data) } catch {
            throw Diagnostic(file: definitionsKeys.path, message: "is damaged: \(error)")
        }
    }

    /// Keeps the keys, and shows the root's public one: what a sensor is told to trust.
    package func replace(_ authority: DefinitionsAuthority) throws {
        try Self.write(try JSONBody.encode(authority), to: definitionsKeys, mode: 0o600)
        try Self.write(Data((try authority.rootPublicKey().base64EncodedString() + "\n").utf8), to: url.appending(path: "definitions-root.pub"), mode: 0o644)
    }

    /// Writes `endpoints.json`.
    package func publish(_ endpoints: BackendEndpoints) throws {
        try Self.write(try JSONBody.encode(endpoints), to: url.appending(path: "endpoints.json"), mode: 0o644)
    }

    /// Letters and digits from the system's random source, nearly six bits each.
    package static func randomWord(_ length: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }

    package static func randomBytes(_ count: Int) -> Data { Data((0..<count).map { _ in UInt8.random(in: .min ... .max) }) }

    /// A file is whole or not there: written beside, then moved over.
    private static func write(_ data: Data, to file: URL, mode: Int) throws {
        let beside = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
        guard FileManager.default.createFile(atPath: beside.path, contents: data, attributes: [.posixPermissions: mode]),
            rename(beside.path, file.path) == 0
        else { throw Diagnostic(file: file.path, message: "cannot be written: \(String(cString: strerror(errno)))") }
    }
}
