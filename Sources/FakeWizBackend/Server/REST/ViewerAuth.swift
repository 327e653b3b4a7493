import BackendCore
import Foundation
import Hummingbird

/// Lets people in: `Authorization: Bearer <viewer-token>`, or Basic with the viewer token as the password (so that a browser can ask for it).
struct ViewerAuth: RouterMiddleware {
    typealias Context = PortalRequestContext
    /// Nil lets everybody in.
    let token: String?

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        guard let token else { return try await next(request, context) }
        let given = request.headers[.authorization].flatMap(Self.secret) ?? ""
        guard PortalStore.equal(Data(given.utf8), Data(token.utf8)) else {
            throw Refusal(
                .unauthorized, "invalid_token", "the viewer token is needed: as a bearer token, or as the password",
                headers: [.wwwAuthenticate: "Basic realm=\"fake-wiz-backend\", charset=\"UTF-8\""])
        }
        return try await next(request, context)
    }

    private static func secret(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let plain = Data(base64Encoded: String(parts[1])).map({ String(decoding: $0, as: UTF8.self) }), let colon = plain.firstIndex(of: ":") else { return nil }
            return String(plain[plain.index(after: colon)...])
        default: return nil
        }
    }
}
