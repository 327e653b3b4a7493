import Foundation
import Testing

/// docs/CONFIGURATION.md says what `Sources/Sensor/Settings` does: names, flags and defaults.
struct DeploymentConfigurationTests {
    private let sources: SettingSources
    private let rows: [[String]]

    init() throws {
        sources = try SettingSources()
        rows = markdownRows(of: try Tree.text("docs/CONFIGURATION.md"), headedBy: "file key")
    }

    @Test func readsTheSourcesAtAll() {
        #expect(sources.settings.count >= 20)
        #expect(sources.settings.contains(.init(file: "hostStore", environment: "WIZ_HOST_STORE", property: "hostStore")))
        #expect(sources.flags["--ring-bytes"] == "ringBytes")
        #expect(sources.defaultText(of: .init(file: "", environment: nil, property: "ringBytes")) == "8388608")
    }

    @Test func everySettingHasItsRowAndEveryRowItsSetting() {
        let documented = Set(rows.map { $0[0].plain }).subtracting(["rules"])
        #expect(documented == Set(sources.settings.map(\.file)))
    }

    @Test func rowsNameTheEnvironmentAndTheFlag() throws {
        for setting in sources.settings {
            let row = try #require(rows.first { $0[0].plain == setting.file }, "\(setting.file) is missing")
            #expect(row.count == 5, "\(setting.file): a row has five cells")
            #expect(row[1].plain == setting.environment ?? "", "\(setting.file): environment")
            #expect(row[2].plain == sources.flags.first { $0.value == setting.file }?.key ?? "", "\(setting.file): flag")
            #expect(!row[4].isEmpty, "\(setting.file): meaning")
        }
    }

    @Test func rowsNameTheDefault() throws {
        for setting in sources.settings {
            let row = try #require(rows.first { $0[0].plain == setting.file })
            #expect(row[3].plain == sources.defaultText(of: setting) ?? "none", "\(setting.file): default")
        }
    }

    /// What is listed as unread must not be read, and not only in SettingKey.swift.
    @Test func namesThatAreNotReadAreNotRead() throws {
        let unread = markdownRows(of: try Tree.text("docs/CONFIGURATION.md"), headedBy: "names").flatMap { $0[0].split(separator: ",").map { String($0).trimmingCharacters(in: .whitespaces).plain } }
        #expect(unread.count >= 15)
        for file in try Tree.files("Sources/Sensor", "swift") {
            for name in unread where file.text.contains("\"\(name)\"") { Issue.record("\(file.path) reads \(name), docs/CONFIGURATION.md says that nothing does") }
        }
    }
}
