import BackendCore
import Contract
import Foundations
import Hummingbird

/// `POST /oauth/token`: client credentials for an access token (RFC 6749, section 4.4).
///
/// 401 for a wrong id or secret; 400 for everything else that is wrong, also for an account that is not of the type SENSOR.
struct TokenRoute: Sendable {
    static let formBytesMax = 16 * 1024
    let portal: Portal

    func add(to router: Router<PortalRequestContext>) {
        router.post("/oauth/token") { request, context in
            guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else {
                throw Refusal(.unsupportedMediaType, "invalid_request", "the body must be application/x-www-form-urlencoded")
            }
            let body = try await request.body.collect(upTo: Self.formBytesMax)
            return try await RESTFaults(portal: portal, surface: .token).answer(path: "/oauth/token", sensor: nil, bytes: body.readableBytes, context: context) { _ in
                try await issue(Array(body.readableBytesView))
            }
        }
    }

    private func issue(_ body: [UInt8]) async throws -> Response {
        guard let form = FormBody.parse(body) else { throw Refusal(.badRequest, "invalid_request", "the form is malformed") }
        func field(_ name: String) throws -> String {
            guard let value = form[name], !value.isEmpty else { throw Refusal(.badRequest, "invalid_request", "\(name) is missing") }
            return value
        }
        guard try field("grant_type") == "client_credentials" else {
            throw Refusal(.badRequest, "unsupported_grant_type", "grant_type must be client_credentials")
        }
        guard try field("audience") == TokenIssuer.audience else {
            throw Refusal(.badRequest, "invalid_request", "audience must be \(TokenIssuer.audience)")
        }
        guard let account = try await portal.store.account(clientID: field("client_id"), secret: field("client_secret")) else {
            throw Refusal(.unauthorized, "invalid_client", "client_id or client_secret is wrong")
        }
        guard account.type == "SENSOR" else {
            throw Refusal(.badRequest, "unauthorized_client", "the service account is of the type \(account.type), a sensor needs SENSOR")
        }
        let token = try await portal.tokens.issue(to: account.clientID, at: portal.clock().wall)
        return try .json(TokenReply(access_token: token, expires_in: Int(portal.tokens.lifetime.inSeconds)))
    }
}
