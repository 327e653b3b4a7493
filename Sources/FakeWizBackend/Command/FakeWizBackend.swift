import ArgumentParser
import Foundation
import Foundations

/// The command line of the reference portal.
@main
struct FakeWizBackend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-wiz-backend", abstract: "A reference portal, reputation service and agentless scanner.", version: "0.1.0",
        subcommands: [Serve.self, Scan.self, Definitions.self, Indicators.self])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let diagnostic as Diagnostic {
            fail(diagnostic.description, status: 2)
        } catch let error where !(error is ExitCode) && exitCode(for: error) == .validationFailure {
            fail(fullMessage(for: error), status: 2)
        } catch {
            exit(withError: error)
        }
    }

    static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        Foundation.exit(status)
    }
}
