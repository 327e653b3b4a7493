import Events
import Foundation
import Foundations
import Rules
import Testing

/// Rule files that nobody meant: pieces of the language in any order, and good files with bytes changed.
@Suite("Malformed rule files")
struct FuzzTests {
    /// Inputs of one run; `FUZZ_INPUTS=1000000` for a long one.
    static let count = ProcessInfo.processInfo.environment["FUZZ_INPUTS"].flatMap(Int.init) ?? 3000

    private static let pieces = [
        "proc.name", "fd.name", "evt.type", "evt.arg.flags", "proc.aname[2]", "proc.aname[", "fd.sip", "fd.num", "=", "!=", "<", ">=", " in ", " contains ", " startswith ", " regex ", " pmatch ", " glob ",
        " exists", "(", ")", "((", ",", " and ", " or ", " not ", "not(", "\"", "'", "\\", "cat", "(a, b)", "10.0.0.0/8", "*", "[a", "tolower(", "val(", "len(", "open", "0x10", "-1", "\n", "\t", "ü", "\u{0}", "oneof", "%", "%fd.name", "{", "}", ":",
    ]

    @Test func conditionsOfRandomPiecesEndInAnAnswerOrADiagnostic() {
        var random = SeededGenerator(seed: 1)
        let event = EventKit("/usr/bin/cat", "/bin/sh").read("/etc/shadow")
        for _ in 0..<Self.count {
            let text = (0..<Int.random(in: 1...14, using: &random)).map { _ in Self.pieces.randomElement(using: &random)! }.joined()
            do throws(Diagnostic) {
                let filter = try ConditionFilter(text)
                _ = filter.matches(event)
            } catch {
                #expect((error.line ?? 0) >= 1 && (error.column ?? 0) >= 1 && !error.message.isEmpty)
            }
        }
    }

    @Test func filesWithBytesChangedLoadWhatIsLeftAndTellTheRest() throws {
        let good = try String(contentsOf: RuleKit.packageRoot.appending(path: "rules/20-credentials.yaml"), encoding: .utf8)
        let base = try String(contentsOf: RuleKit.packageRoot.appending(path: "rules/00-base.yaml"), encoding: .utf8)
        let whole = RuleSet.load(files: [("base", base), ("good", good)]).report
        var random = SeededGenerator(seed: 2)
        var rejected = 0
        for _ in 0..<max(1, Self.count / 100) {
            var bytes = Array(good.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...127, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: "[{(\"".utf8, at: at)
                default: bytes.removeSubrange(at..<min(bytes.count, at + 40))
                }
            }
            let report = RuleSet.load(files: [("base", base), ("changed", String(decoding: bytes, as: UTF8.self))]).report
            rejected += report.rejected.count
            #expect(report.rejected.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.message.isEmpty })
            // a change in one place is not the end of the others
            #expect(report.rules + report.rejected.count >= whole.rules - 6)
        }
        #expect(rejected > 0)
    }

    /// A rule that is right but for one thing, in two hundred ways.
    static let broken: [String] = {
        func rule(_ change: String) -> String { "- rule: x\n  desc: d\n  condition: \(change)\n  output: o\n  priority: INFO\n" }
        let fields = ["proc.nmae", "fd.nam", "evt.typ", "container.idd", "k8s.pod.nmae", "user.nam", "group.gdi", "thread.tdi", "dns.nme", "fs.path.nme"]
        let values = ["= x", "!= x", "in (x)", "contains x", "startswith x", "endswith x", "glob x", "regex x", "pmatch (x)", "exists"]
        let numbers = ["fd.num", "proc.pid", "user.uid", "evt.rawres", "proc.tty"]
        let wrong = ["contains 1", "startswith 1", "glob 1", "regex 1", "= one", "in (1, two)", "< many", "pmatch (1)"]
        let texts = ["proc.name", "fd.name", "user.name", "container.id", "evt.arg.flags"]
        let tails = [" =", " in (", " in (a", " in (a,", " contains", " startswith )", " = 'a", " = \"a", " = a)", " = a and", " = a or", " = a b", " regex '('", " regex '['"]
        var out: [String] = []
        for field in fields { for value in values { out.append(rule("'\(field) \(value.replacing("'", with: "''"))'")) } }
        for field in numbers { for value in wrong { out.append(rule("'\(field) \(value)'")) } }
        for field in texts { for tail in tails { out.append(rule("'\(field)\(tail.replacing("'", with: "''"))'")) } }
        return out
    }()

    @Test func twoHundredBrokenRulesEachHaveALocatedDiagnostic() {
        #expect(Self.broken.count >= 200)
        for text in Self.broken {
            let report = RuleKit.load(text).report
            #expect(report.rejected.count == 1, "\(text): \(report.rejected.map(\.description))")
            #expect(report.rejected.first?.line == 3)
            #expect((report.rejected.first?.column ?? 0) >= 14)
        }
    }
}
