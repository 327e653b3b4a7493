import ArgumentParser
import Clocks
import Foundation
import Foundations
import KubeCore
import KubeServer
import Logging
import Serving

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the Kubernetes API over TLS, and the control port.",
        discussion: """
            The data folder is made at the first start: a certificate authority, an administrator's token and certificate, the database of objects. \
            endpoints.json in it says where the ports are, and is written anew at each start.
            """)

    @Option(help: "The data folder.") var data: String
    @Option(help: "HOST:PORT of the API; port 0 takes a free one.") var listen = "127.0.0.1:0"
    @Option(help: "HOST:PORT of the control port, without authentication; 'off' for none.") var controlListen = "127.0.0.1:0"
    @Option(help: "HOST:PORT at which the kubelet of --kubelet-node answers /pods, over TLS.") var kubeletListen: String?
    @Option(help: "The node whose kubelet that is.") var kubeletNode: String?
    @Option(help: "Where to write an administrator's kubeconfig once the server listens.") var kubeconfigOut: String?
    @Option(help: "A folder of manifests (YAML or JSON) to apply before the server listens.") var manifests: String?
    @Option(help: "Makes a synthetic cluster of so many nodes.") var nodes = 0
    @Option(help: "Pods on each node of the synthetic cluster.") var podsPerNode = 0
    @Option(help: "Controllers, scheduler and kubelets that act on objects: on, off, or auto (on when nodes or manifests are given).") var controlPlane = "auto"
    @Option(help: "Changes of each resource that watchers can still ask for.") var history = 50_000
    @Option(help: "A folder with logs of containers, as NAMESPACE/POD/CONTAINER.log, and CONTAINER.previous.log for the one before.") var logs: String?
    @Option(name: .customLong("server-name"), help: "A name or address the certificate is for, beside the usual ones; may be repeated.") var serverNames: [String] = []
    @Option(help: "trace, debug, info, notice, warning or error.") var logLevel = "notice"

    func run() async throws {
        var options = KubeServer.Options()
        options.listen = try address("--listen", listen)
        options.control = controlListen == "off" ? nil : try address("--control-listen", controlListen)
        guard (kubeletListen == nil) == (kubeletNode == nil) else { throw ValidationError("--kubelet-listen and --kubelet-node go together") }
        if let kubeletListen, let kubeletNode { options.kubelet = (try address("--kubelet-listen", kubeletListen), kubeletNode) }
        options.kubeconfig = kubeconfigOut
        options.serverNames = serverNames
        guard let level = Logger.Level(rawValue: logLevel) else { throw ValidationError("--log-level '\(logLevel)' is unknown") }
        guard ["auto", "on", "off"].contains(controlPlane) else { throw ValidationError("--control-plane '\(controlPlane)' is none of auto, on, off") }
        guard nodes >= 0, podsPerNode >= 0 else { throw ValidationError("--nodes and --pods-per-node must not be negative") }
        guard podsPerNode == 0 || nodes > 0 else { throw ValidationError("--pods-per-node needs --nodes") }
        guard history > 0 else { throw ValidationError("--history must be at least 1") }
        var logger = Logger(label: "fake-kube-api", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level

        let directory = try ClusterDirectory(opening: data, at: SystemClock.now().wall)
        let database = try ObjectDatabase(path: directory.databasePath)
        // Handed over at once: a second holder of the value would have its first change copy all of it.
        let hub = APIHub(try start(directory, database), clock: SystemClock.now)
        try await KubeServer(directory: directory, hub: hub, database: database, options: options, logger: logger).run { endpoints in
            var lines = ["api      \(endpoints.api)"]
            if !endpoints.control.isEmpty { lines.append("control  \(endpoints.control)") }
            if !endpoints.kubelet.isEmpty { lines.append("kubelet  \(endpoints.kubelet)") }
            // Written past the buffer of print: whoever starts this through a pipe waits for the ports.
            FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
        }
    }

    /// The server's value: from disk, with what the flags add.
    private func start(_ directory: ClusterDirectory, _ database: ObjectDatabase) throws -> KubeAPI {
        var settings = KubeAPI.Settings()
        settings.controlPlane = controlPlane == "on" || controlPlane == "auto" && (nodes > 0 || manifests != nil)
        settings.authorityPEM = directory.authorityPEM
        if let logs { settings.logs = try LogFixtures.read(logs) }
        var api = KubeAPI(seed: .random(in: .min ... .max), tokens: directory.tokens, adminToken: directory.adminToken, settings: settings, historyMax: history)
        let now = SystemClock.now()
        try database.restore(&api, at: now)
        api.store.keepsUnsaved = true
        api.bootstrap(at: now)
        if nodes > 0 { api.addSyntheticCluster(nodes: nodes, podsPerNode: podsPerNode, at: now) }
        if let manifests { try Manifests.apply(folder: manifests, to: &api, at: now) }
        // Manifests are to live: without a node of their own they get one.
        if settings.controlPlane, !api.hasNodes { api.addSyntheticCluster(nodes: 1, podsPerNode: 0, at: now) }
        return api
    }

    private func address(_ flag: String, _ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValidationError("\(flag) '\(text)' is not of the form HOST:PORT") }
        return address
    }
}
