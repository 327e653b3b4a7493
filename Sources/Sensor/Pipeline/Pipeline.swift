import Contract
package import Enrichment
package import Events
package import Foundations
package import Governor
package import Indicators
import Redaction
package import Rules
import RuntimeData

/// The whole flow, on one thread: `handle(message:at:)` for what the kernel says, `handle(_:at:)` for what comes back.
///
/// Not Sendable: made, used and dropped on the sensor thread. Effects gather in `effects`, which the caller takes and performs.
package final class Pipeline {
    package struct Settings: Sendable {
        package var identity: SensorIdentity
        /// What a boot stamp needs to become wall time; read once by the shell, so that times of one run agree with each other.
        package var bootToWall: Duration
        package var hostNamespaces: Namespaces
        /// How long a detection waits for what is still to be learned of its container: pod, owners, names. Zero: not at all.
        package var contextTimeout: Duration = .zero
        /// Somebody asks the Kubernetes API.
        package var hasKubernetes = true
        package var lookUpLoopback = false
        package var ruleMatching = RuleMatching.all
        /// The windows of aggregation are divided by this.
        package var timeScale: Double = 1

        package init(identity: SensorIdentity, bootToWall: Duration, hostNamespaces: Namespaces) {
            self.identity = identity
            self.bootToWall = bootToWall
            self.hostNamespaces = hostNamespaces
        }
    }

    /// What consumers and subscribers want of the kernel; changes with the rules and with who looks on.
    package var interest: KernelInterest {
        let looking = subscribers.reduce(into: Set<EventKind>()) { $0.formUnion($1.kinds.isEmpty ? Set(EventKind.allCases) : $1.kinds) }
        let filters = subscribers.contains { $0.filter?.usesEnvironment == true }
        return KernelInterest(rules: ruleInterest, kinds: looking, environment: filters, level: level)
    }

    /// Of the rules in use; empty for those that came with no definitions.
    package var definitionsVersion: String { builder.identity.definitionsVersion }

    /// What there is room for; what is given up is counted (`visibility`).
    package private(set) var level = VisibilityLevel.full

    /// Taken and emptied by the caller after each batch.
    package var effects: [PipelineEffect] = []

    private let settings: Settings
    private var decoder = EventDecoder()
    private let processes = ProcessTree()
    private var containers: ContainerResolver
    private var workloads: WorkloadResolver
    private var users = UserResolver()
    private var addressNames = AddressNames()
    private var runtimeData: RuntimeAggregator
    private var indicators: IndicatorAggregator
    private var rules: RuleEvaluator
    private var ruleInterest: Interest
    private var aggregator: DetectionAggregator
    private var waiting: ContextWait<Detection>
    private var holders = NamespaceHolders()
    /// Files that rules know by a path, as containers have them; the kernel is told of them beside `interest`.
    package private(set) var containerFiles = ContainerFiles()
    private var digestWait: DigestWait
    private var builder: CloudEventBuilder
    private let redactor: Redactor
    private var subscribers: [Subscriber] = []
    private let seed: UInt64
    private let fruitless = FruitlessMessages()
    private var otherChanges: UInt64 = 0
    private var detections: [Detection] = []
    private var report = PipelineReport()

    private struct Subscriber {
        let id: UInt64
        let kinds: Set<EventKind>
        let filter: ConditionFilter?
    }

    /// Live subscribers at once; more are refused with an empty answer (`tooManySubscribers`).
    package static let subscribersMax = 8

    /// - Parameter seed: of the ids of cloud events; drawn by the caller, so that a replay gives the same ids.
    package init(settings: Settings, rules: RuleSet, indicators known: KnownIndicators = KnownIndicators(), seed: UInt64) {
        self.settings = settings
        containers = ContainerResolver(host: settings.hostNamespaces)
        workloads = WorkloadResolver(hasKubernetes: settings.hasKubernetes)
        runtimeData = RuntimeAggregator()
        indicators = IndicatorAggregator(settings: IndicatorAggregator.Settings(lookUpLoopback: settings.lookUpLoopback))
        indicators.definitions = known
        self.rules = RuleEvaluator(rules, matching: settings.ruleMatching)
        ruleInterest = Interest(rules)
        var tuning = DetectionAggregator.Tuning()
        tuning.windowMin = tuning.windowMin / settings.timeScale
        tuning.windowMax = tuning.windowMax / settings.timeScale
        aggregator = DetectionAggregator(tuning: tuning)
        waiting = ContextWait(capacity: 1024, timeout: settings.contextTimeout)
        digestWait = DigestWait()
        builder = CloudEventBuilder(identity: settings.identity, bootToWall: settings.bootToWall)
        redactor = Redactor()
        self.seed = seed
        report.rules = rules.count
    }

    // MARK: What the kernel says

    package func handle(message: UnsafeRawBufferPointer, at now: Now) {
        // whoever looks on sees each
        let repeatable = subscribers.isEmpty ? RepeatableMessage(message) : nil
        let stamp = stamp
        if let repeatable, fruitless.contains(repeatable, stamp: stamp) {
            report.eventsSeen[repeatable.kind, default: 0] += 1
            return
        }
        guard let event = decoder.decode(message) else { return }
        let (effectCount, detectionCount) = (effects.count, report.detectionsMade)
        handle(event: event, at: now)
        if let repeatable, stamp == self.stamp, effects.count == effectCount, report.detectionsMade == detectionCount {
            fruitless.remember(repeatable, stamp: stamp)
        }
    }

    /// Another number whenever something has changed that the answer to a message about a file depends on: processes, what correlations
    /// have counted, what came in, the time.
    private var stamp: UInt64 { processes.changes &+ rules.changes &+ otherChanges }

    /// The flow. One event from its process to the three consumers.
    package func handle(event: Event, at now: Now) {
        report.eventsSeen[event.kind, default: 0] += 1

        let (process, isNew) = processes.handle(event)
        for namespace in processes.takeNamespacesGone() { forget(mountNamespace: namespace) }
        if isNew, event.kind != .exec { effects.append(.scan(pid: event.process.pid)) }
        if case .exec(let exec) = event.details { enter(process, exec) }
        let identity = users.identity(uid: event.uid, gid: event.gid, mountNamespace: process.exec.namespaces.mount)
        var enriched = EnrichedEvent(
            event: event, wallTime: WallInstant(nanoseconds: Int64(event.time.nanoseconds)) + settings.bootToWall, process: process,
            userName: identity.user, groupName: identity.group)
        enriched.accounts = identity.accounts
        enriched.hostName = builder.identity.hostname

        switch event.details {
        case .exec(let exec): askForDigests(of: exec.path, inode: exec.inode, since: process.execTime, seenBy: enriched)
        case .file(let file) where event.kind == .rename || event.kind == .link: noteNewFile(file.secondPath, in: process.exec.namespaces.mount)
        case .file(let file) where event.kind == .open && file.isCreate: noteNewFile(file.path, in: process.exec.namespaces.mount)
        case .file(let file) where event.kind == .library: askForDigests(of: file.path, inode: file.inode, since: event.time, seenBy: enriched)
        case .dns(let dns): addressNames.learn(dns)
        case .network(let network):
            enriched.localNames = addressNames.names(of: network.local)
            enriched.remoteNames = addressNames.names(of: network.remote)
        default: break
        }

        if level.hasRuntimeData { runtimeData.observe(enriched) } else if event.kind == .exec { report.ledger.count(.visibility, at: "runtimeData") }
        consider(indicators.observe(enriched, at: now), at: now)
        rules.evaluate(enriched, into: &detections)
        take(at: now)
        if !subscribers.isEmpty { show(enriched) }
    }

    private func forget(mountNamespace: UInt32) {
        users.forget(mountNamespace: mountNamespace)
        holders.forget(mountNamespace: mountNamespace)
        containerFiles.forget(mountNamespace: mountNamespace)
    }

    private func lookUpKnownFiles(of process: ProcessRecord) {
        let namespace = process.exec.namespaces.mount
        guard process.container != nil, !ruleInterest.knownFiles.isEmpty, containerFiles.enter(mountNamespace: namespace) else { return }
        effects.append(.findKnownFiles(ruleInterest.knownFiles.sorted(), pid: process.key.pid, mountNamespace: namespace))
    }

    // The name is that of another file from now on.
    private func noteNewFile(_ path: String, in namespace: UInt32) {
        guard containerFiles.isWatched(mountNamespace: namespace), ruleInterest.knownFiles.contains(path) else { return }
        containerFiles.changed(mountNamespace: namespace)
    }

    // Containers that were entered while no path was known are met here for the first time.
    private func knownPathsChanged() {
        containerFiles.pathsChanged()
        for process in processes.all { lookUpKnownFiles(of: process) }
    }

    private func lookUpKnownFilesAgain(at now: Now) {
        for namespace in containerFiles.due(at: now.monotonic) {
            if let pid = holders.holder(of: namespace, in: processes) {
                effects.append(.findKnownFiles(ruleInterest.knownFiles.sorted(), pid: pid, mountNamespace: namespace))
            } else {
                containerFiles.learn(nil, mountNamespace: namespace)
            }
        }
    }

    // A new program: its container, its pod, the names of its users.
    private func enter(_ process: ProcessRecord, _ exec: ExecDetails) {
        process.container = container(exec)
        lookUpKnownFiles(of: process)
        if users.shouldRead(mountNamespace: exec.namespaces.mount) {
            effects.append(.readNames(pid: process.key.pid, mountNamespace: exec.namespaces.mount))
        }
    }

    private func container(_ exec: ExecDetails) -> ContainerContext? {
        guard var container = containers.container(cgroupPath: exec.cgroupPath, namespaces: exec.namespaces) else { return nil }
        workloads.complete(&container)
        askRuntime(for: container)
        return container
    }

    private func askRuntime(for container: ContainerContext) {
        if workloads.shouldAskRuntime(for: container) { effects.append(.askRuntime(containerID: container.id)) }
    }

    // The process may be gone before its file is hashed: what a detection would need is kept until then.
    private func askForDigests(of path: String, inode: UInt64, since time: BootInstant, seenBy event: EnrichedEvent) {
        guard level.hasHashes else { return report.ledger.count(.visibility, at: "hash") }
        let process = event.process
        let request = FileHasher.Request(
            process: process.key, path: path, inode: inode, execTime: time.nanoseconds,
            namespaceHolder: holders.holder(of: process.exec.namespaces.mount, except: process.key, in: processes), isLibrary: event.event.kind == .library)
        if digestWait.hold(Sighting(event), for: request) { effects.append(.hash(request)) }
    }

    // MARK: What was found

    private func take(at now: Now) {
        guard !detections.isEmpty else { return }
        for detection in detections { admit(detection, at: now) }
        detections.removeAll(keepingCapacity: true)
    }

    // A detection in a container of which more is to be learned waits a moment for it.
    private func admit(_ detection: Detection, at now: Now) {
        report.detectionsMade += 1
        guard let container = detection.container, settings.contextTimeout > .zero, workloads.isAwaited(container) else { return aggregate(detection, at: now) }
        // met before the runtime answered
        askRuntime(for: container)
        if !waiting.hold(detection, for: container.id, at: now.monotonic) { giveUpWaiting(detection, at: now) }
    }

    // What has become known meanwhile is not lost with the rest.
    private func giveUpWaiting(_ detection: Detection, at now: Now) {
        guard var container = detection.container else { return aggregate(detection, at: now) }
        workloads.complete(&container)
        container.isComplete = false
        aggregate(detection.completed(by: container), at: now)
    }

    private func aggregate(_ detection: Detection, at now: Now) { perform(aggregator.handle(detection, at: now)) }

    private func perform(_ released: [DetectionAggregator.Released]) {
        for item in released {
            let event = builder.cloudEvent(item.detection, id: id(ofSeries: item.series), count: item.count, last: item.count > 1 ? item.last : nil)
            effects.append(.send(redactor.redact(event), item.detection.severity))
        }
    }

    private func consider(_ found: [IndicatorAggregator.Effect], at now: Now) {
        for effect in found {
            switch effect {
            case .lookUp(let keys): effects.append(.lookUp(keys))
            case .detection(let detection): admit(detection, at: now)
            }
        }
    }

    // One id for all releases of a series: the portal keeps the last, which has the exact count. RFC 9562, version 4 form, drawn from the
    // caller's seed.
    private func id(ofSeries series: UInt64) -> String {
        var random = SeededGenerator(seed: seed &+ series &* 0x9E37_79B9_7F4A_7C15)
        let (high, low) = (random.next(), random.next())
        let digits = String(high, radix: 16).leftPadded(to: 16) + String(low, radix: 16).leftPadded(to: 16)
        var hex = Array(digits.utf8)
        hex[12] = 0x34
        hex[16] = [0x38, 0x39, 0x61, 0x62][Int(low >> 60 & 3)]
        let text = String(decoding: hex, as: UTF8.self)
        func part(_ from: Int, _ to: Int) -> Substring { text[text.index(text.startIndex, offsetBy: from)..<text.index(text.startIndex, offsetBy: to)] }
        return "\(part(0, 8))-\(part(8, 12))-\(part(12, 16))-\(part(16, 20))-\(part(20, 32))"
    }

    private func show(_ event: EnrichedEvent) {
        for subscriber in subscribers where subscriber.kinds.isEmpty || subscriber.kinds.contains(event.event.kind) {
            if let filter = subscriber.filter, !filter.matches(event) { continue }
            effects.append(.line(EventLine.json(event, redact: redactor.redact), subscriber: subscriber.id))
        }
    }

    // MARK: What comes back

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

    private func store(_ rows: [RuntimeRecord]) {
        if !rows.isEmpty { effects.append(.store(rows.map { redactor.redact($0) })) }
    }

    private func adopt(_ facts: ProcessFacts) {
        guard let record = processes.adopt(facts), record.container == nil else { return }
        record.container = container(facts.exec)
        lookUpKnownFiles(of: record)
    }

    private func learn(_ digests: FileDigests, of request: FileHasher.Request, at now: Now) {
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
    private func complete(_ container: ContainerContext, at now: Now) {
        processes.forEach { if $0.container?.id == container.id { $0.container = container } }
        guard !workloads.isAwaited(container) else { return }
        for detection in waiting.arrived(container.id) { aggregate(detection.completed(by: container), at: now) }
    }

    private func currentReport() -> PipelineReport {
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

extension Detection {
    /// The same with what is now known of its container, wherever it names it.
    fileprivate func completed(by container: ContainerContext) -> Detection {
        var out = self
        if out.container?.id == container.id { out.container = container }
        for i in out.processTree.indices where out.processTree[i].container?.id == container.id { out.processTree[i].container = container }
        return out
    }
}

extension LossCause {
    /// Given up because the sensor is short of memory, CPU or room.
    package static let visibility: LossCause = "visibility"
}

extension String {
    fileprivate func leftPadded(to count: Int) -> String { String(repeating: "0", count: max(0, count - self.count)) + self }
}
