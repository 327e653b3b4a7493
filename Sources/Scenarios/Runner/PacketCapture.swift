import CLibpcap
import Foundation
import Glibc
import Synchronization

/// Captures one device of the calling thread's network namespace with libpcap until it is stopped.
final class PacketCapture: @unchecked Sendable {
    /// At this many packets the capture counts further ones as lost.
    static let packetsMax = 1_000_000

    // `handle` and `dumper` belong to the thread until `ended`; `packets` and `overflow` are read after it
    private let handle: OpaquePointer
    private let dumper: OpaquePointer
    private let linkHeader: Int
    private var packets: [[UInt8]] = []
    private var overflow = 0
    private let stopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let closed = Atomic<Bool>(false)

    /// Begins to capture before it returns.
    init(device: String, file: URL) throws {
        var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard let handle = pcap_create(device, &message) else { throw Shell.Failure(description: "libpcap: \(String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))") }
        pcap_set_snaplen(handle, 262_144)
        pcap_set_immediate_mode(handle, 1)
        pcap_set_timeout(handle, 100)
        pcap_set_buffer_size(handle, 32 << 20)
        guard pcap_activate(handle) >= 0, pcap_datalink(handle) == DLT_EN10MB, pcap_setnonblock(handle, 1, &message) == 0,
            let dumper = pcap_dump_open(handle, file.path)
        else {
            let why = String(cString: pcap_geterr(handle))
            pcap_close(handle)
            throw Shell.Failure(description: "libpcap on \(device): \(why)")
        }
        self.handle = handle
        self.dumper = dumper
        linkHeader = 14
        let thread = Thread { [self] in run() }
        thread.start()
    }

    private func run() {
        var poller = pollfd(fd: pcap_get_selectable_fd(handle), events: Int16(POLLIN), revents: 0)
        var draining = false
        while true {
            if !draining { poll(&poller, 1, 50) }
            var header: UnsafeMutablePointer<pcap_pkthdr>?
            var data: UnsafePointer<UInt8>?
            var got = false
            while pcap_next_ex(handle, &header, &data) == 1, let header, let data {
                got = true
                pcap_dump(UnsafeMutablePointer<UInt8>(dumper), header, data)
                let size = Int(header.pointee.caplen)
                if size != Int(header.pointee.len) || packets.count == Self.packetsMax {
                    overflow += 1
                } else if size > linkHeader {
                    packets.append(Array(UnsafeBufferPointer(start: data + linkHeader, count: size - linkHeader)))
                }
            }
            // one more round after the order to stop, so that nothing already in the buffer is left there
            if draining, !got { break }
            draining = stopping.load(ordering: .acquiring)
        }
        ended.signal()
    }

    /// The packets without their link header, and how many were lost.
    func finish() throws -> (packets: [[UInt8]], dropped: Int) {
        end()
        var statistics = pcap_stat()
        let counted = pcap_stats(handle, &statistics) == 0
        let found = packets
        stop()
        guard counted else { throw Shell.Failure(description: "libpcap counts no losses") }
        return (found, overflow + Int(statistics.ps_drop))
    }

    private func end() {
        guard !stopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        ended.wait()
    }

    func stop() {
        guard !closed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        end()
        pcap_dump_close(dumper)
        pcap_close(handle)
    }
}
