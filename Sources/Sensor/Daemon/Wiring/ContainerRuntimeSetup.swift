import Clocks
import ContainerRuntime
import Foundations
import Host
import Logging
import NIOCore
import Pipeline
import ServiceLifecycle
import Settings

/// The conversation with the node's container runtime, as a service of the daemon; its answers go to the pipeline.
struct ContainerRuntimeSetup: Service {
    let runtime: ContainerRuntimeService

    /// nil when no runtime is to be asked.
    static func service(_ settings: Settings, sensor: SensorThread, group: any EventLoopGroup, log: Logger) -> ContainerRuntimeSetup? {
        guard settings.runtimeSocket != "none" else { return nil }
        let own = settings.runtimeSocket.flatMap { RuntimeSocket($0) }
        let sockets = (own.map { [$0] } ?? []) + RuntimeSocket.usual.filter { $0 != own }
        return ContainerRuntimeSetup(
            runtime: ContainerRuntimeService(
                sockets: sockets, seed: UInt64.random(in: .min ... .max), group: group, clock: SystemClock.now, tell: { sensor.inbox.put(.workload(.runtime($0))) },
                report: { state, detail in log.info("container-runtime.state", metadata: ["state": "\(state.rawValue)", "detail": "\(detail)"]) }))
    }

    func run() async throws {
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await runtime.run() }
            try? await gracefulShutdown()
            tasks.cancelAll()
        }
    }
}
