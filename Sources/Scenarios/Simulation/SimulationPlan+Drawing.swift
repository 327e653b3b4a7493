import Foundations

extension SimulationPlan {
    /// Draws the plan of a seed: sizes from generous to silly, and faults that last, so that the sensor has to live with them rather
    /// than brush past. Half of the runs hold an outage longer than a day, because that is where the timetable bites.
    package static func draw(seed: UInt64, hours: Int) -> SimulationPlan {
        // the plan must not shift when a run draws one number more
        var random = SeededGenerator(seed: seed ^ 0x5EED_0F_A_91A4)
        var plan = SimulationPlan()
        plan.sensors = [1, 1, 1, 2, 3][Int.random(in: 0..<5, using: &random)]
        plan.store = Int.random(in: 0..<12, using: &random) == 0 ? .sqlite : .memory
        plan.spoolRecords = pick([20_000, 5000, 600, 60, 8], &random)
        plan.spoolBytes = pick([16 << 20, 1 << 20, 64 << 10, 8 << 10], &random)
        plan.batchRecords = pick([500, 500, 50, 7, 1], &random)
        plan.batchBytes = pick([1 << 20, 1 << 20, 16 << 10, 512], &random)
        plan.intake = pick([4096, 256, 16, 1], &random)
        plan.uploadBytesPerHour = pick([64 << 20, 1 << 20, 20_000, 3000], &random)
        plan.detectionsPerHour = pick([5, 30, 120], &random)
        plan.runtimeDataPerHour = pick([2, 20, 60], &random)
        plan.telemetryPerHour = pick([0, 10, 60], &random)
        plan.programsPerHour = pick([0, 20, 200], &random)
        plan.ringPlaces = pick([4096, 64, 8], &random)
        plan.tokenLife = .seconds(pick([3600, 3600, 300, 30, 86_400], &random))
        plan.driftPerMillion = pick([0, 0, 40, 500], &random)
        let length = Duration.hours(Int64(hours))
        if Bool.random(using: &random) {
            // in a long run also longer than runtime data is kept
            let most: Int64 = hours >= 60 ? 56 : 34
            let span = Duration.seconds(Int64.random(in: 25 * 3600...most * 3600, using: &random))
            let latest = max(3600, (length - span).components.seconds - 3600)
            plan.faults.append(
                PlannedFault(
                    pick([.refuse, .hang, .dropRequest], &random), at: .seconds(Int64.random(in: 600...latest, using: &random)), for: span,
                    sensor: plan.sensors > 1 && Bool.random(using: &random) ? 0 : nil))
        }
        for _ in 0..<Int.random(in: 2...12, using: &random) { plan.faults.append(fault(in: length, sensors: plan.sensors, &random)) }
        plan.faults.sort { $0.at < $1.at }
        return plan
    }

    private static func pick<T>(_ choices: [T], _ random: inout SeededGenerator) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    private static func fault(in length: Duration, sensors: Int, _ random: inout SeededGenerator) -> PlannedFault {
        let kind = pick(PlannedFault.Kind.allCases, &random)
        // seconds to hours, each order of magnitude as likely as the next
        let most = pick([10.0, 120, 3000, 20_000], &random)
        let span = Duration.milliseconds(Int64(Double.random(in: 1...most, using: &random) * 1000))
        let at = Duration.milliseconds(Int64.random(in: 0..<max(1, length.components.seconds) * 1000, using: &random))
        var fault = PlannedFault(kind, at: at, for: kind.takesSpan ? span : .zero)
        if Bool.random(using: &random) { fault.sensor = Int.random(in: 0..<sensors, using: &random) }
        if kind.isLinkFault {
            fault.surface = pick([nil, nil, .token, .grpc, .rest], &random)
            fault.probability = pick([1, 1, 0.5, 0.1], &random)
        }
        switch kind {
        case .slow: fault.amount = pick([1, 10, 40, 200], &random)
        case .throttle: fault.amount = pick([300, 2000, 20_000, 200_000], &random)
        case .busy: fault.amount = pick([1, 60, 7200], &random)
        case .publishSpoiled: fault.amount = Int.random(in: 0..<3, using: &random)
        case .crashInSpool: fault.amount = Int.random(in: 0...20, using: &random)
        case .wallStep: fault.amount = pick([-86_400 * 30, -7200, -1, 1, 3600, 86_400 * 2], &random)
        case .burst: fault.amount = pick([10, 300, 3000], &random)
        case .poison: fault.amount = pick([1, 3], &random)
        case .kernelBurst: fault.amount = pick([10, 300, 3000], &random)
        case .kernelLoss: fault.amount = pick([1, 20, 100], &random)
        case .kernelReorder: fault.amount = pick([2, 5, 100], &random)
        default: break
        }
        return fault
    }
}
