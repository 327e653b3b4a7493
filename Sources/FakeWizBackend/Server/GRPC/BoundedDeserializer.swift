import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

/// Parses messages up to a bound; a larger one is RESOURCE_EXHAUSTED, a malformed one INVALID_ARGUMENT.
///
/// The transport has a bound of its own, but resets the stream at it, and a client that is still sending then learns nothing.
struct BoundedDeserializer<Message: SwiftProtobuf.Message>: MessageDeserializer {
    static var bytesMax: Int { 4 * 1024 * 1024 }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message {
        let count = bytes.withUnsafeBytes { $0.count }
        guard count <= Self.bytesMax else {
            throw RPCError(code: .resourceExhausted, message: "the message has \(count) bytes, at most \(Self.bytesMax) are taken")
        }
        return try ProtobufDeserializer<Message>().deserialize(bytes)
    }
}
