import Foundation
import FoundationXML
import ScenarioModel
import Testing

@Suite struct JUnitWriterTests {
    private static func result(_ name: String, _ outcome: RunReport.Result.Outcome, checks: [Check] = [], log: [String] = []) -> RunReport.Result {
        let scenario = Scenario(name: name, kind: .attack, description: "what \"it\" <does> & more", techniques: ["T1059.004"], steps: [], expectation: Expected(), file: "x.yaml")
        return .init(scenario: scenario, outcome: outcome, checks: checks, seconds: 1.25, log: log)
    }

    private static let report = RunReport(
        host: "node-1", started: "2026-03-01T10:20:30.5Z",
        results: [
            result("one", .passed, checks: [Check(name: "detection: 'A & B'", passed: true, detail: "1 found")]),
            result("two", .failed, checks: [Check(name: "no other detections", passed: false, detail: "came: <X>")], log: ["line\u{1B}[0m\u{0}"]),
            result("three", .skipped("needs root")), result("four", .broken("portal ended")),
        ])

    /// Element paths with their attributes, in document order.
    private final class Collector: NSObject, XMLParserDelegate {
        var elements: [(path: String, attributes: [String: String])] = []
        var text: [String: String] = [:]
        private var stack: [String] = []
        func parser(_ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]) {
            stack.append(name)
            elements.append((stack.joined(separator: "/"), attributes))
        }
        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) { stack.removeLast() }
        func parser(_ parser: XMLParser, foundCharacters string: String) { text[stack.joined(separator: "/"), default: ""] += string }
    }

    private func parse() throws -> Collector {
        let parser = XMLParser(data: Data(JUnitWriter.xml(Self.report).utf8))
        let collector = Collector()
        parser.delegate = collector
        #expect(parser.parse(), "\(parser.parserError?.localizedDescription ?? "")")
        return collector
    }

    @Test func hasTheShapeThatBothCommonSchemasAccept() throws {
        let found = try parse()
        let suites = found.elements.filter { $0.path == "testsuites/testsuite" }
        #expect(suites.count == 4)
        for suite in suites {
            for attribute in ["name", "tests", "failures", "errors", "time", "timestamp", "hostname", "id", "package"] { #expect(suite.attributes[attribute] != nil, "\(attribute)") }
            #expect(suite.attributes["timestamp"] == "2026-03-01T10:20:30")
            #expect(suite.attributes["time"] == "1.250")
        }
        let allowed: Set = [
            "testsuites", "testsuites/testsuite", "testsuites/testsuite/properties", "testsuites/testsuite/properties/property", "testsuites/testsuite/testcase",
            "testsuites/testsuite/testcase/failure", "testsuites/testsuite/testcase/error", "testsuites/testsuite/testcase/skipped",
            "testsuites/testsuite/system-out", "testsuites/testsuite/system-err",
        ]
        #expect(Set(found.elements.map(\.path)).subtracting(allowed).isEmpty)
        // the Ant schema fixes the order inside a suite
        let order = found.elements.map(\.path).filter { $0.split(separator: "/").count == 3 }.map { $0.split(separator: "/")[2] }
        #expect(Array(order.prefix(4)) == ["properties", "testcase", "system-out", "system-err"])
    }

    @Test func countsSayWhatHappened() throws {
        let suites = try parse().elements.filter { $0.path == "testsuites/testsuite" }.map(\.attributes)
        #expect(suites.map { $0["failures"] } == ["0", "1", "0", "0"])
        #expect(suites.map { $0["skipped"] } == ["0", "0", "1", "0"])
        #expect(suites.map { $0["errors"] } == ["0", "0", "0", "1"])
    }

    @Test func saysWhatWasChecked() throws {
        let found = try parse()
        let checks = found.elements.filter { $0.attributes["name"] == "check.1" }.compactMap { $0.attributes["value"] }
        #expect(checks == ["ok: detection: 'A & B' (1 found)", "FAILED: no other detections (came: <X>)"])
        #expect(found.elements.first { $0.path.hasSuffix("failure") }?.attributes["message"] == "no other detections: came: <X>")
        #expect(found.text["testsuites/testsuite/system-out"]?.contains("ok: detection: 'A & B'") == true)
    }

    @Test func summaryCountsEveryOutcome() {
        #expect(Self.report.summary == "1 passed, 1 failed, 1 broken, 1 skipped")
        #expect(!Self.report.succeeded)
    }

    @Test func jsonFormReadsBack() throws {
        let data = try JSONEncoder().encode(Self.report)
        #expect(try JSONDecoder().decode(RunReport.self, from: data) == Self.report)
    }
}
