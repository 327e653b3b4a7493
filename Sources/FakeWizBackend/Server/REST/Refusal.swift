import BackendCore
import Contract
import Foundations
import HTTPTypes
import Hummingbird
import NIOCore

/// A request answered with an error and the body `{"error", "error_description"}`.
struct Refusal: HTTPResponseError {
    var status: HTTPResponse.Status
    var error: String
    var description: String
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ error: String, _ description: String, headers: HTTPFields = [:]) {
        self.status = status
        self.error = error
        self.description = description
        self.headers = headers
    }

    /// A body or parameter that is wrong: 400, naming the field.
    init(_ diagnostic: Diagnostic) { self.init(.badRequest, "invalid_request", diagnostic.message) }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = try Response.json(ErrorReply(error: error, error_description: description), status: status)
        for field in headers { response.headers.append(field) }
        return response
    }
}

extension Response {
    static func json(_ body: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let bytes = try JSONBody.encode(body)
        return Response(
            status: status, headers: [.contentType: "application/json", .contentLength: String(bytes.count), .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Portal.Refusal {
    /// As RFC 6750, section 3.1, names them.
    var refusal: Refusal {
        switch self {
        case .noToken: Refusal(.unauthorized, "invalid_request", message, headers: [.wwwAuthenticate: "Bearer"])
        case .badToken: Refusal(.unauthorized, "invalid_token", message, headers: [.wwwAuthenticate: "Bearer error=\"invalid_token\""])
        case .notEntitled: Refusal(.forbidden, "insufficient_scope", message)
        }
    }
}
