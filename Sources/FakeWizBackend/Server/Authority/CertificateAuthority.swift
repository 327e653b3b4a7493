import Crypto
import Foundation
import Foundations
import SwiftASN1
import X509

/// A certificate and its key, both PEM.
struct PEMIdentity: Sendable, Hashable {
    var certificate: String
    var key: String
}

/// The backend's own certificate authority (P-256, ECDSA with SHA-256).
struct CertificateAuthority: Sendable {
    let identity: PEMIdentity
    private let key: P256.Signing.PrivateKey
    private let name: DistinguishedName

    /// Makes a new authority, valid for ten years.
    init(at now: WallInstant) throws {
        key = P256.Signing.PrivateKey()
        name = try DistinguishedName {
            OrganizationName("fake-wiz-backend")
            CommonName("fake-wiz-backend CA")
        }
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: now.date(.hours(-24)), notValidAfter: now.date(.hours(24 * 3650)),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: .init(key))
        identity = PEMIdentity(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }

    /// Takes up an authority made before.
    init(_ identity: PEMIdentity) throws {
        self.identity = identity
        key = try P256.Signing.PrivateKey(pemRepresentation: identity.key)
        name = try Certificate(pemEncoded: identity.certificate).subject
    }

    /// A server certificate.
    /// - Parameters:
    ///   - names: DNS names and IP addresses it is for.
    ///   - validity: when it is valid, relative to `now`.
    func server(for names: [String], validity: (from: Duration, to: Duration), at now: WallInstant) throws -> PEMIdentity {
        let serverKey = P256.Signing.PrivateKey()
        let authority = try Certificate(pemEncoded: identity.certificate)
        let alternatives: [GeneralName] = names.map { name in
            Self.addressBytes(name).map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) } ?? .dnsName(name)
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(serverKey.publicKey), notValidBefore: now.date(validity.from),
            notValidAfter: now.date(validity.to), issuer: name, subject: try DistinguishedName { CommonName(names.first ?? "localhost") },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(alternatives)
                // Python 3.13 and other strict verifiers refuse a leaf without it (RFC 5280, section 4.2.1.1).
                AuthorityKeyIdentifier(keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
            }, issuerPrivateKey: .init(key))
        return PEMIdentity(certificate: try certificate.serializeAsPEM().pemString, key: serverKey.pemRepresentation)
    }

    private static func addressBytes(_ name: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, name, &bytes) == 1 { return bytes }
        }
        return nil
    }
}

extension WallInstant {
    fileprivate func date(_ offset: Duration) -> Date { Date(timeIntervalSince1970: (self + offset).secondsSince1970.rounded()) }
}
