internal import CProbeABI

extension EventDecoder {
    /// A DNS packet (RFC 1035, section 4) as it went over the wire, length-checked at every step; names are bounded by 255 bytes
    /// and compression pointers may only lead backwards, so parsing always ends.
    static func dns(_ message: ProbeMessage) -> Event.Details? {
        guard let body = message.body(probe_network.self) else { return nil }
        var out = DNSDetails()
        var remote = body.remote
        out.server = withUnsafeBytes(of: &remote) { address($0, isV6: body.family == 10) }
        var parsed = false
        let whole = message.forEachString(after: MemoryLayout<probe_network>.size) { tag, bytes in
            if tag == PROBE_TAG_PAYLOAD { parsed = parse(bytes, into: &out) }
        }
        return whole && parsed ? .dns(out) : nil
    }

    private static func parse(_ packet: UnsafeRawBufferPointer, into out: inout DNSDetails) -> Bool {
        guard packet.count >= 12 else { return false }
        func u16(_ at: Int) -> UInt16 { UInt16(packet[at]) << 8 | UInt16(packet[at + 1]) }
        out.isAnswer = packet[2] & 0x80 != 0
        out.rcode = packet[3] & 15
        guard u16(4) >= 1, let (name, next) = name(in: packet, at: 12), next + 4 <= packet.count else { return false }
        out.name = name
        out.type = u16(next)
        var at = next + 4
        for _ in 0..<min(u16(6), 64) {
            // a cut packet is no error: what was read counts
            guard let (_, end) = self.name(in: packet, at: at), end + 10 <= packet.count else { break }
            let (type, length) = (u16(end), Int(u16(end + 8)))
            let data = end + 10
            guard data + length <= packet.count else { break }
            let record = UnsafeRawBufferPointer(rebasing: packet[data..<data + length])
            if type == 1, length == 4 { out.addresses.append(address(record, isV6: false)) }
            if type == 28, length == 16 { out.addresses.append(address(record, isV6: true)) }
            at = data + length
        }
        return true
    }

    private static func name(in packet: UnsafeRawBufferPointer, at start: Int) -> (String, Int)? {
        var text: [UInt8] = []
        var at = start
        var end: Int?
        while at < packet.count {
            let length = Int(packet[at])
            if length == 0 { return (String(decoding: text, as: UTF8.self), end ?? at + 1) }
            if length & 0xC0 == 0xC0 {
                guard at + 1 < packet.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(packet[at + 1])
                guard target < at else { return nil }
                end = end ?? at + 2
                at = target
                continue
            }
            guard length < 64, at + 1 + length <= packet.count, text.count + length + 1 <= 255 else { return nil }
            if !text.isEmpty { text.append(0x2E) }
            for byte in packet[at + 1..<at + 1 + length] { text.append(byte >= 65 && byte <= 90 ? byte + 32 : byte) }
            at += 1 + length
        }
        return nil
    }
}
