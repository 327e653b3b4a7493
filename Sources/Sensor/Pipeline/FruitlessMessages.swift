package import Events
package import Foundations
import Glibc

/// Messages that came to nothing a moment ago. While nothing changes that the answer depends on, the same one comes to nothing again
/// and need be neither decoded nor judged: a process that opens thousands of files a hundred thousand times a second costs a comparison each time.
///
/// Bounds: `slots` messages of at most `contentMax` bytes, each in one of four places. One that still counts is not put out for another, so that a few
/// too many in turn do not put out each other; longer ones are not kept. Only speed is lost by either.
package final class FruitlessMessages {
    private static let slots = 16_384
    private static let ways = 4
    private static let slotSize = 512
    private static let headSize = 24
    private static let contentMax = slotSize - headSize
    /// Kept of this many fewer in `idleTime` the memory is given back.
    private static let idleMax = 256
    private static let idleTime: Duration = .seconds(20)
    /// The places of one way lie together: while little is remembered at a time only the first of them comes into being.
    private static let waySize = slots / ways * slotSize

    /// What a slot begins with; all zero in one that is empty.
    private struct Head {
        /// What the answer depended on.
        var stamp: UInt64
        var hash: UInt64
        var size: Int
    }

    // mapped, not filled: its pages come into being as they are used
    private let memory: UnsafeMutableRawPointer?
    private var remembered = 0
    private var since: MonotonicInstant?

    package init() {
        let mapped = mmap(nil, Self.slots * Self.slotSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        memory = mapped == MAP_FAILED ? nil : mapped
    }

    deinit { if let memory { munmap(memory, Self.slots * Self.slotSize) } }

    package func contains(_ message: RepeatableMessage, stamp: UInt64) -> Bool {
        guard let first = place(of: message), let content = message.content.baseAddress else { return false }
        for way in 0..<Self.ways {
            let slot = first + way * Self.waySize
            let head = slot.load(as: Head.self)
            if head.hash == message.hash, head.stamp == stamp, head.size == message.content.count { return memcmp(slot + Self.headSize, content, head.size) == 0 }
        }
        return false
    }

    package func remember(_ message: RepeatableMessage, stamp: UInt64) {
        guard message.content.count <= Self.contentMax, let first = place(of: message), let content = message.content.baseAddress else { return }
        for way in 0..<Self.ways {
            let slot = first + way * Self.waySize
            let head = slot.load(as: Head.self)
            if head.size != 0, head.stamp == stamp, head.hash != message.hash { continue }
            slot.storeBytes(of: Head(stamp: stamp, hash: message.hash, size: message.content.count), as: Head.self)
            memcpy(slot + Self.headSize, content, message.content.count)
            remembered += 1
            return
        }
    }

    /// After a flood: the memory goes back once hardly anything was kept for `idleTime`.
    package func tick(at now: MonotonicInstant) {
        guard let since else { return since = now }
        guard now - since >= Self.idleTime else { return }
        if remembered < Self.idleMax { forget() }
        remembered = 0
        self.since = now
    }

    /// Empty, and without memory, until something is kept again.
    package func forget() { if let memory { madvise(memory, Self.slots * Self.slotSize, MADV_DONTNEED) } }

    private func place(of message: RepeatableMessage) -> UnsafeMutableRawPointer? {
        memory.map { $0 + Int(message.hash >> 40 & UInt64(Self.slots / Self.ways - 1)) * Self.slotSize }
    }
}
