/// Little-endian bytes of a capture that nobody vouches for. A read beyond the end gives zero and marks the whole as short, so a
/// caller reads all fields and asks once.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0
    /// Something was asked for that is not there.
    private(set) var isShort = false

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// All was there, and nothing is left.
    var isWhole: Bool { !isShort && offset == bytes.count }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type = Value.self) -> Value {
        guard let data = take(MemoryLayout<Value>.size) else { return 0 }
        return Value(littleEndian: data.loadUnaligned(as: Value.self))
    }

    mutating func flag() -> Bool { integer(UInt8.self) != 0 }

    /// Bytes that are not UTF-8 become U+FFFD.
    mutating func text() -> String {
        let length = Int(integer(UInt32.self))
        return take(length).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A list whose count is believed only as far as there are bytes for it: each element takes at least `elementBytesMin`.
    mutating func list<Element>(elementBytesMin: Int, _ read: (inout ByteReader) -> Element) -> [Element] {
        let count = Int(integer(UInt32.self))
        guard count <= (bytes.count - offset) / max(1, elementBytesMin) else {
            isShort = true
            return []
        }
        var out: [Element] = []
        out.reserveCapacity(count)
        while out.count < count, !isShort { out.append(read(&self)) }
        return out
    }

    /// What is left.
    mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }

    private mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard !isShort, count <= bytes.count - offset else {
            isShort = true
            return nil
        }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }
}
