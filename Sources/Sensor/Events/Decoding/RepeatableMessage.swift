internal import CProbeABI

/// A message that can come again byte for byte but for its instant: one about something done to a file. A view, valid as long as the
/// message.
package struct RepeatableMessage {
    package let kind: EventKind
    /// The whole message without its instant, with which it begins.
    package let content: UnsafeRawBufferPointer
    /// The same for the same content. Not of every byte: whoever finds two alike compares them.
    package let hash: UInt64

    private static let instantSize = MemoryLayout<UInt64>.size
    private static let headSize = MemoryLayout<probe_header>.size + MemoryLayout<probe_file>.size

    /// - Returns: nil for other kinds, and for what is no message.
    package init?(_ message: UnsafeRawBufferPointer) {
        guard message.count >= Self.headSize, let offset = MemoryLayout<probe_header>.offset(of: \.kind),
            let kind = EventKind(rawValue: message.loadUnaligned(fromByteOffset: offset, as: UInt32.self)), kind.isOfAFile
        else { return nil }
        self.kind = kind
        content = UnsafeRawBufferPointer(rebasing: message[Self.instantSize...])
        var hash = UInt64(message.count)
        for at in stride(from: Self.instantSize, to: Self.headSize, by: MemoryLayout<UInt64>.size) {
            hash = (hash ^ message.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        self.hash = hash
    }
}

extension EventKind {
    /// Whether it is about a file and tells nothing of the process that did it.
    fileprivate var isOfAFile: Bool {
        switch self {
        case .open, .rename, .unlink, .link, .symlink, .mkdir, .rmdir, .chmod, .chown, .truncate, .setxattr, .utimes: true
        default: false
        }
    }
}
