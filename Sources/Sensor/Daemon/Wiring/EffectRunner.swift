import ContainerRuntime
import Contract
import Events
import Foundation
import Foundations
import Indicators
import Logging
import Pipeline
import Redaction
import ServiceLifecycle
import Spool

/// Performs what the pipeline decides, in order. What blocks goes to a worker; what waits for the network goes to a task of this service.
struct EffectRunner: Service {
    let sensor: SensorThread
    let files: FileWorkers
    let questions: Questions
    let runtimeData: RuntimeDataStore
    let outlet: DetectionOutlet
    let lookUps: any ReputationAsking
    /// nil when no container runtime is asked.
    let runtime: ContainerRuntimeService?
    let logger: Logger

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await _ in sensor.signals {
                for effect in sensor.outbox.take() { perform(effect, &group) }
            }
            // the thread has ended; what it handed over last is still performed
            for effect in sensor.outbox.take() { perform(effect, &group) }
            questions.close()
            group.cancelAll()
        }
        // the group asks its services to end one by one; one that ends before its turn counts as failed
        try? await gracefulShutdown()
    }

    private func perform(_ effect: PipelineEffect, _ group: inout DiscardingTaskGroup) {
        switch effect {
        case .scan(let pid): files.scan(pid: pid)
        case .readNames(let pid, let namespace): files.readNames(pid: pid, mountNamespace: namespace)
        case .findKnownFiles(let paths, let pid, let namespace): files.findKnownFiles(paths, pid: pid, mountNamespace: namespace)
        case .hash(let request): files.hash(request)
        case .askRuntime(let id): runtime?.ask(id)
        case .lookUp(let indicators):
            group.addTask { [lookUps, sensor] in
                for answer in await lookUps.lookUp(indicators) { sensor.inbox.put(.indicators(answer)) }
            }
        case .send(let event, let severity): outlet.send(event, severity)
        case .store(let rows): runtimeData.store(rows)
        case .line(let text, let reader): questions.line(text, reader: reader)
        case .report(let report, let id): questions.answer(report, id: id)
        }
    }
}

/// Whoever can be asked for verdicts.
protocol ReputationAsking: Sendable {
    /// What is known of each of them now: a verdict, that the service passed over it, or that it could not be asked.
    func lookUp(_ indicators: [Indicator]) async -> [IndicatorAggregator.Input]
}
