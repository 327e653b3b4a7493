import Redaction
import Testing

@Suite struct LineRedactorTests {
    private func redact(_ text: String) -> String {
        var redactor = LineRedactor()
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { redactor.redact(String($0)) }.joined(separator: "\n")
    }

    @Test func aKeyThatSpansLinesIsFoundWhole() {
        let text = "before\n-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA\nS3cr3t+/=\n-----END RSA PRIVATE KEY----- password=S3cr3t\nafter password=S3cr3t"
        let out = redact(text)
        #expect(!out.contains("S3cr3t") && !out.contains("MIIE"))
        let lines = out.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "before")
        #expect(lines.last == "after password=[REDACTED:password]")
        #expect(lines.count == 8)
        #expect(lines[6] == "[REDACTED:private-key] password=[REDACTED:password]")
    }

    @Test func aBlockThatIsCutEndsWhereOrdinaryTextBegins() {
        let out = redact("-----BEGIN PRIVATE KEY-----\nMIIEpAIB\n{\"ordinary\": [1, 2]}\nnginx started (pid 12)")
        #expect(out.hasSuffix("{\"ordinary\": [1, 2]}\nnginx started (pid 12)") || out.hasSuffix("nginx started (pid 12)"))
    }

    @Test func aBlockWithoutEndDoesNotSwallowTheStream() {
        var redactor = LineRedactor()
        _ = redactor.redact("-----BEGIN CERTIFICATE-----")
        for _ in 0..<LineRedactor.blockLinesMax { _ = redactor.redact("AAAA") }
        #expect(redactor.redact("AAAA") == "AAAA")
    }

    @Test func linesWithoutSecretsPassUnchanged() {
        let text = "a\n\n  b: c\n/usr/bin/env x=1"
        #expect(redact(text) == text)
    }

    @Test func spansOfALineInABlockCoverItWhole() {
        var redactor = LineRedactor()
        #expect(redactor.spans(in: "x -----BEGIN PRIVATE KEY-----").map(\.start) == [2])
        #expect(redactor.spans(in: "AAAA") == [Redactor.Span(start: 0, end: 4, kind: "private-key")])
        #expect(redactor.spans(in: "") == [])
        #expect(redactor.spans(in: "-----END PRIVATE KEY----- y") == [Redactor.Span(start: 0, end: 25, kind: "private-key")])
        #expect(redactor.spans(in: "AAAA") == [])
    }
}
