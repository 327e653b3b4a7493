import Contract
import Foundation
import Foundations
import Portal
import Spool

// What a shell does around the conversation: start it, hand it inputs, perform its effects, die.
extension SimulationRun {
    /// Effects and spool answers that one input may lead to; more means that a sensor talks to itself for ever.
    static let worksMax = 20_000

    func start(_ index: Int) {
        guard nodes[index].process == nil else { return }
        let now = nodes[index].clock.now(at: world)
        do {
            let store = WatchedDisk(try nodes[index].disk.open(bootID: nodes[index].clock.bootID, at: now))
            store.condition = nodes[index].diskCondition
            nodes[index].life += 1
            nodes[index].wakeAt = nil
            let policy = DefinitionsPolicy(trust: .resumed(nodes[index].trust, pin: portal.root), inUse: nodes[index].definitionsInUse)
            let conversation = Conversation(
                persistentID: "node-\(index)", tuning: tuning, definitions: policy, timeline: store.timeline, seed: nodes[index].seed &+ nodes[index].life, at: now)
            nodes[index].process = SensorNode.Process(conversation: conversation, store: store, pipeline: makePipeline(for: index))
            let digest = store.trueDigest()
            note(index) { "starts, \(digest.records) records in the spool" }
            auditor.started(index, digest, isFirst: nodes[index].life == 1, at: world)
            feed(.start(digest), to: index)
        } catch { auditor.fail(.progress, "the spool cannot be opened: \(error)") }
    }

    /// The process is gone from one instruction to the next.
    func kill(_ index: Int, backAfter span: Duration) {
        guard let process = nodes[index].process else { return }
        note(index) { "dies" }
        auditor.diedUnseen(nodes[index].kernel.discard())
        auditor.died(index, process, wasTold: process.conversation.isFinished)
        nodes[index].process = nil
        nodes[index].callsUntilCrash = nil
        do { try nodes[index].disk.crash() } catch { auditor.fail(.progress, "the spool's files cannot be copied: \(error)") }
        queue.push(.start(node: index), at: world + (areFaultsOff ? .seconds(1) : span))
    }

    func resume(_ index: Int) {
        guard nodes[index].isSuspended else { return }
        nodes[index].isSuspended = false
        note(index) { "resumes" }
        auditor.disturbed(index, at: world)
        for item in nodes[index].deferred { queue.push(item, at: world) }
        nodes[index].deferred = []
    }

    // MARK: Inputs and effects

    func feed(_ input: Conversation.Input, to index: Int) {
        guard nodes[index].process != nil else { return }
        handle(input, on: index)
        guard let process = nodes[index].process else { return }
        auditor.check(process, on: index, at: world)
        if process.conversation.isFinished { return kill(index, backAfter: nodes[index].downFor) }
        scheduleWake(of: index, process.conversation)
    }

    private func scheduleWake(of index: Int, _ conversation: Conversation) {
        let misread = misread(on: index)
        guard let instant = conversation.nextWake(at: nodes[index].clock.monotonic(at: world) + misread) else {
            nodes[index].wakeAt = nil
            return
        }
        let due = max(world, nodes[index].clock.world(of: instant + (.zero - misread)))
        guard nodes[index].wakeAt != due else { return }
        nodes[index].wakeTicket += 1
        nodes[index].wakeAt = due
        queue.push(.wake(node: index, life: nodes[index].life, ticket: nodes[index].wakeTicket), at: due)
    }

    /// By how much a sensor's monotonic clock is off: never, unless it is made to read the wrong one.
    private func misread(on index: Int) -> Duration { sabotage == .wallClockDeadlines ? nodes[index].clock.wallError : .zero }

    private enum Work {
        case input(Conversation.Input)
        case effect(Conversation.Effect)
    }

    private func handle(_ input: Conversation.Input, on index: Int) {
        let life = nodes[index].life
        var now = nodes[index].clock.now(at: world)
        now.monotonic = now.monotonic + misread(on: index)
        // the last one is next
        var works = [Work.input(input)]
        var performed = 0
        // the process may die on the way
        while let work = works.popLast(), nodes[index].process != nil, nodes[index].life == life {
            performed += 1
            if performed > Self.worksMax { return auditor.fail(.progress, "one input leads to inputs without end: \(wakesText())") }
            switch work {
            case .input(let input):
                auditor.handed(input, to: index, at: world)
                guard let effects = nodes[index].process?.conversation.handle(input, at: now) else { return }
                works += effects.reversed().map(Work.effect)
            case .effect(let effect):
                digest.mix(Self.code(of: effect))
                for answer in perform(effect, on: index, at: now) {
                    if nodes[index].answersAtOnce { works.append(.input(.spool(answer))) } else { works.insert(.input(.spool(answer)), at: 0) }
                }
            }
        }
    }

    /// Performs one effect; returns the spool's answers.
    private func perform(_ effect: Conversation.Effect, on index: Int, at now: Now) -> [SpoolAnswer] {
        switch effect {
        case .spool(let command): return (sabotage?.tamper(with: command) ?? [command]).compactMap { perform($0, on: index, at: now) }
        case .send(let id, let request, let timeout): send(id, sabotage?.tamper(with: request, id: id) ?? request, timeout, from: index)
        case .useDefinitions(let verified):
            auditor.uses(verified.manifest.version, on: index, sound: portal.soundVersions)
            nodes[index].definitionsInUse = .init(verified)
            nodes[index].trust = verified.trust
        case .dropIndicators:
            note(index) { "drops its indicators" }
            auditor.droppedIndicators(on: index, at: world)
        case .report(let report): note(index) { report.description }
        case .portalBack: if !link.hasStandingFaults { auditor.portalBack(on: index, at: world) }
        case .settings, .portalLost, .finished: break
        }
        return []
    }

    /// Performs a command of the spool; nil when the process dies at it.
    private func perform(_ command: SpoolCommand, on index: Int, at now: Now) -> SpoolAnswer? {
        guard let store = nodes[index].process?.store else { return nil }
        if let left = nodes[index].callsUntilCrash {
            nodes[index].callsUntilCrash = left - 1
            if left <= 0 {
                // the call is committed or not, and nobody is told
                if Bool.random(using: &random) {
                    _ = command.perform(on: store, at: now)
                    auditor.stored(store.takeOperations(), on: index, at: world)
                }
                kill(index, backAfter: nodes[index].downFor)
                return nil
            }
        }
        let answer = command.perform(on: store, at: now)
        let operations = store.takeOperations()
        for operation in operations {
            digest.mix(operation.after.records)
            digest.mix(operation.after.bytes)
        }
        note(index) { "spool: \(TraceLog.text(of: command)) -> \(TraceLog.text(of: answer))" }
        auditor.stored(operations, on: index, at: world)
        return answer
    }

    private func send(_ id: UInt64, _ request: PortalRequest, _ timeout: Duration, from index: Int) {
        guard let process = nodes[index].process else { return }
        auditor.sent(id, request, from: index, at: world)
        let fate = link.fate(of: request, from: index, timeout: timeout, at: world)
        note(index) { "sends \(TraceLog.text(of: request)): \(fate)" }
        let life = nodes[index].life
        func answer(_ failure: PortalFailure, after span: Duration) {
            queue.push(.reply(node: index, life: life, id: id, .failed(failure), token: nil), at: world + span)
        }
        func flight(there: Duration, back: Duration?) {
            let isLate = there >= timeout
            queue.push(
                .arrival(Flight(node: index, life: life, id: id, request: request, token: process.token, back: back, isLate: isLate)), at: world + there)
        }
        switch fate {
        case .refused(let after, let failure): answer(failure, after: after)
        case .lost: answer(PortalFailure(.timedOut), after: timeout)
        case .carried(let there, let back):
            flight(there: there, back: back)
            // an answer after the end of patience comes as well, to nobody who waits for it
            if back.map({ there + $0 >= timeout }) ?? true { answer(PortalFailure(.timedOut), after: timeout) }
        case .cut(let there, let after):
            if let there { flight(there: there, back: nil) }
            answer(PortalFailure(.unreachable), after: after)
        }
    }

    private static func code(of effect: Conversation.Effect) -> Int {
        switch effect {
        case .spool: 1
        case .send(let id, _, _): 16 + Int(id)
        case .useDefinitions: 2
        case .settings: 3
        case .portalLost: 4
        case .portalBack: 5
        case .dropIndicators: 6
        case .report: 7
        case .finished: 8
        }
    }
}

extension TraceLog {
    static func text(of command: SpoolCommand) -> String {
        switch command {
        case .append(let drafts): "append \(drafts.count == 1 ? drafts[0].id : "\(drafts.count) records")"
        case .load(let stream, let records, let bytes): "load \(stream.rawValue) up to \(records) records, \(bytes) bytes"
        case .acknowledge(let sequences, let stream): "acknowledge \(sequences.count) of \(stream.rawValue)"
        case .evict(let sequences, let stream, let cause): "evict \(sequences.count) of \(stream.rawValue), \(cause)"
        case .expire(let stream, let cutoff, let cause): "expire \(stream.rawValue) up to \(cutoff.nanoseconds), \(cause)"
        case .noteContact: "note contact"
        case .measure: "measure"
        case .compact: "compact"
        }
    }

    static func text(of answer: SpoolAnswer) -> String {
        switch answer {
        case .done(_, let digest): digest.map { "\($0.records) records, \($0.bytes) bytes" } ?? "done, sums unknown"
        case .loaded(_, let records): "\(records.count) records"
        case .failed(_, let error): "\(error)"
        }
    }
}
