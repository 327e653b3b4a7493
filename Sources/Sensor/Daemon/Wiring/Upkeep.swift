import CPlatform
import Foundations
import Host
import Logging
import PortalClient
import ServiceLifecycle

/// What has to be looked after once in a while: the state of the probes as a health issue and a log line, memory given back.
struct Upkeep: Service {
    let sensor: SensorThread
    let portal: PortalService?
    let log: Logger

    private static let interval: Duration = .seconds(1)
    private static let trimEvery = 30
    /// What only the start or something rare needed is given back soon after the start and each minute from then on: what is in use comes
    /// back in less than a millisecond.
    private static let (firstGivenBack, giveBackEvery) = (20, 60)

    func run() async throws {
        var shown = SensorThread.State.starting
        var rounds = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let state = sensor.figures.state
            if state != shown {
                shown = state
                tell(state)
            }
            rounds += 1
            if rounds % Self.giveBackEvery == Self.firstGivenBack {
                // not inside the call: what a level does not log is not evaluated
                let mappings = ProgramPages.giveBack()
                log.debug("memory.given-back", metadata: ["mappings": "\(mappings)"])
            }
            if rounds % Self.trimEvery == 0 { _ = platform_trim_heap() }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    private func tell(_ state: SensorThread.State) {
        switch state {
        case .starting, .stopped: break
        case .running(let hookSet):
            log.info("probes.attached", metadata: ["hookSet": "\(hookSet)"])
            portal?.report(issue: "probes", .high, nil)
        case .refused(let name, let message):
            log.error("\(name)", metadata: ["reason": "\(message)"])
            portal?.report(issue: "probes", .high, "\(name): \(message)")
        }
    }
}
