import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

/// Serializes messages; while `isSpoiling` is set for the task, into bytes that no parser takes.
struct SpoiledSerializer<Message: SwiftProtobuf.Message>: MessageSerializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes {
        let bytes: Bytes = try ProtobufSerializer<Message>().serialize(message)
        guard ReplySpoiling.isSpoiling else { return bytes }
        // A length-delimited field that claims more bytes than follow: truncated by every protobuf parser's reckoning.
        return bytes.withUnsafeBytes { Bytes([0x0A, 0xFF, 0xFF, 0x03] + Array($0)) }
    }
}

enum ReplySpoiling {
    @TaskLocal static var isSpoiling = false
}
