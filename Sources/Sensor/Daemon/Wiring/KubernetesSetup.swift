import Clocks
import CommandEntry
import Foundation
import Foundations
import Host
import KubernetesClient
import Logging
import Pipeline
import ServiceLifecycle
import Settings

/// The watch of this node's pods, as a service of the daemon; its answers go to the pipeline.
struct KubernetesSetup: Service {
    let kubernetes: KubernetesService

    /// nil when neither a kubeconfig nor a cluster around this process is there.
    /// - Throws: `WrongInput` that names what of the configuration cannot be used.
    static func service(_ settings: Settings, node: String, sensor: SensorThread, log: Logger) throws -> KubernetesSetup? {
        do throws(Diagnostic) {
            let found: KubeConfiguration? =
                if let path = settings.kubeconfig { try KubeConfiguration.kubeconfig(path: path) } else { try KubeConfiguration.inCluster(environment: ProcessInfo.processInfo.environment) }
            guard let configuration = found else { return nil }
            var tuning = KubernetesTuning()
            tuning.startDelayMax = .milliseconds(Int64(settings.startDelayRange * 1000))
            let service = try KubernetesService(
                configuration: configuration, kubelet: try kubelet(settings, configuration, node: node), node: node, tuning: tuning, seed: UInt64.random(in: .min ... .max), clock: SystemClock.now,
                tell: { sensor.inbox.put(.workload($0)) },
                report: { state, detail in log.info("kubernetes.state", metadata: ["state": "\(state.rawValue)", "detail": "\(detail)"]) })
            return KubernetesSetup(kubernetes: service)
        } catch {
            throw WrongInput(description: error.description)
        }
    }

    /// The node's kubelet, when it is allowed to ask it: as the same account, by the same token.
    private static func kubelet(_ settings: Settings, _ cluster: KubeConfiguration, node: String) throws(Diagnostic) -> KubernetesService.Kubelet? {
        guard settings.allowKubelet || settings.forceKubelet else { return nil }
        guard let server = settings.kubeletEndpoint ?? URL(string: "https://\(node):10250") else {
            throw Diagnostic(file: "settings", subject: "kubeletEndpoint", message: "node name '\(node)' makes no address of a kubelet")
        }
        var configuration = cluster
        configuration.server = server
        configuration.serverName = nil
        if let path = settings.kubeletCertificate {
            guard let pem = FileManager.default.contents(atPath: path) else { throw Diagnostic(file: path, message: "cannot be read") }
            configuration.authority = pem
        }
        return .init(configuration: configuration, isForced: settings.forceKubelet)
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await kubernetes.run() }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
    }
}
