import Contract
import Enrichment
import Events
package import Foundations
import Governor
import Indicators
import Rules
import RuntimeData

/// What comes back: answers, definitions, settings, the time.
extension Pipeline {
    package func handle(_ input: PipelineInput, at now: Now) {
        otherChanges &+= 1
        switch input {
        case .processes(let facts):
            for fact in facts { adopt(fact) }
        case .names(let names, let namespace):
            // the answer of a question about a container that has gone meanwhile would stay for ever
            guard processes.isInUse(mountNamespace: namespace) else { return }
            users.learn(names, mountNamespace: namespace)
        case .knownFiles(let files, let namespace):
            containerFiles.learn(files, mountNamespace: namespace)
        case .digests(let digests, let request):
            learn(digests, of: request, at: now)
        case .notHashed(let request, let cause):
            digestWait.giveUp(request, cause)
        case .workload(let input):
            for container in workloads.handle(input, at: now) { complete(container, at: now) }
        case .definitions(let set, let known, let version):
            otherChanges &+= rules.changes
            rules = RuleEvaluator(set, matching: settings.ruleMatching, after: rules)
            indicators.definitions = known
            let before = ruleInterest.knownFiles
            ruleInterest = Interest(set)
            if ruleInterest.knownFiles != before { knownPathsChanged() }
            report.rules = set.count
            builder.identity.definitionsVersion = version
        case .indicators(let input):
            consider(indicators.handle(input, at: now), at: now)
        case .subscribe(let id, let kinds, let filter):
            guard subscribers.count < Self.subscribersMax else { return report.ledger.count("tooManySubscribers", at: "events") }
            subscribers.append(Subscriber(id: id, kinds: kinds, filter: filter))
        case .unsubscribe(let id):
            subscribers.removeAll { $0.id == id }
        case .identity(let identity):
            builder.identity = identity
        case .visibility(let level):
            // what was gathered so far is handed over rather than kept
            if !level.hasRuntimeData { store(runtimeData.flush(at: now, force: true)) }
            self.level = level
        case .dropCaches:
            users = UserResolver()
            indicators.forgetVerdicts()
            fruitless.forget()
        case .runtimeDataInterval(let interval):
            runtimeData.flushTime = interval ?? RuntimeAggregator.flushTimeDefault
        case .report(let id):
            effects.append(.report(currentReport(), id: id))
        }
    }

    /// Time passes: what has waited long enough goes on, what has gathered is handed over. Called about once a second.
    package func tick(at now: Now) {
        otherChanges &+= 1
        for detection in waiting.expired(at: now.monotonic) { giveUpWaiting(detection, at: now) }
        perform(aggregator.tick(at: now))
        consider(indicators.tick(at: now), at: now)
        store(runtimeData.flush(at: now))
        lookUpKnownFilesAgain(at: now)
        fruitless.tick(at: now.monotonic)
    }

    /// The end: nothing waits any longer, what has gathered leaves.
    package func finish(at now: Now) {
        for detection in waiting.drain() { giveUpWaiting(detection, at: now) }
        perform(aggregator.finish(at: now))
        store(runtimeData.flush(at: now, force: true))
    }

    func store(_ rows: [RuntimeRecord]) {
        if !rows.isEmpty { effects.append(.store(rows.map { redactor.redact($0) })) }
    }

    func adopt(_ facts: ProcessFacts) {
        guard let record = processes.adopt(facts), record.container == nil else { return }
        record.container = container(facts.exec)
        lookUpKnownFiles(of: record)
    }

    func learn(_ digests: FileDigests, of request: FileHasher.Request, at now: Now) {
        guard var sighting = digestWait.take(request) else { return }
        // by now the process may have gone or run another file: then only the copy learns them
        if let record = processes.process(request.process), request.isLibrary || record.execTime.nanoseconds == request.execTime {
            if !request.isLibrary { record.digests = digests }
            sighting.container = record.container
        }
        if !sighting.tree.isEmpty {
            if !request.isLibrary { sighting.tree[0].digests = digests }
            sighting.tree[0].container = sighting.container
        }
        runtimeData.learn(digests, of: sighting.tree, library: request.isLibrary ? request.path : nil, at: sighting.time)
        consider(indicators.observe(digests, by: sighting, at: now), at: now)
    }

    // More became known of a container: its processes learn it, and what waited for it goes on when that is all.
    func complete(_ container: ContainerContext, at now: Now) {
        processes.forEach { if $0.container?.id == container.id { $0.container = container } }
        guard !workloads.isAwaited(container) else { return }
        for detection in waiting.arrived(container.id) { aggregate(detection.completed(by: container), at: now) }
    }

    func currentReport() -> PipelineReport {
        var out = report
        out.processes = processes.all.map(ProcessSnapshot.init)
        var seen: [String: ContainerContext] = [:]
        for process in out.processes { if let container = process.container { seen[container.id] = container } }
        out.containers = seen.values.sorted { $0.id < $1.id }
        out.detectionsSuppressed = aggregator.suppressed
        out.tables = [
            "processes": processes.count, "userNamespaces": users.namespaceCount, "namespaceHolders": holders.count, "containers": containers.cached, "runtimeContainers": workloads.runtimeCount,
            "containerFiles": containerFiles.namespaceCount, "contextWait": waiting.count, "digestWait": digestWait.count, "indicatorsPending": indicators.pendingCount, "runtimeRows": runtimeData.count,
            "detectionSeries": aggregator.count,
        ]
        out.ledger.merge(processes.ledger)
        out.ledger.merge(workloads.ledger)
        out.ledger.merge(addressNames.ledger)
        out.ledger.merge(containerFiles.ledger)
        out.ledger.merge(waiting.ledger)
        out.ledger.merge(digestWait.ledger)
        out.ledger.merge(indicators.ledger)
        out.ledger.merge(runtimeData.ledger)
        out.ledger.merge(aggregator.ledger)
        out.ledger.merge(rules.ledger)
        out.ledger.count("malformed", at: "messages", by: decoder.malformed)
        out.ledger.count("unreadablePacket", at: "messages", by: decoder.unreadablePackets)
        out.ledger.count("unknownKind", at: "messages", by: decoder.unknownKinds)
        return out
    }
}
