import Foundations
import NIOCore
import NIOPosix
import NIOSSL
import Portal

/// Gives what went wrong on the way to the portal its one name.
///
/// Trouble that waiting may mend (a closed port, a connection that broke in the middle of a handshake) is kept apart from trouble
/// that a person must mend (a certificate, a proxy's refusal), because the latter is retried slowly.
enum ConnectionFailure {
    /// Whose fault it can be.
    enum Stage: Sendable {
        /// TCP to the proxy when there is one, to the portal otherwise.
        case connecting(toProxy: Bool)
        case handshake(withProxy: Bool, certificate: NIOSSLCertificate?)
    }

    static func name(_ error: any Error, at stage: Stage, wall: WallInstant) -> PortalFailure {
        if let failure = error as? PortalFailure { return failure }
        if let failure = error as? TunnelFailure { return name(failure) }
        switch stage {
        case .connecting(let toProxy): return connecting(error, toProxy: toProxy)
        case .handshake(let withProxy, let certificate): return handshake(error, withProxy: withProxy, certificate: certificate, wall: wall)
        }
    }

    private static func name(_ failure: TunnelFailure) -> PortalFailure {
        switch failure {
        // RFC 9110 has 407 for it; tinyproxy answers 401 when credentials are wrong
        case .refused(let status) where status == 407 || status == 401: PortalFailure(.proxyWantsCredentials, detail: "the proxy answers \(status)")
        // the proxy is willing, but does not reach the portal itself: that may pass
        case .refused(let status) where status >= 500: PortalFailure(.unreachable, detail: "the proxy answers \(status)")
        case .refused(let status): PortalFailure(.proxyRefused, detail: "the proxy answers \(status)")
        case .closed: PortalFailure(.proxyUnreachable, detail: "the proxy closed the connection without an answer")
        case .notHTTP: PortalFailure(.proxyRefused, detail: "what answers at the proxy's address is no HTTP proxy")
        }
    }

    private static func connecting(_ error: any Error, toProxy: Bool) -> PortalFailure {
        guard let attempt = error as? NIOConnectionError else {
            return PortalFailure(toProxy ? .proxyUnreachable : .unreachable, detail: text(error))
        }
        if attempt.connectionErrors.isEmpty, let cause = attempt.dnsAError ?? attempt.dnsAAAAError {
            let detail = "'\(attempt.host)' is not resolved: \(text(cause))"
            return PortalFailure(toProxy ? .proxyUnreachable : .nameNotResolved, detail: detail)
        }
        let causes = attempt.connectionErrors.map { "\($0.target.ipAddress ?? attempt.host):\(attempt.port): \(text($0.error))" }
        return PortalFailure(toProxy ? .proxyUnreachable : .unreachable, detail: causes.joined(separator: "; "))
    }

    private static func handshake(_ error: any Error, withProxy: Bool, certificate: NIOSSLCertificate?, wall: WallInstant) -> PortalFailure {
        let place = withProxy ? "proxy: " : ""
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch:
            return PortalFailure(.certificateWrongName, detail: place + error.description)
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate, NIOSSLError.cannotFindPeerIP:
            return PortalFailure(.certificateWrongName, detail: place + text(error))
        case NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])), NIOSSLError.uncleanShutdown, NIOSSLError.handshakeFailed(.syscallError):
            return PortalFailure(withProxy ? .proxyUnreachable : .unreachable, detail: place + "the connection was closed during the TLS handshake")
        case NIOSSLError.handshakeFailed(.sslError(let stack)) where stack.contains { "\($0)".contains("CERTIFICATE_VERIFY_FAILED") }:
            return judge(certificate, place: place, wall: wall)
        case is IOError, is ChannelError:
            return PortalFailure(withProxy ? .proxyUnreachable : .unreachable, detail: place + text(error))
        default: return PortalFailure(.tlsFailed, detail: place + text(error))
        }
    }

    // BoringSSL says that the chain was refused, not why: the certificate itself tells the one cause that is not its authority.
    private static func judge(_ certificate: NIOSSLCertificate?, place: String, wall: WallInstant) -> PortalFailure {
        guard let certificate else { return PortalFailure(.certificateUnknownAuthority, detail: place + "the certificate was refused") }
        let seconds = wall.nanoseconds / 1_000_000_000
        if certificate.notValidAfter < seconds {
            let end = WallInstant(nanoseconds: Int64(certificate.notValidAfter) * 1_000_000_000)
            return PortalFailure(.certificateExpired, detail: "\(place)valid until \(end.rfc3339)")
        }
        if certificate.notValidBefore > seconds {
            // nobody serves a certificate ahead of its time: it is this machine's clock that is behind
            let start = WallInstant(nanoseconds: Int64(certificate.notValidBefore) * 1_000_000_000)
            return PortalFailure(.clockOff, detail: "\(place)the certificate is not valid before \(start.rfc3339), here it is \(wall.rfc3339)")
        }
        return PortalFailure(.certificateUnknownAuthority, detail: place + "no trusted authority signed the certificate")
    }

    /// An error's text for the log; errors of this layer hold addresses and codes, never a header or a body.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as IOError: error.description
        case let error as SocketAddressError: "\(error)"
        default: String("\(error)".prefix(300))
        }
    }
}
