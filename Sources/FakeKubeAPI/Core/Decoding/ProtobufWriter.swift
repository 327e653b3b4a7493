/// The bytes of a protobuf message, field by field.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func delimited(_ number: Int, _ content: some Collection<UInt8>) {
        varint(UInt64(number) << 3 | 2)
        varint(UInt64(content.count))
        bytes += content
    }

    /// A string; nil and "" are left out, as proto3 does.
    mutating func text(_ number: Int, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        delimited(number, value.utf8)
    }

    mutating func flag(_ number: Int, _ value: Bool) {
        varint(UInt64(number) << 3)
        varint(value ? 1 : 0)
    }

    /// A message within this one; an empty one is written too.
    mutating func message(_ number: Int, _ fill: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        fill(&inner)
        delimited(number, inner.bytes)
    }
}
