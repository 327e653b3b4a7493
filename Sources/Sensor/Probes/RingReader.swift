internal import CLibbpf
internal import CPlatform
internal import CProbeABI
internal import Glibc

/// The consumer side of the ring buffer. One thread only.
///
/// Reads the map itself rather than through libbpf, which maps the data twice so that no message is ever broken at the end: resident
/// memory counts both. Here it is mapped once, and the rare message that goes round the end is put together before it is handed over.
/// Layout (kernel/bpf/ringbuf.c): a page with the reader's position, ours to write; a page with the writers' position; the data. A
/// message is a header of eight bytes, whose first four are its length with two flags, and its bytes, filled up to a multiple of eight.
final class RingReader {
    private let pageSize = Int(getpagesize())
    private let dataSize: Int
    private let consumerPage: UnsafeMutableRawPointer
    private let producerPage: UnsafeMutableRawPointer
    private let data: UnsafeRawPointer
    private let joined: UnsafeMutableRawBufferPointer
    private let map: Int32
    private var position: UInt64

    /// Messages handed over by one poll at the most; the rest waits in the ring for the next.
    static let batchMax = 2048

    private static let headerSize: UInt64 = 8
    /// include/uapi/linux/bpf.h: BPF_RINGBUF_BUSY_BIT and BPF_RINGBUF_DISCARD_BIT.
    private static let busy: UInt32 = 1 << 31
    private static let discarded: UInt32 = 1 << 30

    /// - Parameter map: the ring buffer, loaded; its object outlives the reader.
    init(map: OpaquePointer) throws(ProbeError) {
        let fd = bpf_map__fd(map)
        let size = Int(bpf_map__max_entries(map))
        let consumer = mmap(nil, pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
        guard let consumer, consumer != MAP_FAILED else { throw Self.refused() }
        let producer = mmap(nil, pageSize + size, PROT_READ, MAP_SHARED, fd, pageSize)
        guard let producer, producer != MAP_FAILED else {
            let error = Self.refused()
            munmap(consumer, pageSize)
            throw error
        }
        (self.map, dataSize, consumerPage, producerPage) = (fd, size, consumer, producer)
        data = UnsafeRawPointer(producer + pageSize)
        joined = .allocate(byteCount: Int(PROBE_RECORD_MAX), alignment: 8)
        position = platform_load_position(consumer)
    }

    private static func refused() -> ProbeError { .refused(program: "ring buffer", errno: errno, log: LibbpfLog.take()) }

    /// Bytes that wait to be read.
    var pendingBytes: Int { Int(platform_load_position(producerPage) - position) }

    deinit {
        munmap(consumerPage, pageSize)
        munmap(producerPage, pageSize + dataSize)
        joined.deallocate()
    }

    /// Hands over what is there; when that is nothing, waits until the programs wake us or `milliseconds` have passed, and looks again.
    func poll(milliseconds: Int32, _ handler: (UnsafeRawBufferPointer) -> Void) -> Int {
        let count = consume(handler)
        guard count == 0, milliseconds != 0 else { return count }
        var waiting = pollfd(fd: map, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&waiting, 1, milliseconds)
        // below the wake-up mark nobody wakes us: after the time-out take what is there
        return consume(handler)
    }

    private func consume(_ handler: (UnsafeRawBufferPointer) -> Void) -> Int {
        // given back in pieces: each store costs the writers, who read it on another processor, a cache miss
        let pieceSize = UInt64(min(dataSize / 8, 64 << 10))
        var count = 0
        var given = position
        var end = platform_load_position(producerPage)
        while count < Self.batchMax {
            if position == end {
                end = platform_load_position(producerPage)
                if position == end { break }
            }
            let offset = Int(position) & (dataSize - 1)
            let header = platform_load_length(data + offset)
            // reserved, not filled yet: its writer is at it
            if header & Self.busy != 0 { break }
            let length = Int(header & ~Self.discarded)
            if header & Self.discarded == 0 {
                count += 1
                handler(message(at: offset + Int(Self.headerSize), length: length))
            }
            position += (Self.headerSize + UInt64(length) + 7) & ~7
            if position - given >= pieceSize {
                platform_store_position(consumerPage, position)
                given = position
            }
        }
        if position != given { platform_store_position(consumerPage, position) }
        return count
    }

    private func message(at offset: Int, length: Int) -> UnsafeRawBufferPointer {
        let start = offset & (dataSize - 1)
        let first = dataSize - start
        if length <= first { return UnsafeRawBufferPointer(start: data + start, count: length) }
        // no program writes a longer one; what says so is handed over as nothing, and the decoder counts it
        guard length <= joined.count, let whole = joined.baseAddress else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        memcpy(whole, data + start, first)
        memcpy(whole + first, data, length - first)
        return UnsafeRawBufferPointer(start: whole, count: length)
    }

    /// The size a ring buffer map takes: a power of two, at least one page.
    static func size(for bytes: Int) -> Int {
        var size = Int(getpagesize())
        while size < bytes, size < 1 << 30 { size <<= 1 }
        return size
    }
}
