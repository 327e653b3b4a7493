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
                configuration: configuration, node: node, tuning: tuning, seed: UInt64.random(in: .min ... .max), clock: SystemClock.now,
                tell: { sensor.inbox.put(.workload($0)) },
                report: { state, detail in log.info("kubernetes.state", metadata: ["state": "\(state.rawValue)", "detail": "\(detail)"]) })
            return KubernetesSetup(kubernetes: service)
        } catch {
            throw WrongInput(description: error.description)
        }
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await kubernetes.run() }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
    }
}
