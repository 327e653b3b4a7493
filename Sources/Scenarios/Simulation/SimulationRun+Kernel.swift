import Contract
import Events
import Foundations
import Pipeline
import Redaction
import Rules
import Spool

// What the sensor's thread does around its pipeline: empties the ring, hands each message over, and gives on what was found.
extension SimulationRun {
    static let attackRule = """
        - rule: Attack
          id: attack
          desc: a program that the simulator wants to be seen
          condition: evt.type = execve and proc.name startswith \(SimulatedKernel.attackName)
          output: "%proc.name ran as %proc.cmdline"
          priority: CRITICAL
          severity: HIGH
          tags: [T1059]
        """

    func makePipeline(for index: Int) -> Pipeline {
        let identity = SensorIdentity(
            id: "sensor-\(index)", name: "node-\(index)", sensorVersion: "1.0.0", definitionsVersion: "", hostname: "node-\(index)", kernelVersion: "6.1.0")
        let settings = Pipeline.Settings(
            identity: identity, bootToWall: NodeClock.epoch - WallInstant(nanoseconds: 0), hostNamespaces: SimulatedKernel.host)
        return Pipeline(settings: settings, rules: attackRules, seed: nodes[index].seed &+ nodes[index].life &* 0x2545_F491_4F6C_DD1D)
    }

    func scheduleProgram(on node: Int) {
        guard !areFaultsOff, let pause = nodes[node].workload.pauseBetweenPrograms() else { return }
        queue.push(.program(node: node), at: world + pause)
    }

    /// Programs run on the node, whether a sensor looks on or not.
    func runPrograms(_ count: Int, on index: Int) {
        guard !areFaultsOff else { return }
        let isWatched = nodes[index].process.map { !$0.isStopping } ?? false
        let wasEmpty = nodes[index].kernel.ring.isEmpty
        for _ in 0..<count { nodes[index].kernel.runProgram(at: nodes[index].clock.monotonic(at: world), isWatched: isWatched) }
        if wasEmpty, !nodes[index].kernel.ring.isEmpty {
            queue.push(.poll(node: index, life: nodes[index].life), at: world + SimulatedKernel.pollInterval)
        }
    }

    func poll(_ index: Int) {
        guard let pipeline = nodes[index].process?.pipeline else { return }
        let life = nodes[index].life
        let now = nodes[index].clock.now(at: world)
        let messages = nodes[index].kernel.drain()
        var found: [SpoolDraft] = []
        for message in messages {
            digest.mix(Int(message.event.process.pid))
            if sabotage != .overlooksMessages || !message.event.process.pid.isMultiple(of: 5) { pipeline.handle(event: message.event, at: now) }
            let drafts = drafts(of: pipeline)
            auditor.judged(message, detections: drafts.count, on: index)
            found += drafts
        }
        pipeline.tick(at: now)
        let late = drafts(of: pipeline)
        if !late.isEmpty { auditor.fail(.kernel, "node-\(index): \(late.count) detections that no message stands for") }
        note(index) { "ring: \(messages.count) messages, \(found.count) detections" }
        for draft in found {
            // it may die at any of them; the rest dies with it
            guard nodes[index].life == life, nodes[index].process != nil else {
                auditor.diedUnsubmitted(1)
                continue
            }
            auditor.submitted(draft, on: index)
            feed(.submit(draft), to: index)
        }
    }

    private func drafts(of pipeline: Pipeline) -> [SpoolDraft] {
        defer { pipeline.effects.removeAll(keepingCapacity: true) }
        return pipeline.effects.compactMap { effect in
            guard case .send(let event, let severity) = effect else { return nil }
            do { return SpoolDraft(stream: .detections, id: event.value.id, severity: severity, payload: try event.encoded()) } catch {
                auditor.fail(.kernel, "a detection that JSON cannot hold: \(error)")
                return nil
            }
        }
    }
}
