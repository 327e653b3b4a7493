/// One number over everything that happened in a run, in order: equal digests mean equal runs (FNV-1a, 64 bits).
///
/// Only plain numbers and the bytes of text go in: nothing whose order or value differs between two processes.
struct TraceDigest: Sendable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func mix(_ n: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            value = (value ^ ((n >> shift) & 0xFF)) &* 0x0000_0100_0000_01B3
        }
    }

    mutating func mix(_ n: Int) { mix(UInt64(bitPattern: Int64(n))) }
    mutating func mix(_ time: WorldTime) { mix(UInt64(bitPattern: time.nanoseconds)) }
    mutating func mix(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    var text: String {
        let hex = String(value, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }
}
