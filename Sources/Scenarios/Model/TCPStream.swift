/// The bytes that one side of a TCP connection sent, put in order from its captured segments.
///
/// Sequence numbers wrap at 2^32 (RFC 9293, section 3.4); positions here are distances from the first byte. Segments that overlap
/// or come twice change nothing; a hole keeps what follows it apart until it is filled.
package struct TCPStream: Sendable, Hashable {
    /// What is in order so far.
    package private(set) var bytes: [UInt8] = []
    /// Segments beyond a hole, by position.
    private var pending: [Int: [UInt8]] = [:]
    private var first: UInt32

    /// At this size a stream is no longer put together; a scenario's traffic is far smaller.
    package static let bytesMax = 64 << 20
    package private(set) var truncated = false

    /// - Parameter first: the sequence number of the first byte of payload: that of the SYN plus 1.
    package init(first: UInt32) { self.first = first }

    /// Whether bytes are missing before others that were seen.
    package var hasHole: Bool { !pending.isEmpty }

    package mutating func add(sequence: UInt32, payload: [UInt8]) {
        guard !payload.isEmpty else { return }
        // within half the number space ahead; anything else lies before the first byte
        let distance = Int(Int32(bitPattern: sequence &- first &- UInt32(truncatingIfNeeded: bytes.count)))
        guard bytes.count + payload.count <= Self.bytesMax else {
            truncated = true
            return
        }
        if distance > 0 {
            pending[bytes.count + distance] = payload
            return
        }
        append(payload, skipping: -distance)
        while let next = pending.keys.min(), next <= bytes.count {
            if let segment = pending.removeValue(forKey: next) { append(segment, skipping: bytes.count - next) }
        }
    }

    private mutating func append(_ payload: [UInt8], skipping known: Int) {
        if known < payload.count { bytes += payload[known...] }
    }
}
