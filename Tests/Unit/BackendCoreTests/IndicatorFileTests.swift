import BackendCore
import Contract
import Foundation
import Foundations
import Testing

@Suite("Indicator files")
struct IndicatorFileTests {
    private let digest = String(repeating: "ab", count: 32)

    private func values(_ file: IndicatorFile) -> [String] { file.entries.map { "\($0.kind) \($0.value) \($0.disposition)" } }

    @Test func csvWithAHeaderInAnyOrder() throws {
        let text = """
            # threat feed of today
            Family,Value,Disposition,Type
            "Kinsing, the miner",\(digest.uppercased()),malicious,SHA-256
            ,198.51.100.0/24,suspicious,cidr
            APT "quoted","evil.example",,domain
            """
        let file = try IndicatorFile.read(text, file: "feed.csv")
        #expect(values(file) == ["sha256 \(digest) malicious", "ip 198.51.100.0/24 suspicious", "domain evil.example malicious"])
        #expect(file.entries.map(\.family) == ["Kinsing, the miner", nil, "APT \"quoted\""])
        #expect(file.diagnostics.isEmpty)
    }

    @Test func csvWithoutAHeaderFindsTheKindByTheValue() throws {
        let file = try IndicatorFile.read("2001:DB8::1\nd41d8cd98f00b204e9800998ecf8427e\nsub.evil.example\n", file: "plain.txt")
        #expect(values(file) == ["ip 2001:db8::1 malicious", "md5 d41d8cd98f00b204e9800998ecf8427e malicious", "domain sub.evil.example malicious"])
    }

    @Test(arguments: [
        ("hxxps://evil[.]example/a?b", "domain evil.example"), ("198[.]51[.]100[.]7", "ip 198.51.100.7"), ("evil(dot)example", "domain evil.example"),
        ("hxxp://203.0.113[.]9:8080/x", "ip 203.0.113.9"), ("user@hxxp[://]evil[.]example", "domain evil.example"), ("*.evil.example.", "domain evil.example"),
        ("::ffff:192.0.2.1", "ip 192.0.2.1"), ("10.1.2.3/8", "ip 10.0.0.0/8"),
    ])
    func defangedAndLooseSpellingsBecomeCanonical(_ written: String, _ meant: String) {
        let found = IndicatorText.canonical(written, kind: nil)
        #expect(found.map { "\($0.kind) \($0.value)" } == meant)
    }

    @Test(arguments: ["", "evil", "com", "1.2.3", "-a.example", "a..example", "300.1.1.1", "10.0.0.0/33", String(repeating: "g", count: 64)])
    func whatIsNoIndicatorIsNone(_ text: String) {
        #expect(IndicatorText.canonical(text, kind: nil) == nil)
    }

    @Test func aWrongLineIsNamedAndTheOthersStay() throws {
        let file = try IndicatorFile.read("value,kind,disposition\nnot an address,ip,malicious\n198.51.100.7,ip,evil\n198.51.100.8,ip,\nx,regkey,\n", file: "feed.csv")
        #expect(values(file) == ["ip 198.51.100.8 malicious"])
        #expect(file.diagnostics.map(\.line) == [2, 3, 5])
        #expect(file.diagnostics.first?.description == "feed.csv:2: 'not an address' is no ip")
    }

    @Test func stixBundlesGiveTheirEqualityComparisons() throws {
        let text = """
            {"type": "bundle", "id": "bundle--1", "objects": [
              {"type": "indicator", "id": "indicator--1", "name": "Kinsing", "pattern_type": "stix", "pattern": "[file:hashes.'SHA-256' = '\(digest)' OR ipv4-addr:value IN ('198.51.100.7', '198.51.100.8')]"},
              {"type": "indicator", "id": "indicator--2", "pattern": "[domain-name:value = 'a.example' AND ipv4-addr:value = '192.0.2.1']"},
              {"type": "indicator", "id": "indicator--3", "pattern": "[domain-name:value != 'b.example']"},
              {"type": "indicator", "id": "indicator--4", "pattern_type": "yara", "pattern": "rule x {}"},
              {"type": "indicator", "id": "indicator--5", "revoked": true, "pattern": "[domain-name:value = 'c.example']"},
              {"type": "indicator", "id": "indicator--6", "indicator_types": ["benign"], "pattern": "[url:value = 'https://good.example/x']"},
              {"type": "ipv6-addr", "id": "ipv6-addr--1", "value": "2001:db8::/32"},
              {"type": "malware", "id": "malware--1", "name": "x"}]}
            """
        let file = try IndicatorFile.read(text, file: "bundle.json")
        #expect(values(file) == [
            "sha256 \(digest) malicious", "ip 198.51.100.7 malicious", "ip 198.51.100.8 malicious", "domain good.example benign", "ip 2001:db8::/32 malicious",
        ])
        #expect(file.entries.first?.family == "Kinsing" && file.entries.first?.source == "indicator--1")
        #expect(file.diagnostics.map(\.subject) == ["objects[1]", "objects[2]", "objects[3]"])
    }

    @Test(arguments: ["{", "{\"type\": \"bundle\"}", "{\"a\": 1}"])
    func aFileOfNoKnownFormIsRefusedAsAWhole(_ text: String) async {
        #expect(await complaint { _ = try IndicatorFile.read(text, file: "x.json") }?.file == "x.json")
    }

    @Test func theNarrowestListedValueWins() async throws {
        let store = try PortalFixtures.store()
        try await store.addIndicators([
            .init(kind: "ip", value: "198.51.100.0/24", disposition: "malicious", family: "net"), .init(kind: "ip", value: "198.51.100.7", disposition: "benign"),
            .init(kind: "ip", value: "198.51.0.0/16", disposition: "suspicious"), .init(kind: "domain", value: "evil.example", disposition: "malicious"),
            .init(kind: "sha256", value: digest, disposition: "malicious", family: "Kinsing", source: "feed"),
        ])
        let answers = try await store.reputation(of: [
            ("ip", "198.51.100.7"), ("ip", "198.51.100.8"), ("ip", "198.51.7.1"), ("ip", "::ffff:198.51.100.9"), ("ip", "203.0.113.1"), ("domain", "A.b.Evil.example"),
            ("domain", "notevil.example"), ("sha256", digest.uppercased()), ("md5", digest),
        ])
        #expect(answers.map(\.disposition) == ["benign", "malicious", "suspicious", "malicious", "unknown", "malicious", "unknown", "malicious", "unknown"])
        #expect(answers.map(\.matched) == ["198.51.100.7", "198.51.100.0/24", "198.51.0.0/16", "198.51.100.0/24", "", "evil.example", "", digest, ""])
    }
}
