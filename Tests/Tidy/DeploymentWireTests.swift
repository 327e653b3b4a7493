import Foundation
import Testing

/// docs/WIRE.md and docs/OUTAGES.md name what is there, all of it, as the sources spell it.
struct DeploymentWireTests {
    @Test func everyCallIsDescribed() throws {
        let wire = try Tree.text("docs/WIRE.md")
        var service = ""
        var calls = 0
        for line in try Tree.text("Sources/Contract/Protos/sensor.proto").split(separator: "\n") {
            if let match = line.firstMatch(of: /^service (?<name>[A-Za-z]+)/) { service = String(match.name) }
            guard let match = line.firstMatch(of: /^ +rpc (?<name>[A-Za-z]+)/) else { continue }
            calls += 1
            #expect(wire.contains("`\(service)/\(match.name)`"), "\(service)/\(match.name)")
        }
        #expect(calls >= 6)
    }

    /// Routes as the routers register them, below the prefix that their file is hung up at.
    @Test func everyRouteIsDescribed() throws {
        let wire = try Tree.text("docs/WIRE.md")
        var found = 0
        for file in try Tree.files("Sources/FakeWizBackend/Server", "swift") {
            let isPortal = file.path.hasSuffix("/PortalRoutes.swift")
            let prefix = file.path.contains("/Control/") ? "/control/v1" : isPortal ? "/api/v1" : ""
            for match in file.text.matches(of: /router\.(?:get|post|put|delete)\("(?<path>[^"\\]+)"/) {
                found += 1
                #expect(wire.contains("`\(prefix)\(match.path)`") || wire.contains(" \(prefix)\(match.path)`"), "\(file.path): \(prefix)\(match.path)")
            }
        }
        #expect(found >= 30)
    }

    @Test func everyStreamAndFaultIsDescribed() throws {
        let wire = try Tree.text("docs/WIRE.md")
        for stream in try Tree.text("Sources/Contract/Bodies/Uploads.swift").firstMatch(of: /enum UploadStream[^}]+/).map({ Self.cases(of: String($0.0)) }) ?? [] {
            #expect(wire.contains("/api/v1/ingest/\(stream)"), "\(stream)")
        }
        let plan = try Tree.text("Sources/Contract/Bodies/FaultPlan.swift")
        for surface in plan.firstMatch(of: /enum Surface[^}]+/).map({ Self.cases(of: String($0.0)) }) ?? [] { #expect(wire.contains("`\(surface)`"), "\(surface)") }
        let fault = try #require(plan.firstMatch(of: /struct Fault:(?s:.*?)package init/))
        let effects = fault.0.matches(of: /package var (?<name>[A-Za-z]+):/).map { String($0.name) }
        #expect(effects.count >= 12)
        for effect in effects { #expect(wire.contains("`\(effect)`"), "\(effect)") }
    }

    /// A room that was added is in docs/ARCHITECTURE.md, one that has gone is not.
    @Test func everyRoomIsInTheArchitecture() throws {
        let rows = markdownRows(of: try Tree.text("docs/ARCHITECTURE.md"), headedBy: "folder")
        let folders = rows.flatMap { $0[0].split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces).plain } }
        for folder in folders { #expect(FileManager.default.fileExists(atPath: Tree.root.appending(path: folder).path), "\(folder) is not there") }
        for entry in ImportTableTests.table { #expect(folders.contains { entry.folder == $0 || entry.folder.hasPrefix($0 + "/") }, "\(entry.folder) is missing") }
    }

    // MARK: Outages

    @Test func everyTimingIsInTheTimetable() throws {
        let rows = markdownRows(of: try Tree.text("docs/OUTAGES.md"), headedBy: "value")
        let timetable = try Tree.text("Sources/Sensor/Portal/Timetable.swift")
        let values = timetable.matches(of: /package var (?<name>[A-Za-z]+): (?:Duration|Double) = (?<value>[^\n]+)/)
        #expect(values.count >= 20)
        for value in values {
            let row = try #require(rows.first { $0[0].plain == value.name }, "\(value.name) is missing")
            #expect(row[1] == Self.words(String(value.value)), "\(value.name): default")
        }
        #expect(rows.count == values.count, "a row without its value")
    }

    @Test func everyStateOfThePortalIsNamed() throws {
        let outages = try Tree.text("docs/OUTAGES.md")
        let states = try Tree.text("Sources/Sensor/Portal/PortalState.swift").firstMatch(of: /enum PortalState(?s:.*?)\n\n    \/\/\/ Waiting/).map { Self.cases(of: String($0.0)) } ?? []
        #expect(states.count >= 24)
        for state in states { #expect(outages.contains("`\(state)`"), "\(state)") }
    }

    /// Causes of loss and codes of issues on the way to the portal.
    @Test func everyLossAndIssueIsNamed() throws {
        let outages = try Tree.text("docs/OUTAGES.md")
        var found = 0
        for folder in ["Sources/Sensor/Spool", "Sources/Sensor/Portal", "Sources/Sensor/PortalClient"] {
            for file in try Tree.files(folder, "swift") {
                let causes = file.text.matches(of: /static let (?<name>[A-Za-z]+): LossCause/).map { String($0.name) }
                let issues = file.text.matches(of: /(?:open\(|issue: |code: )"(?<code>[a-z]+\.[a-z-]+)"/).map { String($0.code) }
                for name in causes + issues { #expect(outages.contains("`\(name)`"), "\(file.path): \(name)") }
                found += causes.count + issues.count
            }
        }
        #expect(found >= 12)
    }

    /// Raw values of the cases of an enum: the quoted one where there is one, else the name.
    private static func cases(of text: String) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            guard let list = line.firstMatch(of: /\bcase (?<list>[^:{]+)$/)?.list else { return [] }
            return list.split(separator: ",").map { entry in
                let sides = entry.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
                return sides.count == 2 ? sides[1].trimmingCharacters(in: CharacterSet(charactersIn: "\"")) : sides[0].trimmingCharacters(in: CharacterSet(charactersIn: " }"))
            }
        }
    }

    /// `.seconds(60)` as a person writes it: `60 s`; `.zero` is `0`.
    private static func words(_ literal: String) -> String {
        if literal == ".zero" { return "0" }
        guard let match = literal.firstMatch(of: /^\.(?<unit>[a-z]+)\((?<number>[0-9]+)\)$/) else { return literal }
        let unit = ["seconds": "s", "hours": "h", "milliseconds": "ms", "minutes": "min"][String(match.unit)] ?? String(match.unit)
        return "\(match.number) \(unit)"
    }
}
