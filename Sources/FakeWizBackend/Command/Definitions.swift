import ArgumentParser
import BackendCore
import BackendServer
import Clocks
import Contract
import Foundation
import Foundations
import Yams
import Serving

struct Definitions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Signed definitions: rules, indicators, settings.", subcommands: [Publish.self, List.self, Rotate.self])

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Signs a version and publishes it, also into a running server.")

        @Option(help: "The data folder.") var data: String
        @Option(help: "major.minor.patch; a version is published once.") var version: String
        @Option(parsing: .upToNextOption, help: "Rule files (Falco language).") var rules: [String]
        @Option(parsing: .upToNextOption, help: "Indicator files: CSV, STIX 2.1, or JSON.") var indicators: [String] = []
        @Option(help: "A YAML or JSON file of settings by name.") var settings: String?
        @Option(help: "When the version ends, RFC 3339.") var expiresAt: String?

        func run() async throws {
            var publication = DefinitionsPublication(version: version, rules: [])
            for path in rules {
                let text = try InputFile.text(path)
                // Whether the rules mean anything is for the sensor to say; that the file is YAML is checked before it is signed.
                do { try Self.checkYAML(text) } catch let error as YamlError { throw Self.diagnostic(error, path) }
                publication.rules.append(.init(name: URL(filePath: path).lastPathComponent, content: text))
            }
            var entries: [IndicatorImport.Entry] = []
            for path in indicators {
                let file = try IndicatorFile.read(try InputFile.text(path), file: path)
                if let first = file.diagnostics.first { throw first }
                entries += file.entries
            }
            if !indicators.isEmpty { publication.indicators = entries }
            if let settings { publication.settings = try Self.settings(settings) }
            publication.expiresAt = expiresAt

            let now = SystemClock.now().wall
            let directory = try DataDirectory(opening: data, at: now)
            do {
                let authority = try directory.definitionsAuthority()
                if let ends = WallInstant(rfc3339: authority.signingKeyEnds), ends < now {
                    throw Diagnostic(file: directory.url.path, message: "the signing key's time was over at \(authority.signingKeyEnds); 'definitions rotate' makes another")
                }
                let signed = try SignedDefinitions(publication, authority: authority, seed: DataDirectory.randomBytes(32), at: now)
                try await PortalStore(path: directory.databasePath).publish(signed)
                print("published \(signed.version): \(signed.ruleFiles.count) rule files, \(signed.indicators) indicators, \(signed.size) bytes")
            } catch let diagnostic as Diagnostic where diagnostic.file == "body" {
                throw Diagnostic(file: "definitions", subject: diagnostic.subject, message: diagnostic.message)
            }
        }

        private static func checkYAML(_ text: String) throws {
            // Yams does not throw from the sequence of documents: it ends there and keeps the error.
            var documents = try Yams.compose_all(yaml: text)
            while documents.next() != nil {}
            if let error = documents.error { throw error }
        }

        private static func settings(_ path: String) throws -> [String: Int] {
            let loaded: Any?
            do { loaded = try Yams.load(yaml: try InputFile.text(path)) } catch let error as YamlError { throw diagnostic(error, path) }
            guard let map = loaded as? [String: Any] else { throw Diagnostic(file: path, message: "is not a map of settings") }
            return try map.reduce(into: [:]) { out, entry in
                guard let value = entry.value as? Int, value >= 0 else {
                    throw Diagnostic(file: path, subject: entry.key, message: "\(entry.key) is not a whole number of at least 0")
                }
                out[entry.key] = value
            }
        }

        private static func diagnostic(_ error: YamlError, _ path: String) -> Diagnostic {
            switch error {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
                Diagnostic(file: path, line: mark.line, column: mark.column, message: problem)
            default: Diagnostic(file: path, message: "\(error)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists published versions, the newest first.")

        @Option(help: "The data folder.") var data: String
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let directory = try DataDirectory(opening: data, at: SystemClock.now().wall)
            let store = try PortalStore(path: directory.databasePath)
            var (all, page) = ([DefinitionsView](), PageRequest(first: PageRequest.firstMax))
            while true {
                let part = try await store.definitionsList(page)
                all += part.nodes
                guard part.pageInfo.hasNextPage, let end = part.pageInfo.endCursor.flatMap(PageCursor.init) else { break }
                page.after = end
            }
            if json {
                print(String(decoding: try JSONBody.encode(all), as: UTF8.self))
            } else {
                for view in all {
                    let name = view.version.padding(toLength: 12, withPad: " ", startingAt: 0)
                    print("\(name)  \(view.publishedAt.prefix(19))Z  \(view.size) bytes  \(view.ruleFiles.joined(separator: ", "))  \(view.indicators) indicators")
                }
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replaces the signing key, and with --root the root key too, and signs all versions anew.",
            discussion: "Sensors follow: a new root is signed by the one before it. definitions-root.pub has the newest root's public key.")

        @Option(help: "The data folder.") var data: String
        @Flag(help: "A new root key as well.") var root = false

        func run() async throws {
            let now = SystemClock.now().wall
            let directory = try DataDirectory(opening: data, at: now)
            var authority = try directory.definitionsAuthority()
            let seed = DataDirectory.randomBytes(32)
            if root { try authority.replaceRoot(DataDirectory.randomBytes(32), signingSeed: seed, at: now) } else { try authority.replaceSigningKey(seed, at: now) }
            try directory.replace(authority)
            let signed = try await PortalStore(path: directory.databasePath).sign(with: authority)
            print("root \(authority.rootNumber), signing key until \(authority.signingKeyEnds), \(signed) versions signed")
        }
    }
}
