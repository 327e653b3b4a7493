import ArgumentParser
import CommandEntry
import Foundation
import Foundations

/// The command line of the reference Kubernetes API server.
@main
struct FakeKubeAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fake-kube-api", abstract: "A reference Kubernetes API server with faults on demand.", version: "0.1.0", subcommands: [Serve.self])

    static func main() async {
        await runToExit()
    }
}
