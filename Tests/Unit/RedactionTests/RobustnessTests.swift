import Foundations
import Redaction
import Testing

@Suite struct RobustnessTests {
    private let redactor = Redactor()

    /// Pieces that detectors begin, end or trip over.
    private static let pieces = [
        "password", "=", ":", " ", "\"", "'", "\\", "--", "-", "-p", "token", "://", "@", "%40", "/", ".", "eyJ", "AKIA", "ghp_", "xoxb-", "SG.", "MII", "LS0tLS1CRUdJTi",
        "-----BEGIN ", "PRIVATE KEY", "-----", "-----END ", "[REDACTED:", "token]", "]", "mysql", "sshpass", "-u", "Bearer ", "Basic ", "Cookie", "Digest ", "abcdefghijklmnop", "0123456789",
        "ABCDEFGHIJKLMNOPQRST", "\n", "\r\n", "\0", "ä", "🦊", "\u{FEFF}", "example.com", "|", ";", "&", "$", "<", ">", "{", "}", ",", "?", "#", "pass:", "file:", "(",
    ]

    private func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined()
    }

    @Test(arguments: UInt64(1)...8) func whateverTheTextSpansAreInOrderAndInside(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2500 {
            let text = text(&random)
            var last = 0
            for span in redactor.spans(in: text) {
                #expect(span.start >= last && span.end > span.start && span.end <= text.utf8.count, "\(text.debugDescription)")
                last = span.end
            }
        }
    }

    @Test(arguments: UInt64(1)...8) func redactingTwiceChangesNothing(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 100)
        for _ in 0..<2500 {
            let text = text(&random)
            let once = redactor.redact(text)
            #expect(redactor.redact(once) == once, "\(text.debugDescription)")
        }
    }

    @Test(arguments: UInt64(1)...4) func noBytesCrashIt(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 200)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(redactor.redact(text).utf8.count >= 0)
        }
    }

    @Test func everyPrefixOfALineWithSecretsIsSafe() {
        // what a bounded command line leaves of it
        let text = "curl -u bob:pw1 -H 'Authorization: Bearer abcdefghijklmnopqrst' https://u:S3cr3t@h.example/?api_key=S3cr3t -----BEGIN PRIVATE KEY-----\\nS3cr3t\\n-----END PRIVATE KEY-----"
        for count in 0...text.utf8.count {
            let cut = redactor.redact(String(text.prefix(count)))
            #expect(!cut.contains("S3cr3t") || cut.hasSuffix("S3cr3t"), "\(cut)")
        }
    }

    // Texts that make a careless scanner start over again and again.
    @Test(arguments: ["a-", "a.", "eyJ-", "eyJ.", "token=", "token=/", "a@", "@", "a://", "://", "a://b@", "-----BEGIN ", "-", "'", "password=\"", "\\", "xoxb-", "SG.", "glpat-", "MII", "MII ",
        "[REDACTED:", "%40", "-u a", "mysql -p", "Bearer ", "Cookie: ", "AKIA", "x", " ", ": ", "pass:", "sk-", "hooks.slack.com/services/", "a:b@", "token \t ", "Authorization: Digest "])
    func theWorkIsProportionalToTheLength(_ piece: String) {
        func work(_ count: Int) -> Int { redactor.bytesRead(in: String(repeating: piece, count: count / piece.utf8.count)) }
        // counted, not timed: the same on every machine
        let (small, large) = (work(16_384), work(65_536))
        #expect(large <= 5 * small + 10_000, "\(small) looks for 16 KiB, \(large) for 64 KiB")
    }

    @Test func ordinaryTextIsLookedAtAHandfulOfTimes() {
        let line = "/usr/bin/python3 /srv/app/worker.py --queue orders --pod web-7d4b9c6f5-x2kqp --retries 3 "
        let text = String(repeating: line, count: 200)
        #expect(redactor.bytesRead(in: text) < 8 * text.utf8.count)
    }
}
