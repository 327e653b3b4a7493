import ArgumentParser

struct ContainersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "containers", abstract: "Print the containers that the sensor sees.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        let containers = try options.fetch([Container].self, .containers)
        if options.json { return try Output.json(containers) }
        Output.table(
            ["ID", "RUNTIME", "NAME", "IMAGE", "NAMESPACE", "POD", "CONTROLLER", "PROCESSES"],
            containers.map {
                [String($0.id.prefix(12)), $0.runtime.isEmpty ? "-" : $0.runtime, $0.name ?? "-", $0.image ?? "-", $0.namespace ?? "-", $0.pod ?? "-", $0.controller ?? "-", "\($0.processes)"]
            })
    }
}

/// One container in the answer of `containers --json`, ordered by id.
struct Container: Codable, Sendable {
    var id: String
    var runtime: String
    var name: String?
    var image: String?
    var imageDigest: String?
    /// RFC 3339.
    var started: String?
    var labels: [String: String]?
    var privileged: Bool?
    var podUid: String?
    var pod: String?
    var namespace: String?
    var serviceAccount: String?
    /// `Deployment/shop-web`: the outermost owner.
    var controller: String?
    var podLabels: [String: String]?
    var processes: Int
}
