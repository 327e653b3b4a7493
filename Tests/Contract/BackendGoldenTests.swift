import Foundation
import Testing

@Suite("Wire goldens")
struct BackendGoldenTests {
    @Test(arguments: BackendGoldens.messages.indices)
    func aMessageHasTheBytesItAlwaysHad(_ index: Int) throws {
        let golden = BackendGoldens.messages[index]
        let digits = golden.bytes.filter { !$0.isWhitespace }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
        let encoded = try golden.encoded()
        #expect(encoded == bytes, "\(golden.name): \(encoded.map { String(format: "%02x", $0) }.joined())")
        #expect(try golden.recoded(bytes) == bytes, "\(golden.name)")
    }

    @Test(arguments: BackendGoldens.bodies.indices)
    func aBodyHasTheJSONItAlwaysHad(_ index: Int) throws {
        let golden = BackendGoldens.bodies[index]
        #expect(String(decoding: try golden.encoded(), as: UTF8.self) == golden.json)
        #expect(String(decoding: try golden.recoded(Data(golden.json.utf8)), as: UTF8.self) == golden.json)
    }

    @Test func aFieldOfANewerSensorIsNoError() throws {
        // An unknown field 99 (varint 1) at the end of each message, an unknown key in each body.
        for golden in BackendGoldens.messages {
            let bytes = try golden.encoded() + [0x98, 0x06, 0x01]
            #expect(throws: BackendGoldens.MessageGolden.UnknownFields.self, "\(golden.name) reads on and keeps what it does not know") { try golden.recoded(bytes) }
        }
        for golden in BackendGoldens.bodies {
            let wider = golden.json.replacing("{", with: #"{"zzz":1,"#, maxReplacements: 1)
            #expect(String(decoding: try golden.recoded(Data(wider.utf8)), as: UTF8.self) == golden.json, "\(golden.name)")
        }
    }
}
