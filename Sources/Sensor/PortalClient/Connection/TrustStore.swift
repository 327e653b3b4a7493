import Foundation
import NIOSSL
import Portal
import Synchronization

/// TLS contexts for the portal and for a proxy that speaks TLS: TLS 1.2 or newer, certificates always verified, system authorities
/// and those of the configured files. There is no way to turn verification off.
///
/// A context is made when it is first needed and again when one of its files changes: reading the system's authorities costs
/// milliseconds and some hundred kilobytes.
final class TrustStore: Sendable {
    private struct Key: Hashable {
        var protocols: [String]
        var authorityFiles: [String]
        var clientCertificateFile: String?
        var verifiesName: Bool
    }

    private struct Entry {
        var context: NIOSSLContext
        /// Modification times of the files that it was made of.
        var stamps: [Date?]
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// - Parameters:
    ///   - protocols: offered by ALPN, most wanted first.
    ///   - verifiesName: false only where the caller compares the certificate's addresses itself (`ConnectionOpener`).
    func context(protocols: [String], authorityFiles: [String], clientCertificateFile: String? = nil, verifiesName: Bool = true) throws(PortalFailure) -> NIOSSLContext {
        let key = Key(protocols: protocols, authorityFiles: authorityFiles, clientCertificateFile: clientCertificateFile, verifiesName: verifiesName)
        let files = authorityFiles + (clientCertificateFile.map { [$0] } ?? [])
        let stamps = files.map { (try? FileManager.default.attributesOfItem(atPath: $0))?[.modificationDate] as? Date }
        if let known = entries.withLock({ $0[key] }), known.stamps == stamps { return known.context }
        let context = try Self.make(key)
        entries.withLock { $0[key] = Entry(context: context, stamps: stamps) }
        return context
    }

    private static func make(_ key: Key) throws(PortalFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = key.protocols
        configuration.certificateVerification = key.verifiesName ? .fullVerification : .noHostnameVerification
        for file in key.authorityFiles {
            let certificates: [NIOSSLCertificate]
            do { certificates = try NIOSSLCertificate.fromPEMFile(file) } catch {
                throw PortalFailure(.certificateUnknownAuthority, detail: "authority file \(file) holds no PEM certificate that can be read")
            }
            configuration.additionalTrustRoots.append(.certificates(certificates))
        }
        if let file = key.clientCertificateFile {
            do {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: file, format: .pem))
            } catch { throw PortalFailure(.tlsFailed, detail: "client certificate \(file) holds no PEM certificate with its key") }
        }
        do { return try NIOSSLContext(configuration: configuration) } catch { throw PortalFailure(.tlsFailed, detail: "TLS cannot be set up: \(error)") }
    }
}
