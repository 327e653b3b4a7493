/// The bytes of a protobuf message, field by field.
struct ProtobufWriter {
    private(set) var bytes: [UInt8]

    init(bytes: [UInt8] = []) { self.bytes = bytes }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func tag(_ number: Int, _ wireType: UInt64) { varint(UInt64(number) << 3 | wireType) }

    /// Fields that are written already.
    mutating func append(_ fields: [UInt8]) { bytes += fields }

    mutating func data(_ number: Int, _ content: some Collection<UInt8>) {
        tag(number, 2)
        varint(UInt64(content.count))
        bytes += content
    }

    /// A string; an empty one is written too.
    mutating func string(_ number: Int, _ value: String) { data(number, value.utf8) }

    /// A string; nil and "" are left out, as proto3 does.
    mutating func text(_ number: Int, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        data(number, value.utf8)
    }

    mutating func integer(_ number: Int, _ value: Int64) {
        tag(number, 0)
        varint(UInt64(bitPattern: value))
    }

    mutating func flag(_ number: Int, _ value: Bool) { integer(number, value ? 1 : 0) }

    mutating func double(_ number: Int, _ value: Double) {
        tag(number, 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift)) }
    }

    /// A message within this one, written in place: its length, mostly one byte, is put in front when it is known.
    /// - Parameter isOptional: an empty one is left out.
    mutating func message(_ number: Int, isOptional: Bool = false, _ fill: (inout ProtobufWriter) -> Void) {
        let before = bytes.count
        tag(number, 2)
        bytes.append(0)
        let start = bytes.count
        fill(&self)
        var length = bytes.count - start
        if length == 0, isOptional { return bytes.removeLast(bytes.count - before) }
        guard length >= 0x80 else { return bytes[start - 1] = UInt8(length) }
        bytes[start - 1] = UInt8(truncatingIfNeeded: length) | 0x80
        var more: [UInt8] = []
        length >>= 7
        while length >= 0x80 {
            more.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        bytes.insert(contentsOf: more + [UInt8(length)], at: start)
    }
}
