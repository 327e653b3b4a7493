import ArgumentParser
import Foundation
import Foundations

/// The command line of the reference Kubernetes API server.
@main
struct FakeKubeAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-kube-api", abstract: "A reference Kubernetes API server with faults on demand.", version: "0.1.0", subcommands: [Serve.self])

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
