import Clocks
import ContainerRuntime
import Events
import Foundation
import Foundations
import Governor
import Host
import KubernetesClient
import Pipeline
import PortalClient

/// Puts together what the daemon counts: for `get-statistics`, for heartbeats and for `wait-for-ready`.
struct StatisticsCollector: Sendable {
    let sensor: SensorThread
    let questions: Questions
    let runtimeData: RuntimeDataStore
    let rules: RuleBook
    let portal: PortalService?
    let kubernetes: KubernetesService?
    let runtime: ContainerRuntimeService?
    let started: MonotonicInstant
    let governor: GovernorService
    let usage = UsageSampler()

    func statistics() async -> Statistics {
        var out = Statistics()
        let figures = sensor.figures
        (out.state, out.hookSet) = Self.state(figures.state)
        let governed = governor.status
        out.visibilityLevel = out.hookSet.isEmpty ? "none" : governed.level.name
        out.governor.memoryLimitBytes = governed.limits.memoryBytes
        out.governor.cpuLimitMillicores = governed.limits.cpuMillicores
        for (resource, value) in governed.pressure { out.governor.pressure[resource.rawValue] = (value * 1000).rounded() / 1000 }
        out.governor.restedSeconds = figures.rested.inSeconds
        out.uptimeSeconds = Int((SystemClock.monotonic() - started).inSeconds)
        out.definitionsVersion = rules.version
        out.memory.residentBytes = OwnUsage.residentBytes()
        out.cpuMillicores = usage.millicores()
        for queue in queues() { out.queues[queue.name] = .init(depth: queue.depth, capacity: queue.capacity, dropped: queue.dropped) }
        if figures.knownFilesRefused > 0 { out.losses["knownFiles"] = ["tableFull": UInt64(figures.knownFilesRefused)] }
        if figures.namesRefused > 0 { out.losses["watchedNames"] = ["tableFull": UInt64(figures.namesRefused)] }
        if let report = await questions.report() {
            out.rules = report.rules
            out.processes = report.processes.count
            out.detections.made = report.detectionsMade
            out.detections.suppressed = report.detectionsSuppressed
            for (kind, count) in report.eventsSeen { out.events[kind.name, default: .init()].seen = count }
            add(report.ledger, to: &out)
        }
        for (kind, counters) in figures.counters where !counters.lost.isEmpty { out.events[kind.name, default: .init()].dropped = counters.lost }
        if let status = await portal?.status() { add(status, to: &out) }
        out.kubernetes = await kubernetes?.status
        out.containerRuntime = await runtime?.status
        return out
    }

    func health() async -> SensorHealth {
        var out = SensorHealth()
        let figures = sensor.figures
        out.hookSet = Self.state(figures.state).hookSet
        out.visibilityLevel = out.hookSet.isEmpty ? "none" : governor.status.level.name
        out.uptime = SystemClock.monotonic() - started
        out.residentBytes = OwnUsage.residentBytes()
        out.cpuMillicores = UInt32(clamping: usage.millicores())
        out.queues = queues()
        if let report = await questions.report() {
            for (kind, count) in report.eventsSeen { out.seen[kind.name] = count }
            out.losses = report.ledger
        }
        for (kind, counters) in figures.counters { for (cause, n) in counters.lost { out.losses.count(LossCause(cause), at: kind.name, by: n) } }
        return out
    }

    func readiness() async -> Readiness {
        var missing: [String] = []
        switch sensor.figures.state {
        case .running: break
        case .starting: missing.append("probes are being attached")
        case .refused(_, let message): missing.append(message)
        case .stopped: missing.append("the sensor is stopping")
        }
        if !rules.version.isEmpty, sensor.figures.definitionsVersion != rules.version { missing.append("definitions \(rules.version) are being put to use") }
        if let portal, rules.version.isEmpty {
            let status = await portal.status()
            missing.append("no definitions yet; portal: \(status.state.explanation)\(status.detail.isEmpty ? "" : " (\(status.detail))")")
        }
        return Readiness(isReady: missing.isEmpty, missing: missing)
    }

    private static func state(_ state: SensorThread.State) -> (name: String, hookSet: String) {
        switch state {
        case .starting: ("starting", "")
        case .running(let hookSet): ("running", hookSet)
        case .refused(let name, _): (name, "")
        case .stopped: ("stopped", "")
        }
    }

    private func queues() -> [SensorHealth.Queue] {
        governor.queues().map { .init(name: $0.name, depth: $0.depth, capacity: $0.capacity, dropped: $0.refused) }
    }

    private func add(_ status: PortalStatus, to out: inout Statistics) {
        out.portal.state = status.state.rawValue
        out.portal.explanation = status.state.explanation
        out.portal.detail = status.detail.isEmpty ? nil : status.detail
        out.portal.failures = status.failures
        out.portal.lastContact = status.sinceContact.map { (SystemClock.wall() - $0).rfc3339 }
        out.spool.records = status.spool.records
        out.spool.bytes = status.spool.bytes
        out.spool.oldestSeconds = Int(status.oldest?.inSeconds ?? 0)
        for (cause, n) in status.spool.evicted { out.spool.evicted[cause.name] = n }
        for (stream, state) in status.spool.streams {
            out.spool.accepted[stream.rawValue] = state.accepted
            out.spool.delivered[stream.rawValue] = state.delivered
        }
        out.detections.sent = status.spool[.detections].delivered
        out.queues["portal"] = .init(depth: status.inboxDepth, capacity: PortalService.inboxMax, dropped: status.losses.counts.values.reduce(0) { $0 + $1.values.reduce(0, +) })
        out.healthIssues = status.issues.map { .init(code: $0.code, severity: $0.severity.rawValue, message: $0.message, since: $0.since.rfc3339) }
        add(status.losses, to: &out)
    }

    private func add(_ ledger: Ledger, to out: inout Statistics) {
        for (place, causes) in ledger.counts { for (cause, n) in causes { out.losses[place, default: [:]][cause.name, default: 0] += n } }
    }
}
