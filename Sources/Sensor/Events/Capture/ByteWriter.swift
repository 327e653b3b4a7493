/// Little-endian bytes of a capture, written one after the other.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Length in bytes (u32), then UTF-8.
    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 {
            integer(UInt32($0.count))
            bytes.append(contentsOf: $0)
        }
    }

    /// Count (u32), then each element.
    mutating func list<Element>(_ elements: [Element], _ write: (inout ByteWriter, Element) -> Void) {
        integer(UInt32(elements.count))
        for element in elements { write(&self, element) }
    }

    mutating func raw(_ data: UnsafeRawBufferPointer) { bytes.append(contentsOf: data) }

    /// Fills in an integer that was not known when its place was written.
    mutating func replace(at offset: Int, _ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
    }

    /// Takes back what was written after `count` bytes.
    mutating func cut(to count: Int) { bytes.removeLast(bytes.count - count) }
}
