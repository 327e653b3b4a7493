import ArgumentParser
import BackendCore
import BackendServer
import Clocks
import Foundation
import Foundations
import Serving

struct Indicators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What the reputation service knows.", subcommands: [Import.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds the indicators of a file, also to a running server.",
            discussion: "CSV, STIX 2.1 bundles, or the JSON of the control port; defanged values (hxxp, [.]) are understood. What is no indicator is reported and left out.")

        @Option(help: "The data folder.") var data: String
        @Flag(help: "Imports nothing when one value of the file is wrong.") var strict = false
        @Argument(help: "The file.") var file: String

        func run() async throws {
            let read = try IndicatorFile.read(try InputFile.text(file), file: file)
            for diagnostic in read.diagnostics { FileHandle.standardError.write(Data("\(diagnostic)\n".utf8)) }
            if strict, !read.diagnostics.isEmpty { throw ExitCode(2) }
            guard !read.entries.isEmpty else { throw Diagnostic(file: file, message: "holds no indicator") }
            let directory = try DataDirectory(opening: data, at: SystemClock.now().wall)
            try await PortalStore(path: directory.databasePath).addIndicators(read.entries)
            print("imported \(read.entries.count), left out \(read.diagnostics.count)")
            if !read.diagnostics.isEmpty { throw ExitCode(1) }
        }
    }
}
