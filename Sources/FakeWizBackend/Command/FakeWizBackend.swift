import ArgumentParser
import CommandEntry
import Foundation
import Foundations

/// The command line of the reference portal.
@main
struct FakeWizBackend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-wiz-backend", abstract: "A reference portal, reputation service and agentless scanner.", version: "0.1.0",
        subcommands: [Serve.self, Scan.self, Definitions.self, Indicators.self])

    static func main() async {
        await runToExit()
    }
}
