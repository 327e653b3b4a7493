import Crypto
package import Foundation
package import Foundations
package import KubeCore
import Serving

/// The folder that holds a cluster: its authority, its tokens, its objects.
///
/// Public: `ca.pem`, `endpoints.json`. Mode 0600: `ca-key.pem`, `admin.pem` with `admin-key.pem`, `admin-token`, `token-key.pem`. The objects are in `kube.db`.
package struct ClusterDirectory: Sendable {
    package let url: URL
    let authority: CertificateAuthority
    package let adminToken: String
    private let tokenKey: P256.Signing.PrivateKey

    package var databasePath: String { url.appending(path: "kube.db").path }
    /// The authority's certificate, PEM.
    package var authorityPEM: String { authority.identity.certificate }

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
        func kept(_ name: String, _ make: () throws -> String) throws -> String {
            let file = folder.appending(path: name)
            if let text = try? String(contentsOf: file, encoding: .utf8) { return text.trimmingCharacters(in: .whitespacesAndNewlines) }
            guard !FileManager.default.fileExists(atPath: file.path) else { throw Diagnostic(file: file.path, message: "cannot be read") }
            let text = try make()
            try Self.write(Data((text + "\n").utf8), to: file, mode: 0o600)
            return text
        }
        // The certificate is written last, so that one that is there has its key beside it.
        let certificate = folder.appending(path: "ca.pem")
        if FileManager.default.fileExists(atPath: certificate.path) {
            let key = try kept("ca-key.pem") { throw Diagnostic(file: folder.appending(path: "ca-key.pem").path, message: "is missing") }
            do { authority = try CertificateAuthority(.init(certificate: String(contentsOf: certificate, encoding: .utf8), key: key)) } catch {
                throw Diagnostic(file: certificate.path, message: "or its key is damaged: \(error)")
            }
        } else {
            let made = try CertificateAuthority(commonName: "fake-kube-api CA", at: now)
            try Self.write(Data((made.identity.key + "\n").utf8), to: folder.appending(path: "ca-key.pem"), mode: 0o600)
            try Self.write(Data((made.identity.certificate + "\n").utf8), to: certificate, mode: 0o644)
            authority = made
        }
        adminToken = try kept("admin-token") { Self.randomBytes(24).map { String($0, radix: 16) }.joined() }
        let key = try kept("token-key.pem") { P256.Signing.PrivateKey().pemRepresentation }
        do { tokenKey = try P256.Signing.PrivateKey(pemRepresentation: key) } catch { throw Diagnostic(file: folder.appending(path: "token-key.pem").path, message: "is damaged: \(error)") }
        let admin = try authority.client(user: "kubernetes-admin", groups: ["system:masters"], at: now)
        try Self.write(Data((admin.key + "\n").utf8), to: folder.appending(path: "admin-key.pem"), mode: 0o600)
        try Self.write(Data((admin.certificate + "\n").utf8), to: folder.appending(path: "admin.pem"), mode: 0o644)
    }

    package var tokens: TokenAuthority {
        let key = tokenKey
        return TokenAuthority(
            publicKey: Array(key.publicKey.rawRepresentation), sign: { (try? key.signature(for: $0).rawRepresentation).map(Array.init) ?? [] },
            isSigned: { bytes, signature in
                guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
                return key.publicKey.isValidSignature(signature, for: bytes)
            })
    }

    /// Writes a kubeconfig with one cluster and the administrator's token.
    package func writeKubeconfig(to path: String, server: String) throws {
        let text = """
            apiVersion: v1
            kind: Config
            clusters:
            - name: fake-kube-api
              cluster:
                server: \(server)
                certificate-authority-data: \(Data(authorityPEM.utf8).base64EncodedString())
            users:
            - name: kubernetes-admin
              user:
                token: \(adminToken)
            contexts:
            - name: fake-kube-api
              context:
                cluster: fake-kube-api
                user: kubernetes-admin
            current-context: fake-kube-api

            """
        try Self.write(Data(text.utf8), to: URL(filePath: path), mode: 0o600)
    }

    /// Writes `endpoints.json`: where the ports are.
    package func publish(api: String, control: String, kubelet: String = "") throws {
        var endpoints: JSON = ["api": .string(api), "control": .string(control)]
        if !kubelet.isEmpty { endpoints["kubelet"] = .string(kubelet) }
        try Self.write(Data(endpoints.encoded + [0x0A]), to: url.appending(path: "endpoints.json"), mode: 0o644)
    }

    static func randomBytes(_ count: Int) -> Data { Data((0..<count).map { _ in UInt8.random(in: .min ... .max) }) }

    /// A file is whole or not there: written beside, then moved over.
    private static func write(_ data: Data, to file: URL, mode: Int) throws {
        let beside = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier)")
        guard FileManager.default.createFile(atPath: beside.path, contents: data, attributes: [.posixPermissions: mode]), rename(beside.path, file.path) == 0 else {
            throw Diagnostic(file: file.path, message: "cannot be written: \(String(cString: strerror(errno)))")
        }
    }
}
