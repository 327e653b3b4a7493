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
    package internal(set) var level = VisibilityLevel.full

    /// Taken and emptied by the caller after each batch.
    package var effects: [PipelineEffect] = []

    // of this room: what belongs to the flow stands in the files beside this one
    let settings: Settings
    var decoder = EventDecoder()
    let processes = ProcessTree()
    var containers: ContainerResolver
    var workloads: WorkloadResolver
    var users = UserResolver()
    var addressNames = AddressNames()
    var runtimeData: RuntimeAggregator
    var indicators: IndicatorAggregator
    var rules: RuleEvaluator
    var ruleInterest: Interest
    var aggregator: DetectionAggregator
    var waiting: ContextWait<Detection>
    var holders = NamespaceHolders()
    /// Files that rules know by a path, as containers have them; the kernel is told of them beside `interest`.
    package internal(set) var containerFiles = ContainerFiles()
    var digestWait: DigestWait
    var builder: CloudEventBuilder
    let redactor: Redactor
    var subscribers: [Subscriber] = []
    let seed: UInt64
    let fruitless = FruitlessMessages()
    var otherChanges: UInt64 = 0
    var detections: [Detection] = []
    var report = PipelineReport()

    struct Subscriber {
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
    var stamp: UInt64 { processes.changes &+ rules.changes &+ otherChanges }

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

    func forget(mountNamespace: UInt32) {
        users.forget(mountNamespace: mountNamespace)
        holders.forget(mountNamespace: mountNamespace)
        containerFiles.forget(mountNamespace: mountNamespace)
    }

    func lookUpKnownFiles(of process: ProcessRecord) {
        let namespace = process.exec.namespaces.mount
        guard process.container != nil, !ruleInterest.knownFiles.isEmpty, containerFiles.enter(mountNamespace: namespace) else { return }
        effects.append(.findKnownFiles(ruleInterest.knownFiles.sorted(), pid: process.key.pid, mountNamespace: namespace))
    }

    // The name is that of another file from now on.
    func noteNewFile(_ path: String, in namespace: UInt32) {
        guard containerFiles.isWatched(mountNamespace: namespace), ruleInterest.knownFiles.contains(path) else { return }
        containerFiles.changed(mountNamespace: namespace)
    }

    // Containers that were entered while no path was known are met here for the first time.
    func knownPathsChanged() {
        containerFiles.pathsChanged()
        for process in processes.all { lookUpKnownFiles(of: process) }
    }

    func lookUpKnownFilesAgain(at now: Now) {
        for namespace in containerFiles.due(at: now.monotonic) {
            if let pid = holders.holder(of: namespace, in: processes) {
                effects.append(.findKnownFiles(ruleInterest.knownFiles.sorted(), pid: pid, mountNamespace: namespace))
            } else {
                containerFiles.learn(nil, mountNamespace: namespace)
            }
        }
    }

    // A new program: its container, its pod, the names of its users.
    func enter(_ process: ProcessRecord, _ exec: ExecDetails) {
        process.container = container(exec)
        lookUpKnownFiles(of: process)
        if users.shouldRead(mountNamespace: exec.namespaces.mount) {
            effects.append(.readNames(pid: process.key.pid, mountNamespace: exec.namespaces.mount))
        }
    }

    func container(_ exec: ExecDetails) -> ContainerContext? {
        guard var container = containers.container(cgroupPath: exec.cgroupPath, namespaces: exec.namespaces) else { return nil }
        workloads.complete(&container)
        askRuntime(for: container)
        return container
    }

    func askRuntime(for container: ContainerContext) {
        if workloads.shouldAskRuntime(for: container) { effects.append(.askRuntime(containerID: container.id)) }
    }

    // The process may be gone before its file is hashed: what a detection would need is kept until then.
    func askForDigests(of path: String, inode: UInt64, since time: BootInstant, seenBy event: EnrichedEvent) {
        guard level.hasHashes else { return report.ledger.count(.visibility, at: "hash") }
        let process = event.process
        let request = FileHasher.Request(
            process: process.key, path: path, inode: inode, execTime: time.nanoseconds,
            namespaceHolder: holders.holder(of: process.exec.namespaces.mount, except: process.key, in: processes), isLibrary: event.event.kind == .library)
        if digestWait.hold(Sighting(event), for: request) { effects.append(.hash(request)) }
    }
}

extension LossCause {
    /// Given up because the sensor is short of memory, CPU or room.
    package static let visibility: LossCause = "visibility"
}
