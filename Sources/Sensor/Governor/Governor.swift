package import Foundations

/// Decides how much the sensor looks at, from what it uses: steps down the ladder while something is short, up again when there has been
/// enough of everything for a while. Each step and each loss is a health issue while it lasts.
package struct Governor: Sendable {
    package enum Effect: Sendable, Hashable {
        case level(VisibilityLevel)
        case dropCaches
        /// Opens or refreshes the issue; nil as the message resolves it.
        case issue(code: String, Severity, String?)
    }

    package enum Resource: String, Sendable, CaseIterable { case memory, cpu, ring, queues }

    package private(set) var level = VisibilityLevel.full
    /// Fraction of its bound that each resource takes; CPU from the second reading on.
    package private(set) var pressure: [Resource: Double] = [:]
    package let limits: ResourceLimits
    private let tuning: GovernorTuning

    // each since when it has been short without a pause
    private var shortSince: [Resource: MonotonicInstant] = [:]
    private var enoughSince: MonotonicInstant?
    private var recovery: Duration
    private var lastUp: MonotonicInstant?
    private var lastDown: MonotonicInstant?
    private var cpuSamples: [(at: MonotonicInstant, nanoseconds: UInt64)] = []
    private var before: GovernorReadings?
    private var losses: [String: Loss] = [:]
    private var overLimit: Set<Resource> = []
    private var cachesDropped: MonotonicInstant?

    private struct Loss {
        var total: UInt64
        var last: MonotonicInstant
    }

    package static let kernelLossCode = "loss.kernel"
    package static let queueLossCode = "loss.queues"
    package static func stepCode(_ level: VisibilityLevel) -> String { "visibility.\(level.name)" }
    package static func limitCode(_ resource: Resource) -> String { "limit.\(resource.rawValue)" }

    package init(limits: ResourceLimits, tuning: GovernorTuning = GovernorTuning()) {
        self.limits = limits
        self.tuning = tuning
        recovery = tuning.recovery
    }

    /// To be called about once a second.
    package mutating func handle(_ readings: GovernorReadings, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        measure(readings, at: now)
        noteShortage(at: now)
        if let cause = causeToStepDown(at: now), let next = level.down {
            stepDown(to: next, because: cause, readings, at: now, &effects)
        } else if let next = level.up, let since = enoughSince, now - max(since, lastUp ?? since, lastDown ?? since) >= recovery {
            stepUp(to: next, at: now, &effects)
        }
        dropCachesWhenCritical(at: now, &effects)
        noteLosses(readings, at: now, &effects)
        noteLimits(readings, &effects)
        before = readings
        return effects
    }

    // MARK: What is short

    private mutating func measure(_ readings: GovernorReadings, at now: MonotonicInstant) {
        pressure[.memory] = Double(memory(readings)) / Double(limits.memoryBytes)
        cpuSamples.append((now, readings.cpuNanoseconds))
        while cpuSamples.count > 2, now - cpuSamples[1].at >= tuning.cpuSpan { cpuSamples.removeFirst() }
        // the start is busy and soon over: no judgement before a whole span has been seen
        if let first = cpuSamples.first, now - first.at >= tuning.cpuSpan {
            let millicores = Double(readings.cpuNanoseconds &- first.nanoseconds) / Double((now - first.at).nanoseconds) * 1000
            pressure[.cpu] = millicores / Double(limits.cpuMillicores)
        }
        let hasLost = before.map { readings.ringLost > $0.ringLost } ?? false
        pressure[.ring] = hasLost ? 1 : readings.ringFill
        let refused = refusals(readings).isEmpty ? 0.0 : 1.0
        pressure[.queues] = max(refused, readings.queues.map(\.fill).max() ?? 0)
    }

    private func memory(_ readings: GovernorReadings) -> UInt64 { max(readings.residentBytes, readings.cgroupBytes ?? 0) }

    private func refusals(_ readings: GovernorReadings) -> [(name: String, more: UInt64)] {
        guard let before else { return [] }
        return readings.queues.compactMap { queue in
            let known = before.queues.first { $0.name == queue.name }?.refused ?? 0
            return queue.refused > known ? (queue.name, queue.refused - known) : nil
        }
    }

    private func marks(_ resource: Resource) -> GovernorTuning.Marks {
        switch resource {
        case .memory: tuning.memory
        case .cpu: tuning.cpu
        case .ring: tuning.ring
        case .queues: tuning.queues
        }
    }

    private mutating func noteShortage(at now: MonotonicInstant) {
        for resource in Resource.allCases {
            let isShort = pressure[resource, default: 0] >= marks(resource).high
            shortSince[resource] = isShort ? shortSince[resource] ?? now : nil
        }
        let isEnough = Resource.allCases.allSatisfy { pressure[$0, default: 0] < marks($0).low }
        enoughSince = isEnough ? enoughSince ?? now : nil
    }

    private func causeToStepDown(at now: MonotonicInstant) -> Resource? {
        if pressure[.memory, default: 0] >= tuning.memoryCritical { return .memory }
        return Resource.allCases.first { resource in
            guard let since = shortSince[resource] else { return false }
            // a step needs time to show what it saves
            return now - max(since, lastDown ?? since) >= marks(resource).patience
        }
    }

    // MARK: Steps

    private mutating func stepDown(to next: VisibilityLevel, because cause: Resource, _ readings: GovernorReadings, at now: MonotonicInstant, _ effects: inout [Effect]) {
        // taken back at once: what was regained is what there is no room for
        if let lastUp, now - lastUp < recovery { recovery = min(recovery * 2, tuning.recoveryMax) } else if level == .full { recovery = tuning.recovery }
        level = next
        lastDown = now
        effects.append(.level(next))
        if cause == .memory { dropCaches(at: now, &effects) }
        let severity: Severity = next.hasOrdinaryFiles ? .medium : .high
        effects.append(.issue(code: Self.stepCode(next), severity, "given up: \(next.givesUp), because \(reason(cause, readings))"))
    }

    private mutating func stepUp(to next: VisibilityLevel, at now: MonotonicInstant, _ effects: inout [Effect]) {
        effects.append(.level(next))
        effects.append(.issue(code: Self.stepCode(level), level.hasOrdinaryFiles ? .medium : .high, nil))
        level = next
        lastUp = now
    }

    private func reason(_ resource: Resource, _ readings: GovernorReadings) -> String {
        switch resource {
        case .memory: "\(memory(readings) >> 20) MiB of \(limits.memoryBytes >> 20) MiB of memory are in use"
        case .cpu: "\(Int(pressure[.cpu, default: 0] * Double(limits.cpuMillicores))) of \(limits.cpuMillicores) millicores are in use"
        case .ring: "the kernel's ring buffer is full or loses messages"
        case .queues: "queues are full: \(readings.queues.filter { $0.fill >= tuning.queues.high }.map(\.name).sorted().joined(separator: ", "))"
        }
    }

    private mutating func dropCachesWhenCritical(at now: MonotonicInstant, _ effects: inout [Effect]) {
        guard pressure[.memory, default: 0] >= tuning.memoryCritical, cachesDropped.map({ now - $0 >= .seconds(10) }) ?? true else { return }
        dropCaches(at: now, &effects)
    }

    private mutating func dropCaches(at now: MonotonicInstant, _ effects: inout [Effect]) {
        cachesDropped = now
        effects.append(.dropCaches)
    }

    // MARK: Losses and limits

    private mutating func noteLosses(_ readings: GovernorReadings, at now: MonotonicInstant, _ effects: inout [Effect]) {
        if let before, readings.ringLost > before.ringLost {
            lost(Self.kernelLossCode, readings.ringLost - before.ringLost, "messages of the kernel found no room in the ring buffer", at: now, &effects)
        }
        let refused = refusals(readings)
        if !refused.isEmpty {
            let names = refused.map(\.name).sorted().joined(separator: ", ")
            lost(Self.queueLossCode, refused.reduce(0) { $0 + $1.more }, "entries were refused by full queues, last: \(names)", at: now, &effects)
        }
        for (code, loss) in losses.sorted(by: { $0.key < $1.key }) where now - loss.last >= tuning.lossQuiet {
            losses[code] = nil
            effects.append(.issue(code: code, .medium, nil))
        }
    }

    private mutating func lost(_ code: String, _ more: UInt64, _ text: String, at now: MonotonicInstant, _ effects: inout [Effect]) {
        let total = (losses[code]?.total ?? 0) + more
        losses[code] = Loss(total: total, last: now)
        effects.append(.issue(code: code, .medium, "\(total) \(text)"))
    }

    // Crossed in spite of all: said, not hidden.
    private mutating func noteLimits(_ readings: GovernorReadings, _ effects: inout [Effect]) {
        for resource in [Resource.memory, .cpu] {
            let value = pressure[resource, default: 0]
            if value > 1, overLimit.insert(resource).inserted {
                effects.append(.issue(code: Self.limitCode(resource), .high, "the bound is crossed: \(reason(resource, readings))"))
            } else if value < marks(resource).high, overLimit.remove(resource) != nil {
                effects.append(.issue(code: Self.limitCode(resource), .high, nil))
            }
        }
    }
}
