internal import CLibbpf
internal import Glibc

/// The consumer side of the ring buffer. One thread only.
final class RingReader {
    private let ring: OpaquePointer
    private let sink: Sink
    // Where the kernel keeps how far was read, and on the next page how far was written (Documentation/bpf/ringbuf.rst).
    private let positions: UnsafeMutableRawPointer?

    /// Where the C callback finds the Swift closure of the poll that is under way.
    private final class Sink {
        var handler: ((UnsafeRawBufferPointer) -> Void)?
        var count = 0
    }

    private static let receive: ring_buffer_sample_fn = { context, data, size in
        guard let context, let data else { return 0 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        sink.count += 1
        sink.handler?(UnsafeRawBufferPointer(start: data, count: size))
        // libbpf reads on while there is something to read, and under a flood there always is
        return sink.count < RingReader.batchMax ? 0 : -EAGAIN
    }

    /// Messages handed over by one poll at the most; the rest waits in the ring for the next.
    static let batchMax = 2048

    init(map: OpaquePointer) throws(ProbeError) {
        sink = Sink()
        guard let ring = ring_buffer__new(bpf_map__fd(map), Self.receive, Unmanaged.passUnretained(sink).toOpaque(), nil) else {
            let error = errno
            throw .refused(program: "ring buffer", errno: error, log: LibbpfLog.take())
        }
        self.ring = ring
        let pages = mmap(nil, 2 * Int(getpagesize()), PROT_READ, MAP_SHARED, bpf_map__fd(map), 0)
        positions = pages == MAP_FAILED ? nil : pages
    }

    deinit {
        if let positions { munmap(positions, 2 * Int(getpagesize())) }
        ring_buffer__free(ring)
    }

    /// Bytes that wait to be read; 0 where the positions cannot be mapped.
    var pendingBytes: Int {
        guard let positions else { return 0 }
        let read = positions.load(as: UInt.self)
        let written = positions.load(fromByteOffset: Int(getpagesize()), as: UInt.self)
        return written > read ? Int(written - read) : 0
    }

    func poll(milliseconds: Int32, _ handler: (UnsafeRawBufferPointer) -> Void) -> Int {
        sink.count = 0
        withoutActuallyEscaping(handler) { handler in
            sink.handler = handler
            // below the wake-up mark nobody wakes us: after the time-out take what is there
            if ring_buffer__poll(ring, milliseconds) == 0 { _ = ring_buffer__consume(ring) }
            sink.handler = nil
        }
        return sink.count
    }

    /// The size a ring buffer map takes: a power of two, at least one page.
    static func size(for bytes: Int) -> Int {
        var size = Int(getpagesize())
        while size < bytes, size < 1 << 30 { size <<= 1 }
        return size
    }
}
