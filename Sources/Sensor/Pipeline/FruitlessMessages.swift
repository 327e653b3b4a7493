package import Events
import Glibc

/// Messages that came to nothing a moment ago. While nothing changes that the answer depends on, the same one comes to nothing again
/// and need be neither decoded nor judged: a process that opens one file a hundred thousand times a second costs a comparison each time.
///
/// Bounds: `slots` messages of at most `sizeMax` bytes; a newer one takes the place of an older one, longer ones are not kept. Only speed is
/// lost by either.
package final class FruitlessMessages {
    private static let slots = 1024
    private static let sizeMax = 512

    private struct Entry {
        /// What the answer depended on.
        var stamp: UInt64 = 0
        var hash: UInt64 = 0
        var size = 0
    }

    private var entries = [Entry](repeating: Entry(), count: slots)
    // allocated and not filled: its pages come into being as they are used
    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: slots * sizeMax, alignment: 8)

    deinit { bytes.deallocate() }

    package init() {}

    package func contains(_ message: RepeatableMessage, stamp: UInt64) -> Bool {
        let slot = slot(message)
        let entry = entries[slot]
        guard entry.size == message.content.count, entry.hash == message.hash, entry.stamp == stamp else { return false }
        guard let kept = bytes.baseAddress, let content = message.content.baseAddress else { return false }
        return memcmp(kept + slot * Self.sizeMax, content, entry.size) == 0
    }

    package func remember(_ message: RepeatableMessage, stamp: UInt64) {
        guard message.content.count <= Self.sizeMax else { return }
        let slot = slot(message)
        entries[slot] = Entry(stamp: stamp, hash: message.hash, size: message.content.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[(slot * Self.sizeMax)...]).copyMemory(from: message.content)
    }

    private func slot(_ message: RepeatableMessage) -> Int { Int(message.hash >> 40 & UInt64(Self.slots - 1)) }
}
