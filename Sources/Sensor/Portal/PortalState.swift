/// How things stand between sensor and portal: one name each, logged once when it changes, shown by `get-statistics`.
package enum PortalState: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing was answered yet. Becomes `connected` or the name of what went wrong.
    case connecting
    /// The last heartbeat or registration was answered.
    case connected
    /// The sensor was told to stop and said goodbye, or gave up saying it.
    case stopped

    case unreachable
    case nameNotResolved = "name-not-resolved"
    case timedOut = "timed-out"
    /// The answer was an error of the portal's own (5xx, UNAVAILABLE, INTERNAL).
    case serverError = "server-error"
    /// The portal asked for fewer requests (429, RESOURCE_EXHAUSTED).
    case busy
    /// The answer cannot be understood: something else answers there.
    case badReply = "bad-reply"

    case credentialsMissing = "credentials-missing"
    case badCredentials = "bad-credentials"
    case wrongAccountType = "wrong-account-type"
    case notEntitled = "not-entitled"
    /// A token that was just given is refused.
    case tokenRefused = "token-refused"
    case certificateUnknownAuthority = "certificate-unknown-authority"
    case certificateExpired = "certificate-expired"
    case certificateWrongName = "certificate-wrong-name"
    case tlsFailed = "tls-failed"
    case proxyUnreachable = "proxy-unreachable"
    case proxyWantsCredentials = "proxy-wants-credentials"
    case proxyRefused = "proxy-refused"
    case versionTooOld = "version-too-old"
    case clockOff = "clock-off"
    /// The portal says that the request itself is wrong.
    case rejected

    /// Waiting will not mend it, a person will: no quick retries, one attempt an interval.
    package var isRefusal: Bool {
        switch self {
        case .credentialsMissing, .badCredentials, .wrongAccountType, .notEntitled, .tokenRefused, .certificateUnknownAuthority, .certificateExpired,
            .certificateWrongName, .tlsFailed, .proxyWantsCredentials, .proxyRefused, .versionTooOld, .clockOff, .rejected, .badReply:
            true
        case .connecting, .connected, .stopped, .unreachable, .nameNotResolved, .timedOut, .serverError, .busy, .proxyUnreachable: false
        }
    }

    /// What a person reads, and what to do about it.
    package var explanation: String {
        switch self {
        case .connecting: "connecting to the portal"
        case .connected: "connected"
        case .stopped: "stopped"
        case .unreachable: "the portal cannot be reached: check address, port and firewall"
        case .nameNotResolved: "the portal's name cannot be resolved: check DNS and the endpoint setting"
        case .timedOut: "the portal does not answer in time"
        case .serverError: "the portal answers with an error of its own"
        case .busy: "the portal asks for fewer requests"
        case .badReply: "what answers there does not speak the portal's language: check the endpoint setting"
        case .credentialsMissing: "client id or client secret is missing: check the files clientId and clientToken"
        case .badCredentials: "the client secret is wrong or was rotated"
        case .wrongAccountType: "the service account is not of type SENSOR"
        case .notEntitled: "the account is not entitled to runtime sensors"
        case .tokenRefused: "the portal refuses the token that it has just given"
        case .certificateUnknownAuthority: "the certificate's authority is unknown: give the authority with the CA setting (a proxy that opens TLS needs it too)"
        case .certificateExpired: "the certificate is expired or not valid yet: check the portal's certificate and this machine's clock"
        case .certificateWrongName: "the certificate belongs to another name"
        case .tlsFailed: "the TLS handshake failed"
        case .proxyUnreachable: "the proxy cannot be reached"
        case .proxyWantsCredentials: "the proxy wants credentials: set user name and password"
        case .proxyRefused: "the proxy refuses to connect to the portal"
        case .versionTooOld: "the portal does not serve this version of the sensor any more"
        case .clockOff: "this machine's clock is too far from the portal's"
        case .rejected: "the portal rejects what the sensor says"
        }
    }
}

/// Why a request was not answered as hoped.
package struct PortalFailure: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The portal as a whole is in this state.
        case state(PortalState)
        /// The token is not valid (any more); a new one may be.
        case unauthenticated
        /// The portal does not know this sensor; registering again may help.
        case notRegistered
        /// This request alone is at fault (400, 413, 422, INVALID_ARGUMENT).
        case requestRefused
        /// What was asked for does not exist.
        case notFound
    }

    package var kind: Kind
    /// From the error itself, for the log; holds no secret.
    package var detail: String
    /// The portal's own wish.
    package var retryAfter: Duration?

    package init(_ kind: Kind, detail: String = "", retryAfter: Duration? = nil) {
        self.kind = kind
        self.detail = detail
        self.retryAfter = retryAfter
    }

    package init(_ state: PortalState, detail: String = "", retryAfter: Duration? = nil) { self.init(.state(state), detail: detail, retryAfter: retryAfter) }
}
