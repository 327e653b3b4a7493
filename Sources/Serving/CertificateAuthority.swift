import Crypto
import Foundation
package import Foundations
import SwiftASN1
import X509

/// A certificate and its key, both PEM.
package struct PEMIdentity: Sendable, Hashable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// A server's own certificate authority (P-256, ECDSA with SHA-256): signs its server certificates and those of its clients.
package struct CertificateAuthority: Sendable {
    package let identity: PEMIdentity
    private let key: P256.Signing.PrivateKey
    private let name: DistinguishedName

    /// When a certificate is valid, relative to the instant at which it is made.
    package typealias Validity = (from: Duration, to: Duration)
    /// 397 days: the most that browsers take.
    package static let usualValidity: Validity = (from: .hours(-1), to: .hours(24 * 397))

    /// Makes a new authority, valid for ten years.
    package init(commonName: String, at now: WallInstant) throws {
        key = P256.Signing.PrivateKey()
        name = try DistinguishedName { CommonName(commonName) }
        let publicKey = Certificate.PublicKey(key.publicKey)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: now.date(.hours(-24)), notValidAfter: now.date(.hours(24 * 3650)),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(digitalSignature: true, keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            }, issuerPrivateKey: .init(key))
        identity = PEMIdentity(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
    }

    /// Takes up an authority made before.
    package init(_ identity: PEMIdentity) throws {
        self.identity = identity
        key = try P256.Signing.PrivateKey(pemRepresentation: identity.key)
        name = try Certificate(pemEncoded: identity.certificate).subject
    }

    /// A server certificate.
    /// - Parameters:
    ///   - commonName: for people; clients look at `names`.
    ///   - names: DNS names and IP addresses it is for.
    package func server(commonName: String, names: [String], validity: Validity = usualValidity, at now: WallInstant) throws -> PEMIdentity {
        let alternatives: [GeneralName] = names.map { name in
            Self.addressBytes(name).map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) } ?? .dnsName(name)
        }
        return try leaf(try DistinguishedName { CommonName(commonName) }, validity, at: now, usage: .serverAuth, alternatives)
    }

    /// A client certificate whose common name is a user and whose organizations are groups, as Kubernetes reads them.
    package func client(user: String, groups: [String], at now: WallInstant) throws -> PEMIdentity {
        let subject = try DistinguishedName {
            for group in groups { OrganizationName(group) }
            CommonName(user)
        }
        return try leaf(subject, Self.usualValidity, at: now, usage: .clientAuth, [])
    }

    private func leaf(
        _ subject: DistinguishedName, _ validity: Validity, at now: WallInstant, usage: ExtendedKeyUsage.Usage, _ alternatives: [GeneralName]
    ) throws -> PEMIdentity {
        let own = P256.Signing.PrivateKey()
        let authority = try Certificate(pemEncoded: identity.certificate)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey), notValidBefore: now.date(validity.from), notValidAfter: now.date(validity.to),
            issuer: name, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([usage])
                if !alternatives.isEmpty { SubjectAlternativeNames(alternatives) }
                // Python 3.13 and other strict verifiers refuse a leaf without it (RFC 5280, section 4.2.1.1).
                AuthorityKeyIdentifier(keyIdentifier: try authority.extensions.subjectKeyIdentifier?.keyIdentifier)
            }, issuerPrivateKey: .init(key))
        return PEMIdentity(certificate: try certificate.serializeAsPEM().pemString, key: own.pemRepresentation)
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
