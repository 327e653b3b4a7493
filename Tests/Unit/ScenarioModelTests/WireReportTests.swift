import ScenarioModel
import Testing

/// Builds the packets of connections byte by byte, so that the audit is held against what it has to find.
private struct Wire {
    var report = WireReport()

    static func packet(from: (UInt8, UInt16), to: (UInt8, UInt16), sequence: UInt32, flags: UInt8, payload: [UInt8] = [], transport: UInt8 = 6) -> [UInt8] {
        func two(_ n: Int) -> [UInt8] { [UInt8(n >> 8 & 255), UInt8(n & 255)] }
        let tcp: [UInt8] =
            two(Int(from.1)) + two(Int(to.1)) + [UInt8(sequence >> 24), UInt8(sequence >> 16 & 255), UInt8(sequence >> 8 & 255), UInt8(sequence & 255)]
            + [0, 0, 0, 0, 0x50, flags, 0, 64, 0, 0, 0, 0] + payload
        return [0x45, 0] + two(20 + tcp.count) + [0, 0, 0, 0, 64, transport, 0, 0, 127, 0, 0, from.0, 127, 0, 0, to.0] + tcp
    }

    mutating func connect(port: UInt16, client: UInt16 = 40_000, sent: [[UInt8]], received: [[UInt8]] = [], first: UInt32 = 100) {
        report.add(ip: Self.packet(from: (1, client), to: (1, port), sequence: first, flags: 2))
        report.add(ip: Self.packet(from: (1, port), to: (1, client), sequence: 500, flags: 0x12))
        var (next, back) = (first &+ 1, UInt32(501))
        for payload in sent {
            report.add(ip: Self.packet(from: (1, client), to: (1, port), sequence: next, flags: 0x18, payload: payload))
            next = next &+ UInt32(payload.count)
        }
        for payload in received {
            report.add(ip: Self.packet(from: (1, port), to: (1, client), sequence: back, flags: 0x18, payload: payload))
            back = back &+ UInt32(payload.count)
        }
    }
}

private let endpoint = WireReport.Side(address: "127.0.0.1", port: 443)
private let hello: [UInt8] = [22, 3, 1, 0, 4, 1, 0, 0, 0]
private let data: [UInt8] = [23, 3, 3, 0, 2, 7, 7]

@Suite struct WireReportTests {
    private func failing(_ wire: Wire, dropped: Int = 0) -> [String] {
        wire.report.checks(endpoints: [endpoint], dropped: dropped).filter { !$0.passed }.map(\.name)
    }

    @Test func recordsThroughSegmentsOfAnySizePass() {
        var wire = Wire()
        wire.connect(port: 443, sent: (hello + data).map { [$0] }, received: [hello + data])
        #expect(failing(wire) == [])
    }

    @Test func sequenceNumbersMayWrap() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello, data, data], received: [hello], first: .max - 5)
        #expect(failing(wire) == [])
    }

    @Test func repeatedAndReorderedSegmentsAreTheSameBytes() {
        var stream = TCPStream(first: 10)
        stream.add(sequence: 13, payload: [4, 5])
        #expect(stream.hasHole)
        stream.add(sequence: 10, payload: [1, 2, 3])
        stream.add(sequence: 11, payload: [2, 3, 4])
        stream.add(sequence: 12, payload: [3, 4, 5, 6])
        #expect(stream.bytes == [1, 2, 3, 4, 5, 6])
        #expect(!stream.hasHole)
    }

    @Test(arguments: [Array("GET / HTTP/1.1\r\n".utf8), [22, 2, 0, 0, 1, 1], [22, 3, 3, 0xFF, 0xFF, 1], [23, 3, 3, 0, 1, 9]])
    func anythingElseThanAHandshakeAtTheBeginningFails(_ bytes: [UInt8]) {
        var wire = Wire()
        wire.connect(port: 443, sent: [bytes])
        #expect(failing(wire) == ["wire: every byte of the sensor's connections is in TLS records"])
    }

    @Test func plainTextAfterTheHandshakeFails() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello, data, Array("secret".utf8)], received: [hello])
        #expect(failing(wire) == ["wire: every byte of the sensor's connections is in TLS records"])
    }

    @Test func missingBytesFail() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello])
        wire.report.add(ip: Wire.packet(from: (1, 40_000), to: (1, 443), sequence: 400, flags: 0x18, payload: data))
        #expect(failing(wire) == ["wire: every byte of the sensor's connections is in TLS records"])
    }

    @Test func anotherPortFailsEvenWhenItIsTLS() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello])
        wire.connect(port: 8443, client: 40_001, sent: [hello])
        #expect(failing(wire) == ["wire: only the configured endpoints are talked to"])
    }

    @Test func datagramsFail() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello])
        wire.report.add(ip: Wire.packet(from: (1, 40_000), to: (53, 53), sequence: 0, flags: 0, transport: 17))
        let failed = wire.report.checks(endpoints: [endpoint], dropped: 0).filter { !$0.passed }
        #expect(failed.map(\.detail) == ["1 x UDP to 127.0.0.53 port 53"])
    }

    @Test func silenceIsNoProof() {
        #expect(failing(Wire()).count == 3)
    }

    @Test func aCaptureWithLossesIsNoProof() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello])
        #expect(failing(wire, dropped: 1) == ["wire: the capture is complete"])
    }

    @Test func shortAndStrangePacketsAreCountedNotRead() {
        var wire = Wire()
        wire.connect(port: 443, sent: [hello])
        let whole = Wire.packet(from: (1, 1), to: (1, 2), sequence: 0, flags: 0x18, payload: [1, 2, 3])
        for length in 0..<whole.count { wire.report.add(ip: Array(whole[..<length])) }
        wire.report.add(ip: [0x95, 1, 2])
        #expect(failing(wire) == ["wire: only the configured endpoints are talked to"])
    }
}
