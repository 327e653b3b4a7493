/// What the sensor said to whom, put together from captured packets of a network in which nobody else talks.
package struct WireReport: Sendable, Hashable {
    package struct Side: Hashable, Sendable, CustomStringConvertible {
        /// `127.0.0.1`, or IPv6 in full groups.
        package var address: String
        package var port: UInt16
        package init(address: String, port: UInt16) {
            self.address = address
            self.port = port
        }
        package var description: String { "\(address):\(port)" }
    }

    private struct Conversation: Sendable, Hashable {
        var client: Side
        var server: Side
        var sent: TCPStream
        var received: TCPStream?
        /// Set once both sides have closed; a stream may end within a record only before that.
        var closed = false
    }

    private var conversations: [Conversation] = []
    private var open: [Set<Side>: Int] = [:]
    /// Packets that are neither TCP nor ICMP answers to it, by what they are.
    private var others: [String: Int] = [:]
    package private(set) var packets = 0
    private var withoutBeginning = 0

    package init() {}

    /// Takes one captured packet from its IP header on. Packets too short for what they claim to be are counted as such.
    package mutating func add(ip bytes: [UInt8]) {
        packets += 1
        guard let header = IPHeader(bytes) else { return others["unreadable", default: 0] += 1 }
        guard header.transport == 6 else {
            let name = header.transport == 17 ? "UDP to \(header.destination) port \(header.ports(bytes)?.destination ?? 0)" : "IP protocol \(header.transport) to \(header.destination)"
            return others[name, default: 0] += 1
        }
        let at = header.length
        guard let ports = header.ports(bytes), bytes.count >= at + 20 else { return others["unreadable", default: 0] += 1 }
        let sequence = bytes[(at + 4)..<(at + 8)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let data = at + Int(bytes[at + 12] >> 4) * 4
        let flags = bytes[at + 13]
        let (from, to) = (Side(address: header.source, port: ports.source), Side(address: header.destination, port: ports.destination))
        let key: Set<Side> = [from, to]
        let (syn, ack, end) = (flags & 0x02 != 0, flags & 0x10 != 0, flags & 0x05 != 0)
        if syn, !ack {
            // a repeated SYN of the same connection begins nothing new
            if let index = open[key], conversations[index].sent.bytes.isEmpty, !conversations[index].closed { return }
            open[key] = conversations.count
            return conversations.append(Conversation(client: from, server: to, sent: TCPStream(first: sequence &+ 1)))
        }
        guard let index = open[key] else { return withoutBeginning += 1 }
        if syn { return conversations[index].received = conversations[index].received ?? TCPStream(first: sequence &+ 1) }
        if data < header.total, data <= bytes.count {
            let payload = Array(bytes[data..<min(header.total, bytes.count)])
            if from == conversations[index].client {
                conversations[index].sent.add(sequence: sequence, payload: payload)
            } else {
                conversations[index].received?.add(sequence: sequence, payload: payload)
            }
        }
        if end { conversations[index].closed = true }
    }

    /// Holds the traffic against the endpoints that were configured.
    ///
    /// - Parameters:
    ///   - endpoints: the only addresses that may be talked to; each must have been.
    ///   - dropped: packets that the capture itself lost.
    package func checks(endpoints: [Side], dropped: Int) -> [Check] {
        let strangers = conversations.filter { !endpoints.contains($0.server) }
        let spoke = conversations.filter { !$0.sent.bytes.isEmpty }
        var violations: [String] = []
        var records = 0
        for conversation in spoke {
            for (who, stream) in [("sent to", conversation.sent), ("received from", conversation.received)] {
                guard let stream else { continue }
                let parsed = TLSRecords(stream.bytes, beginsHandshake: true)
                records += parsed.count
                if let violation = parsed.violation { violations.append("\(who) \(conversation.server): \(violation)") }
                if stream.hasHole { violations.append("\(who) \(conversation.server): bytes are missing") }
                if stream.truncated { violations.append("\(who) \(conversation.server): more than \(TCPStream.bytesMax) bytes") }
            }
        }
        let bytes = spoke.reduce(0) { $0 + $1.sent.bytes.count }
        let silent = endpoints.filter { endpoint in !spoke.contains { $0.server == endpoint } }
        return [
            Check(
                name: "wire: every byte of the sensor's connections is in TLS records", passed: violations.isEmpty && records > 0,
                detail: violations.isEmpty ? "\(records) records, \(bytes) bytes sent in \(spoke.count) connections" : violations.prefix(5).joined(separator: "; ")),
            Check(
                name: "wire: only the configured endpoints are talked to", passed: strangers.isEmpty && others.isEmpty && withoutBeginning == 0,
                detail: (strangers.map { "TCP to \($0.server)" } + others.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }
                    + (withoutBeginning > 0 ? ["\(withoutBeginning) packets of unknown connections"] : [])).prefix(5).joined(separator: "; ")),
            Check(name: "wire: each configured endpoint was talked to", passed: silent.isEmpty, detail: silent.isEmpty ? endpoints.map(\.description).joined(separator: ", ") : "not: \(silent.map(\.description).joined(separator: ", "))"),
            Check(name: "wire: the capture is complete", passed: dropped == 0 && packets > 0, detail: "\(packets) packets, \(dropped) lost"),
        ]
    }
}

/// The part of an IP header that the audit needs (RFC 791; RFC 8200 without extension headers, which a loopback device does not add).
private struct IPHeader {
    var source: String
    var destination: String
    var transport: UInt8
    var length: Int
    /// Of the packet, header included.
    var total: Int

    init?(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return nil }
        switch first >> 4 {
        case 4:
            length = Int(first & 15) * 4
            guard length >= 20, bytes.count >= length else { return nil }
            total = Int(bytes[2]) << 8 | Int(bytes[3])
            transport = bytes[9]
            func dotted(_ at: Int) -> String { bytes[at..<(at + 4)].map(String.init).joined(separator: ".") }
            (source, destination) = (dotted(12), dotted(16))
        case 6:
            length = 40
            guard bytes.count >= length else { return nil }
            total = 40 + (Int(bytes[4]) << 8 | Int(bytes[5]))
            transport = bytes[6]
            func groups(_ at: Int) -> String {
                stride(from: at, to: at + 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
            }
            (source, destination) = (groups(8), groups(24))
        default: return nil
        }
    }

    func ports(_ bytes: [UInt8]) -> (source: UInt16, destination: UInt16)? {
        guard bytes.count >= length + 4 else { return nil }
        return (UInt16(bytes[length]) << 8 | UInt16(bytes[length + 1]), UInt16(bytes[length + 2]) << 8 | UInt16(bytes[length + 3]))
    }
}
