internal import NIOCore

/// Cuts a stream of bytes into lines, with a bound on one line.
struct LineSplitter: Sendable {
    /// etcd takes objects of 1.5 MiB; a longer line is no event.
    static let lineBytesMax = 4 << 20

    struct TooLong: Error {}

    private var buffer = ByteBuffer()
    /// Bytes of the buffer in which no line end was found.
    private var searched = 0

    init() {}

    /// Adds what came; returns the lines that are complete, without their ends. Empty lines are none.
    mutating func add(_ bytes: ByteBuffer) throws(TooLong) -> [ByteBuffer] {
        buffer.writeImmutableBuffer(bytes)
        var lines: [ByteBuffer] = []
        while let length = nextLine {
            if let line = buffer.readSlice(length: length), length > 0 { lines.append(line) }
            buffer.moveReaderIndex(forwardBy: 1)
            searched = 0
        }
        guard buffer.readableBytes <= Self.lineBytesMax else { throw TooLong() }
        buffer.discardReadBytes()
        return lines
    }

    private var nextLine: Int? {
        mutating get {
            let view = buffer.readableBytesView
            guard let end = view.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) else {
                searched = view.count
                return nil
            }
            return end - view.startIndex
        }
    }
}
