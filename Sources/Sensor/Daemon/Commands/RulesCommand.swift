import ArgumentParser
import CommandEntry
import Foundation
import Rules

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Check and list rule files of the Falco language.", subcommands: [Check.self, List.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say what is wrong with rule files. Exit status 0 when nothing is rejected, else 1.")

        @Argument(help: "Rule files, read in this order.") var files: [String]
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let texts = try RulesCommand.read(files)
            let report = RuleSet.load(files: texts).report
            if json { try Output.json(report) } else { show(report, Dictionary(texts.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })) }
            if !report.rejected.isEmpty { throw ExitCode(1) }
        }

        private func show(_ report: RuleReport, _ texts: [String: String]) {
            for rejected in report.rejected { Output.say(texts[rejected.file].map { rejected.excerpt(from: $0) } ?? rejected.description) }
            for warning in report.warnings { Output.say(RuleReport.excerpt(of: warning, from: texts[warning.file] ?? "")) }
            for unsupported in report.unsupported {
                Output.say("\(unsupported.file):\(unsupported.line): unsupported here: \(unsupported.what) in rule '\(unsupported.rule)'")
            }
            Output.say("\(report.rules) rules (\(report.enabled) in use), \(report.macros) macros, \(report.lists) lists; \(report.rejected.count) rejected, \(report.unsupported.count) unsupported")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name, severity, tags, techniques of each rule and what it needs from the kernel.",
            discussion: "Without files: the rules that come with this build, from the rules folder beside the package or the executable.")

        @Argument(help: "Rule files, read in this order.") var files: [String] = []
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let loaded = RuleSet.load(files: try RulesCommand.read(files.isEmpty ? RuleFolder.files() : files))
            if json { return try Output.json(loaded.rules.descriptions) }
            Output.table(
                ["SEVERITY", "RULE", "TECHNIQUES", "NEEDS", "STATE"],
                loaded.rules.descriptions.map {
                    ["\($0.severity.rawValue)", $0.name, $0.techniques.joined(separator: ","), $0.needs.kinds.joined(separator: ",") + ($0.needs.everyRead ? " every-read" : ""), $0.isEnabled ? "on" : "off"]
                })
            for rejected in loaded.report.rejected { Output.complain(rejected.description) }
        }
    }

    static func read(_ paths: [String]) throws -> [(name: String, text: String)] {
        try paths.map { path in
            guard let data = FileManager.default.contents(atPath: path) else { throw WrongInput(description: "\(path): cannot be read") }
            guard let text = String(validating: data, as: UTF8.self) else { throw WrongInput(description: "\(path): is not UTF-8") }
            return (path, text)
        }
    }
}

/// Where the rules that come with a build lie.
enum RuleFolder {
    /// `rules/*.yaml` beside the executable, or in a folder above it (a clone).
    static func files() throws -> [String] {
        var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let rules = folder.appending(path: "rules")
            let files = ((try? FileManager.default.contentsOfDirectory(atPath: rules.path)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
            if !files.isEmpty { return files.map { rules.appending(path: $0).path } }
            folder.deleteLastPathComponent()
        }
        throw WrongInput(description: "no folder 'rules' beside this program or above it; name the files")
    }
}
