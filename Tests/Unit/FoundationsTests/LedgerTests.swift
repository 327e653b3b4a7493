import Foundation
import Foundations
import Testing

@Suite struct LedgerTests {
    @Test func lossesAreCountedByPlaceAndCause() {
        var ledger = Ledger()
        ledger.count("ringBuffer", at: "exec", by: 3)
        ledger.count("ringBuffer", at: "exec")
        ledger.count("truncated", at: "exec", by: 2)
        ledger.count("ringBuffer", at: "open", by: 0)
        #expect(ledger.lost(at: "exec", "ringBuffer") == 4)
        #expect(ledger.lost(at: "exec") == 6)
        #expect(ledger.lost(at: "open") == 0)
        #expect(ledger.counts.keys.sorted() == ["exec"])
    }

    @Test func mergingAdds() {
        var a = Ledger()
        a.count("x", at: "p", by: 1)
        var b = Ledger()
        b.count("x", at: "p", by: 2)
        b.count("y", at: "q", by: 3)
        a.merge(b)
        #expect(a.lost(at: "p", "x") == 3 && a.lost(at: "q", "y") == 3)
    }

    @Test func aCauseIsItsNameOnTheWire() throws {
        let data = try JSONEncoder().encode(["cause": LossCause("spoolFull")])
        #expect(String(decoding: data, as: UTF8.self) == #"{"cause":"spoolFull"}"#)
        #expect(try JSONDecoder().decode([String: LossCause].self, from: data) == ["cause": "spoolFull"])
    }

    @Test func diagnosticsReadAsCompilersPrintThem() {
        #expect(Diagnostic(file: "rules.yaml", line: 12, column: 7, message: "unknown field 'proc.nmae'").description == "rules.yaml:12:7: unknown field 'proc.nmae'")
        #expect(Diagnostic(file: "rules.yaml", message: "empty").description == "rules.yaml: empty")
    }

    @Test func severitiesAreOrdered() {
        #expect(Severity.allCases.sorted() == [.informational, .low, .medium, .high, .critical])
        #expect(Severity(rawValue: "CRITICAL") == .critical)
    }
}
