import Contract
import Foundations
import Portal

// When a planned fault begins and ends.
extension SimulationRun {
    private func struck(by fault: PlannedFault) -> [Int] { nodes.indices.filter { (fault.sensor ?? $0) == $0 } }

    func begin(_ number: Int) {
        guard !areFaultsOff else { return }
        let fault = plan.faults[number]
        note(nil) { "fault \(number) begins: \(fault.kind.rawValue) for \(fault.span)" }
        auditor.faultChanged()
        if fault.kind.isLinkFault {
            link.begin(fault, number: number)
            noteLink()
        }
        switch fault.kind {
        case .portalRestart: portal.restart()
        case .expireTokens: portal.expireTokens()
        case .publish: publish(nil)
        case .publishSpoiled: publish(DefinitionsPublication.Defect.allCases[abs(fault.amount) % DefinitionsPublication.Defect.allCases.count])
        case .settings:
            portal.setSettings(
                heartbeatSeconds: UInt32.random(in: 0...600, using: &random), uploadBytesPerHour: Bool.random(using: &random) ? 0 : UInt32.random(in: 2000...200_000, using: &random))
        default:
            for index in struck(by: fault) { begin(fault, number, on: index) }
        }
        if fault.kind.takesSpan { queue.push(.faultEnds(number), at: world + fault.span) }
    }

    private func begin(_ fault: PlannedFault, _ number: Int, on index: Int) {
        switch fault.kind {
        case .crash: if !nodes[index].isSuspended { kill(index, backAfter: fault.span) }
        case .crashInSpool:
            nodes[index].downFor = fault.span
            if nodes[index].process != nil { nodes[index].callsUntilCrash = max(0, fault.amount) }
        case .stop:
            guard !nodes[index].isSuspended else { return }
            nodes[index].downFor = fault.span
            nodes[index].process?.isStopping = true
            feed(.shutdown, to: index)
        case .reboot:
            kill(index, backAfter: fault.span)
            nodes[index].clock.reboot(at: world)
            auditor.rebooted(index, hasTrueClock: nodes[index].clock.isTrue, at: world)
            // the power went while the machine slept
            if nodes[index].isSuspended { resume(index) }
        case .suspend:
            guard !nodes[index].isSuspended else { return }
            nodes[index].isSuspended = true
            queue.push(.resume(node: index), at: world + fault.span)
        case .diskFull: setDisk(.full, number, on: index)
        case .shortWrite: setDisk(.shortWrites, number, on: index)
        case .unreadable: setDisk(.unreadable, number, on: index)
        case .wallStep:
            nodes[index].clock.stepWall(by: .seconds(Int64(fault.amount)))
            auditor.steppedWall(index, at: world)
        case .burst: for _ in 0..<max(0, fault.amount) { if !nodes[index].isSuspended { submit(to: index) } }
        case .poison: nodes[index].workload.poison(fault.amount)
        case .kernelBurst: if !nodes[index].isSuspended { runPrograms(max(0, fault.amount), on: index) }
        case .kernelLoss: nodes[index].kernel.lose(percent: fault.amount, number: number)
        case .kernelReorder: nodes[index].kernel.shuffle(within: fault.amount, number: number)
        default: break
        }
    }

    func end(_ number: Int) {
        guard !areFaultsOff else { return }
        let fault = plan.faults[number]
        note(nil) { "fault \(number) ends: \(fault.kind.rawValue)" }
        if fault.kind.isLinkFault {
            link.end(number: number)
            noteLink()
        }
        for index in struck(by: fault) {
            setDisk(nil, number, on: index)
            nodes[index].kernel.end(number: number)
        }
    }

    private func noteLink() { for index in nodes.indices { auditor.link(of: index, isDown: link.isDown(for: index), at: world) } }

    private func setDisk(_ condition: WatchedDisk.Condition?, _ number: Int, on index: Int) {
        guard nodes[index].diskFaults[number] != condition else { return }
        nodes[index].diskFaults[number] = condition
        nodes[index].process?.store.condition = nodes[index].diskCondition
        auditor.disk(of: index, isSound: nodes[index].diskCondition == .sound, at: world)
    }

    private func publish(_ defect: DefinitionsPublication.Defect?) {
        do { try portal.publish(defect: defect, at: NodeClock.epoch + (world - .zero)) } catch { auditor.fail(.progress, "cannot publish: \(error)") }
    }

    /// From here on the world is kind, and everything that is left has to arrive.
    func turnFaultsOff() {
        note(nil) { "faults off" }
        for number in plan.faults.indices { end(number) }
        areFaultsOff = true
        portal.setSettings(heartbeatSeconds: 0, uploadBytesPerHour: 64 << 20)
        if !portal.hasNothingPublished { publish(nil) }
        for index in nodes.indices {
            nodes[index].callsUntilCrash = nil
            nodes[index].clock.synchronise(at: world)
            auditor.steppedWall(index, at: world)
            resume(index)
            if nodes[index].process == nil { queue.push(.start(node: index), at: world) }
        }
    }
}
