internal import CProbeABI

/// One message as it lies in the ring buffer: a view that is valid only while the reader's callback runs.
///
/// Layout and meaning: bpf/abi/probe_abi.h. Nothing is copied; every access is checked against the message's length.
struct ProbeMessage {
    let bytes: UnsafeRawBufferPointer
    let header: probe_header

    /// - Returns: nil when the bytes are not a whole message: shorter than a header, or than they say they are.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<probe_header>.size else { return nil }
        header = bytes.loadUnaligned(as: probe_header.self)
        guard header.size <= bytes.count, header.size >= MemoryLayout<probe_header>.size else { return nil }
        self.bytes = UnsafeRawBufferPointer(rebasing: bytes[..<Int(header.size)])
    }

    /// The fixed part that follows the header, or nil when the message is too short for it.
    func body<Body: BitwiseCopyable>(_: Body.Type) -> Body? {
        let start = MemoryLayout<probe_header>.size
        guard bytes.count >= start + MemoryLayout<Body>.size else { return nil }
        return bytes.loadUnaligned(fromByteOffset: start, as: Body.self)
    }

    /// Body and strings are all there and add up to the message.
    func isSound(bodySize: Int) -> Bool {
        bytes.count >= MemoryLayout<probe_header>.size + bodySize && forEachString(after: bodySize) { _, _ in }
    }

    /// Calls `visit` with each tagged string after the body.
    /// - Returns: false when a string claims more bytes than there are.
    func forEachString(after bodySize: Int, _ visit: (probe_tag, UnsafeRawBufferPointer) -> Void) -> Bool {
        var at = MemoryLayout<probe_header>.size + bodySize
        let prefix = MemoryLayout<probe_string>.size
        while at + prefix <= bytes.count {
            let string = bytes.loadUnaligned(fromByteOffset: at, as: probe_string.self)
            at += prefix
            guard at + Int(string.length) <= bytes.count else { return false }
            visit(probe_tag(UInt32(string.tag)), UnsafeRawBufferPointer(rebasing: bytes[at..<at + Int(string.length)]))
            at += Int(string.length)
        }
        return at == bytes.count
    }
}
