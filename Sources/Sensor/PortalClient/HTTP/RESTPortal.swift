import Contract
import Foundation
import Foundations
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Portal
import Spool

/// The REST half of the conversation: tokens and uploads.
struct RESTPortal: Sendable {
    /// Smaller bodies are not worth packing.
    static let packFrom = 512

    let link: HTTPLink
    let configuration: PortalClientConfiguration

    struct Token: Sendable {
        var text: String
        var life: Duration
    }

    // MARK: POST /oauth/token

    /// Client credentials for an access token (RFC 6749, section 4.4).
    func token() async throws(PortalFailure) -> Token {
        let credentials = try ClientCredentials(directory: configuration.credentialsDirectory)
        let form = [
            ("grant_type", "client_credentials"), ("client_id", credentials.id), ("client_secret", credentials.secret), ("audience", "wiz-agent-api"),
        ].map { "\($0)=\(PercentText.encode($1))" }.joined(separator: "&")
        let reply = try await link.send(
            HTTPLink.Request(
                path: "/oauth/token", headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"], body: ByteBuffer(string: form)))
        guard reply.status == 200 else { throw Self.tokenRefusal(reply) }
        let token = try Self.decode(TokenReply.self, reply)
        guard !token.access_token.isEmpty, token.access_token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), token.expires_in > 0 else {
            throw PortalFailure(.badReply, detail: "the token is no token")
        }
        // a year is more than any token lives; it keeps the arithmetic of deadlines away from its edge
        return Token(text: token.access_token, life: .seconds(min(token.expires_in, 31_536_000)))
    }

    private static func tokenRefusal(_ reply: HTTPReply) -> PortalFailure {
        let error = (try? JSONDecoder().decode(ErrorReply.self, from: Data(buffer: reply.body)))?.error
        switch (reply.status, error) {
        case (400, "invalid_client"), (401, _): return PortalFailure(.badCredentials, detail: "token endpoint: status \(reply.status)")
        case (400, "invalid_request"), (400, "unsupported_grant_type"): return PortalFailure(.rejected, detail: "token endpoint: status 400, \(error ?? "")")
        // the vendor's endpoint says 400 for an account of another type
        case (400, _): return PortalFailure(.wrongAccountType, detail: "token endpoint: status 400")
        case (403, _): return PortalFailure(.notEntitled, detail: "token endpoint: status 403")
        default: return HTTPStatus.failure(reply, place: "token endpoint")
        }
    }

    // MARK: POST /api/v1/ingest/{stream}

    func upload(_ upload: UploadRequest, token: String) async throws(PortalFailure) -> UploadReply {
        let body = UploadBody.make(upload)
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "Accept": "application/json", "Authorization": "Bearer \(token)", "Idempotency-Key": upload.batchID,
        ]
        var packed = body
        if body.readableBytes >= Self.packFrom, let gzip = Gzip.pack(body) {
            headers.add(name: "Content-Encoding", value: "gzip")
            packed = gzip
        }
        let reply = try await link.send(HTTPLink.Request(path: "/api/v1/ingest/\(upload.stream.rawValue)", headers: headers, body: packed))
        guard reply.status == 200 else { throw HTTPStatus.failure(reply, place: upload.stream.rawValue) }
        return try Self.decode(UploadReply.self, reply)
    }

    private static func decode<Body: Decodable>(_ type: Body.Type, _ reply: HTTPReply) throws(PortalFailure) -> Body {
        do { return try JSONDecoder().decode(type, from: Data(buffer: reply.body)) } catch {
            throw PortalFailure(.badReply, detail: "the answer is not the JSON that was expected")
        }
    }
}

/// The body of an upload: records go in as the spool has them, without being read again.
enum UploadBody {
    static func make(_ upload: UploadRequest) -> ByteBuffer {
        var body = ByteBufferAllocator().buffer(capacity: upload.payloadBytes + 64 * upload.records.count + 256)
        body.writeString("{\"sensorId\":\(quoted(upload.sensorID)),\"batchId\":\(quoted(upload.batchID)),\"items\":[")
        for (index, record) in upload.records.enumerated() {
            body.writeString("\(index == 0 ? "" : ",\n"){\"sequence\":\(record.sequence),\"record\":")
            body.writeBytes(record.payload)
            body.writeString("}")
        }
        body.writeString("]}")
        return body
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{0}"..<" ": out += "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// What a status means when it is not the hoped-for one.
enum HTTPStatus {
    static func failure(_ reply: HTTPReply, place: String) -> PortalFailure {
        let detail = "\(place): status \(reply.status)"
        let retryAfter = retryAfter(reply.headers)
        switch reply.status {
        case 401: return PortalFailure(.unauthenticated, detail: detail)
        case 403: return PortalFailure(.notEntitled, detail: detail)
        case 404: return PortalFailure(.notFound, detail: detail)
        case 400, 409, 411, 413, 414, 415, 422: return PortalFailure(.requestRefused, detail: detail)
        case 407: return PortalFailure(.proxyWantsCredentials, detail: detail)
        case 426: return PortalFailure(.versionTooOld, detail: detail)
        case 429: return PortalFailure(.busy, detail: detail, retryAfter: retryAfter)
        case 408, 500...: return PortalFailure(.serverError, detail: detail, retryAfter: retryAfter)
        default: return PortalFailure(.badReply, detail: detail)
        }
    }

    // Seconds; the form with a date is not worth a clock here: without it the timetable's own wait holds.
    private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        headers.first(name: "Retry-After").flatMap { Int($0) }.flatMap { $0 >= 0 && $0 <= 86_400 ? .seconds($0) : nil }
    }
}
