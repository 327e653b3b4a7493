import Contract
import Events
import Foundation
import Pipeline
import Rules
import Testing

/// Captures of the real kernel, one of an attack and one of its twin for each rule: Tests/Fixtures/rules/cases.yaml says what was done,
/// `scenarios record` does it again. Replayed here through the whole pipeline, without root.
@Suite("Captures of rules") struct RuleCaptureTests {
    static let folder = Fixtures.folder("rules")

    /// Id to name of each rule of the package.
    static let pack: (rules: RuleSet, names: [String: String]) = {
        let folder = Fixtures.packageRoot.appending(path: "rules")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.filter { $0.hasSuffix(".yaml") }.sorted() ?? []
        let rules = RuleSet.load(files: files.map { ($0, (try? String(contentsOf: folder.appending(path: $0), encoding: .utf8)) ?? "") }).rules
        return (rules, Dictionary(rules.descriptions.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first }))
    }()

    /// The captures were recorded on a kernel that was built without modules, where the calls for them do not exist: no event, so no capture. These
    /// rules are held to events made by hand alone, until somebody records them elsewhere.
    static let needModules: Set = ["kernel-module-loaded", "linux-kernel-module-injection-detected"]
    static let recorded = pack.names.keys.filter { !needModules.contains($0) }.sorted()

    @Test func eachRuleHasACaptureOfAnAttackAndOfATwinAndEachCaptureARule() throws {
        let found = try Set(FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".capture") })
        let wanted = Set(Self.recorded.flatMap { ["\($0).attack.capture", "\($0).twin.capture"] })
        #expect(wanted.subtracting(found).sorted() == [], "missing; see docs/ADDING-A-RULE.md")
        #expect(found.subtracting(wanted).sorted() == [], "of no rule")
    }

    @Test func theCapturesStaySmall() throws {
        for folder in [Self.folder, Fixtures.folder("public-rules")] {
            let sizes = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.fileSizeKey])
                .map { try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 }
            #expect(sizes.reduce(0, +) < 3 << 20, "\(folder.lastPathComponent)")
        }
    }

    @Test(arguments: recorded)
    func firesOnTheAttack(_ id: String) throws {
        let name = try #require(Self.pack.names[id])
        let found = try Fixtures.replay(Self.folder.appending(path: "\(id).attack.capture"), Self.pack.rules)
        #expect(found.contains(name), "instead: \(found.sorted())")
    }

    @Test(arguments: recorded)
    func noRuleFiresOnTheTwin(_ id: String) throws {
        let found = try Fixtures.replay(Self.folder.appending(path: "\(id).twin.capture"), Self.pack.rules)
        #expect(found.sorted() == [])
    }
}

/// The enabled rules of the public rule file, where a copy of it is at hand (`WIZ_SHARED`, or a folder `shared` beside the package), on captures
/// of the real kernel that this project recorded itself.
@Suite("Captures of public rules") struct PublicRuleCaptureTests {
    static let folder = Fixtures.folder("public-rules")

    static let rules: RuleSet? = {
        let shared =
            ProcessInfo.processInfo.environment["WIZ_SHARED"].map { URL(fileURLWithPath: $0) }
            ?? Fixtures.packageRoot.deletingLastPathComponent().appending(path: "shared")
        guard let text = try? String(contentsOf: shared.appending(path: "data/falco/falco_rules.yaml"), encoding: .utf8) else { return nil }
        return RuleSet.load(files: [("falco_rules.yaml", text)]).rules
    }()

    /// Each row of the table in docs/RULES.md: what the rule did on its attack and on its twin.
    @Test func eachEnabledRuleFiresOnItsAttackAndIsSilentOnItsTwinAsTheTableSays() throws {
        guard let rules = Self.rules else {
            print("captures of public rules: the public file is not at hand, nothing was judged")
            return
        }
        let document = try String(contentsOf: Fixtures.packageRoot.appending(path: "docs/RULES.md"), encoding: .utf8)
        let enabled = rules.descriptions.filter(\.isEnabled)
        for rule in enabled {
            let slug = rule.name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
            if RuleCaptureTests.needModules.contains(slug) {
                #expect(document.contains("| \(rule.name) | fired on an event made by hand | silent on one |"), "docs/RULES.md lacks \(rule.name)")
                continue
            }
            let attack = try Fixtures.replay(Self.folder.appending(path: "\(slug).attack.capture"), rules)
            let twin = try Fixtures.replay(Self.folder.appending(path: "\(slug).twin.capture"), rules)
            #expect(attack.contains(rule.name), "\(slug): the attack gave \(attack.sorted())")
            #expect(twin.sorted() == [], "\(slug): the twin")
            let row = "| \(rule.name) | \(attack.contains(rule.name) ? "fired" : "not fired") | \(twin.contains(rule.name) ? "not silent" : "silent") |"
            #expect(document.contains(row), "docs/RULES.md lacks: \(row)")
        }
        print("captures of public rules: \(enabled.count) enabled rules judged, each on an attack and a twin; by hand: \(RuleCaptureTests.needModules.sorted())")
    }
}

enum Fixtures {
    static let packageRoot: URL = {
        var folder = URL(fileURLWithPath: #filePath)
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) { folder.deleteLastPathComponent() }
        return folder
    }()

    static func folder(_ name: String) -> URL { packageRoot.appending(path: "Tests/Fixtures/\(name)") }

    /// Names of the rules that a capture gives detections of.
    static func replay(_ file: URL, _ rules: RuleSet) throws -> Set<String> {
        var names: Set<String> = []
        let replay = CaptureReplay(rules: rules, sensorVersion: "test")
        func note(_ effect: PipelineEffect) {
            if case .send(let event, _) = effect { names.insert(event.value.name) }
        }
        try replay.feed(Data(contentsOf: file), each: note)
        try replay.finish(each: note)
        return names
    }
}
