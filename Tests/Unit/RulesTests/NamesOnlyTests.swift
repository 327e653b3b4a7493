import Events
import Foundation
import Testing

/// What docs/RULES.md says of names that nothing fills.
@Suite("Names only")
struct NamesOnlyTests {
    @Test func theTableNamesEachOfThemAndNothingElse() throws {
        let text = try String(contentsOf: RuleKit.packageRoot.appending(path: "docs/RULES.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Names only").last?.components(separatedBy: "\n## ").first)
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| class") }
        let written = rows.flatMap { row in row.split(separator: "|")[1].split(separator: " ").map { $0.trimmingCharacters(in: ["`"]) } }
        let known = FieldCatalog.all.filter { if case .never = $0.reading { true } else { false } }.map(\.name)
        #expect(Set(written).symmetricDifference(known).sorted() == [])
        #expect(written.count == Set(written).count)
    }

    @Test func aNameStandsForOneField() {
        let names = FieldCatalog.all.map(\.name)
        #expect(Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys.sorted() == [])
    }
}
