import NIOCertificateReloading
import NIOSSL
import Serving

/// The certificate a listener shows, chosen anew at each handshake: the good one, or the expired one when a fault asks for it.
struct HandshakeCertificate: CertificateReloader {
    private let good: Choice
    private let expired: Choice
    private let showsExpired: @Sendable () -> Bool

    /// - Parameter showsExpired: asked once for each handshake.
    init(good: PEMIdentity, expired: PEMIdentity, showsExpired: @escaping @Sendable () -> Bool) throws {
        self.good = try Choice(good)
        self.expired = try Choice(expired)
        self.showsExpired = showsExpired
    }

    var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride { (showsExpired() ? expired : good).override }

    /// TLS 1.2 and newer.
    func serverConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: good.chain, privateKey: good.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.setCertificateReloader(self)
        return configuration
    }

    private struct Choice {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource

        init(_ identity: PEMIdentity) throws {
            chain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificate.utf8)).map { .certificate($0) }
            key = .privateKey(try NIOSSLPrivateKey(bytes: Array(identity.key.utf8), format: .pem))
        }

        var override: NIOSSLContextConfigurationOverride {
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = chain
            override.privateKey = key
            return override
        }
    }
}
