import Foundation
import Hummingbird
import NIOCore

/// The JSON body of an upload, as it is or packed by gzip, bounded both ways.
enum IngestBody {
    static let bytesMax = 8 * 1024 * 1024

    static func read(_ request: Request) async throws -> Data {
        guard let type = request.headers[.contentType], type.lowercased().hasPrefix("application/json") else {
            throw Refusal(.unsupportedMediaType, "invalid_request", "the body must be application/json")
        }
        let tooLarge = Refusal(.contentTooLarge, "invalid_request", "the body may have at most \(bytesMax) bytes, packed and unpacked")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > bytesMax { throw tooLarge }
        let packed: ByteBuffer
        do { packed = try await request.body.collect(upTo: bytesMax) } catch is NIOTooManyBytesError { throw tooLarge }
        switch request.headers[.contentEncoding]?.lowercased() {
        case nil, "identity": return Data(packed.readableBytesView)
        case "gzip":
            do {
                return Data(try Inflate.gunzip(Array(packed.readableBytesView), limit: bytesMax))
            } catch .tooLarge {
                throw tooLarge
            } catch {
                throw Refusal(.badRequest, "invalid_request", "the body is not gzip")
            }
        case .some(let other): throw Refusal(.unsupportedMediaType, "invalid_request", "content encoding '\(other)' is neither identity nor gzip")
        }
    }
}
