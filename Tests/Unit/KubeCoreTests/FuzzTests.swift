import Foundation
import Foundations
import KubeCore
import Testing

/// Bytes that nobody meant: every one of them ends in an answer, none in a trap or a loop. `FUZZ_INPUTS=1000000` for a long run, which draws
/// one more seed; without it every run is the same.
@Suite("Hostile input")
struct FuzzTests {
    private static let asked = ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap(Int.init)
    private static let inputs = asked ?? 12_000
    /// The fourth once found `0.0`, which is written as `0` and read again as a whole number.
    private static let seeds: [UInt64] = [1, 2, 3, 14_236_989_949_615_677_408] + (asked == nil ? [] : [.random(in: .min ... .max)])
    private static let fragments = [
        "{", "}", "[", "]", "\"", ":", ",", "null", "true", "-", "1e999", "0.1", "\\u12", "\\", "\u{0}", "é", "metadata", "name", "spec", "containers", "$patch", "replace", "=", "!=", "in", "notin", "(", ")", "<", ">",
        " ", "\n", "app", "/", "~1", "9223372036854775808", "k:{\"name\":\"x\"}", "2026-13-99T99:99:99Z", "1Gi", "1e1e1", "%", "&", "?",
    ]

    /// Pieces of expressions, and of the patterns and formats inside them.
    private static let expressions = [
        "self", "x", "l", "m", ".", ".?", "[", "]", "[?", "(", ")", "{", "}", ",", ":", "?", "!", "-", "+", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", " in ", "1", "0", "9223372036854775807", "-9223372036854775808", "18446744073709551615u", "1.5e300", "'a'", "b'\\xff'", "r'\\d'",
        "'%s %d %.3f %x'", "\"\"\"", "null", "true", "false", "has(", ".all(i, ", ".exists(i, ", ".map(i, ", ".filter(i, ", ".exists_one(i, ", ".optMap(i, ", "i", ".size()", ".matches('", "')", "(a|b)*", "[^a-z]+", "(?i)", "{2,3}", "\\pL", ".find('", ".split('", ".replace('a', 'b')", ".substring(", ".format([",
        "timestamp('2024-02-29T00:00:00Z')", "duration('1h')", ".getHours('+02:00')", "int(", "uint(", "double(", "string(", "type(", "quantity('1Gi')", ".add(", "url('https://a/b?c=d')", ".getQuery()", "ip('::1')", "cidr('10.0.0.0/8')", ".containsIP(", "optional.of(", ".orValue(", "sets.contains(", "cel.bind(i, ", "//", "\n", "`", "é", ".sum()", ".max()",
    ]

    private func text(_ generator: inout SeededGenerator, _ count: Int) -> String { text(&generator, count, of: Self.fragments) }

    private func text(_ generator: inout SeededGenerator, _ count: Int, of pieces: [String]) -> String {
        (0..<count).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
    }

    @Test(arguments: seeds)
    func everyExpressionHasAValueOrAnError(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let variables: [String: JSON] = ["x": 5, "l": [1, "a", .null, 2], "m": ["a": ["b": 1]], "self": ["x": 1]]
        var values = 0
        for round in 0..<Self.inputs / Self.seeds.count {
            let source = text(&generator, 1 + round % 14, of: Self.expressions)
            let outcome = CELExpression.evaluate(source, variables)
            if !outcome.hasPrefix("error: "), !outcome.hasPrefix("refused: ") { values += 1 }
            #expect(!outcome.isEmpty && outcome == CELExpression.evaluate(source, variables), "seed \(seed), round \(round): \(source)")
        }
        #expect(values > 0)
    }

    @Test(arguments: seeds)
    func jsonOfAnyBytesIsReadOrRefused(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<Self.inputs / Self.seeds.count {
            var bytes = Array(text(&generator, round % 40).utf8)
            if !bytes.isEmpty, round % 3 == 0 { bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator) }
            if let value = try? JSONParser.parse(bytes) {
                // What was read and written is read and written the same. (The values may differ: Go, too, writes 0.0 as 0.)
                #expect((try? JSONParser.parse(value.encoded))?.encoded == value.encoded, "seed \(seed), round \(round): \(bytes)")
            }
        }
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([UInt8](repeating: UInt8(ascii: "["), count: 100_000)) }
    }

    @Test(arguments: seeds)
    func everySelectorIsAnsweredOrRefused(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var harness = APIHarness()
        for round in 0..<Self.inputs / Self.seeds.count / 2 {
            let selector = text(&generator, 1 + round % 12).utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            for name in ["labelSelector", "fieldSelector"] {
                let status = harness.ask("GET", "/api/v1/pods?\(name)=\(selector)").status
                #expect(status == 200 || status == 400, "seed \(seed), round \(round): \(selector)")
            }
        }
    }

    @Test(arguments: seeds)
    func everyBodyIsAnsweredAndTheServerGoesOn(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var harness = APIHarness()
        let maps = "/api/v1/namespaces/default/configmaps"
        _ = harness.ask("POST", maps, ["metadata": ["name": "c"], "data": ["k": "v"]])
        let types = ["json", "merge-patch+json", "json-patch+json", "strategic-merge-patch+json", "apply-patch+yaml", "vnd.kubernetes.protobuf"]
        for round in 0..<Self.inputs / Self.seeds.count / 2 {
            let type = types[round % types.count]
            var body = Array(text(&generator, round % 30).utf8)
            if type == "vnd.kubernetes.protobuf" { body = [0x6B, 0x38, 0x73, 0] + (0..<round % 60).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
            let isWrite = type == "json" || type == "vnd.kubernetes.protobuf"
            let answer = harness.send(isWrite ? "POST" : "PATCH", isWrite ? maps : "\(maps)/c?fieldManager=f", body, headers: ["content-type": "application/\(type)"])
            #expect((200...599).contains(answer.status), "seed \(seed), round \(round)")
        }
        #expect(harness.ask("GET", "\(maps)/c").status == 200)
    }
}
