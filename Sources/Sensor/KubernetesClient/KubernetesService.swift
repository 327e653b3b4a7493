internal import Events
package import Enrichment
package import Foundations
internal import Synchronization

/// The shell of the two values that decide what to ask: awaits answers, hands them in, performs the requests.
///
/// Tells enrichment through `tell`, from one task, in order. Ends when its task is cancelled.
package actor KubernetesService {
    package struct Status: Sendable, Hashable, Codable {
        package var state: KubernetesState
        package var detail: String
        package var pods: Int = 0
        package var lists: UInt64 = 0
        package var pages: UInt64 = 0
        package var watches: UInt64 = 0
        package var events: UInt64 = 0
        package var bookmarks: UInt64 = 0
        /// Objects and events that could not be read.
        package var unreadable: UInt64 = 0
        /// Places in the stream that the server had compacted away (410).
        package var expired: UInt64 = 0
        package var failures: [String: UInt64] = [:]
        package var ownerGets: UInt64 = 0
        package var ownerHits: UInt64 = 0
        /// Who is asked for pods: `kubelet` or `api-server`.
        package var source = "api-server"
        package var kubeletPolls: UInt64 = 0
        package var kubeletFailures: UInt64 = 0
    }

    /// The node's own kubelet, asked before the API server is.
    package struct Kubelet: Sendable, Hashable {
        package var configuration: KubeConfiguration
        /// The API server is never asked for pods, whatever happens.
        package var isForced: Bool
        package init(configuration: KubeConfiguration, isForced: Bool) {
            self.configuration = configuration
            self.isForced = isForced
        }
    }

    private enum Input: Sendable {
        case wake
        case pods(PodWatch.Input, request: UInt64)
        case owners(OwnerChains.Input)
        case kubelet(KubeletPoll.Input)
    }

    private let http: KubeHTTP
    private let kubeletHTTP: KubeHTTP?
    private let tuning: KubernetesTuning
    private let clock: @Sendable () -> Now
    private let tell: @Sendable (WorkloadResolver.Input) -> Void
    private let report: @Sendable (KubernetesState, String) -> Void
    private var pods: PodWatch
    private var owners: OwnerChains
    /// Nil when it may not be asked.
    private var kubelet: KubeletPoll?
    private var detail = ""
    private var uids: Set<String> = []
    /// Of the list or watch that is out: answers to an earlier one are late and dropped.
    private var currentRequest: UInt64 = 0
    private var currentWatch: Cancellation?
    private var linesWaiting = 0
    private var alarmAt: MonotonicInstant?
    private let inputs: AsyncStream<Input>
    private let send: AsyncStream<Input>.Continuation

    /// - Parameters:
    ///   - kubelet: asked first; nil for the API server alone.
    ///   - node: whose pods are listed and watched.
    ///   - tell: takes what enrichment is to know.
    ///   - report: told when the state changes, with the words of the error.
    /// - Throws: what of the configuration cannot be used.
    package init(
        configuration: KubeConfiguration, kubelet: Kubelet? = nil, node: String, tuning: KubernetesTuning = KubernetesTuning(), seed: UInt64, clock: @escaping @Sendable () -> Now,
        tell: @escaping @Sendable (WorkloadResolver.Input) -> Void, report: @escaping @Sendable (KubernetesState, String) -> Void
    ) throws(Diagnostic) {
        http = try KubeHTTP(configuration)
        if let kubelet { kubeletHTTP = try KubeHTTP(kubelet.configuration) } else { kubeletHTTP = nil }
        self.kubelet = kubelet.map { KubeletPoll(isForced: $0.isForced, tuning: tuning, seed: seed &+ 2, at: clock().monotonic) }
        self.tuning = tuning
        self.clock = clock
        self.tell = tell
        self.report = report
        pods = PodWatch(node: node, tuning: tuning, seed: seed, at: clock().monotonic)
        owners = OwnerChains(tuning: tuning, seed: seed &+ 1)
        // Bounded by what is out: one list or watch, whose lines wait for each other, and one question about an owner.
        (inputs, send) = AsyncStream.makeStream()
    }

    /// Whether pods come from the kubelet now, and not from the API server.
    private var asksKubelet: Bool { kubelet.map { !$0.isAway } ?? false }

    package var status: Status {
        let counts = pods.counts
        var status = Status(state: kubelet.flatMap { $0.isAway ? nil : $0.state } ?? pods.state, detail: detail)
        status.source = asksKubelet ? "kubelet" : "api-server"
        let polls = kubelet?.counts ?? KubeletPoll.Counts()
        status.kubeletPolls = polls.polls
        status.kubeletFailures = polls.failures
        status.pods = uids.count
        status.lists = counts.lists
        status.pages = counts.pages
        status.watches = counts.watches
        status.events = counts.events
        status.bookmarks = counts.bookmarks
        status.unreadable = counts.unreadable + polls.unreadable
        status.expired = counts.expired
        status.failures = Dictionary(uniqueKeysWithValues: counts.failures.map { ($0.rawValue, $1) })
        status.ownerGets = owners.counts.gets
        status.ownerHits = owners.counts.hits
        return status
    }

    /// Watches until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { tasks in
            send.yield(.wake)
            await withTaskCancellationHandler {
                for await input in inputs {
                    if Task.isCancelled { break }
                    handle(input, &tasks)
                    arm(&tasks)
                }
            } onCancel: {
                send.finish()
            }
            currentWatch?.cancel()
            tasks.cancelAll()
        }
        await http.close()
        await kubeletHTTP?.close()
    }

    private func handle(_ input: Input, _ tasks: inout DiscardingTaskGroup) {
        let now = clock().monotonic
        switch input {
        case .wake:
            ask(at: now, .wake, &tasks)
            if !asksKubelet { perform(pods.handle(.wake, at: now), &tasks) }
            perform(owners.handle(.wake, at: now), &tasks)
        case .pods(let input, let request):
            linesWaiting = max(0, linesWaiting - 1)
            guard request == currentRequest else { return }
            perform(pods.handle(input, at: now), &tasks)
        case .owners(let input): perform(owners.handle(input, at: now), &tasks)
        case .kubelet(let input): ask(at: now, input, &tasks)
        }
    }

    private func ask(at now: MonotonicInstant, _ input: KubeletPoll.Input, _ tasks: inout DiscardingTaskGroup) {
        guard let effects = kubelet?.handle(input, at: now), let kubeletHTTP else { return }
        for effect in effects {
            switch effect {
            case .get:
                let (send, timeout) = (send, tuning.requestTimeout)
                tasks.addTask {
                    do throws(KubernetesFailure) {
                        send.yield(.kubelet(.answered(try await kubeletHTTP.get(PodListObject.self, KubeletPoll.path, within: timeout))))
                    } catch { send.yield(.kubelet(.failed(error))) }
                }
            case .tell(let news): pass(news, &tasks)
            case .state(let state, let detail):
                self.detail = detail
                report(state, "kubelet: \(detail)")
            case .giveWay: perform(pods.handle(.wake, at: now), &tasks)
            case .takeOver: perform(pods.pause(at: now), &tasks)
            }
        }
    }

    // MARK: Effects

    private func perform(_ effects: [PodWatch.Effect], _ tasks: inout DiscardingTaskGroup) {
        for effect in effects {
            switch effect {
            case .list(let query): list(query, &tasks)
            case .watch(let query): watch(query, &tasks)
            case .cancelWatch:
                currentRequest += 1
                currentWatch?.cancel()
                currentWatch = nil
            case .tell(let news): pass(news, &tasks)
            case .state(let state, let detail):
                self.detail = detail
                report(state, detail)
            }
        }
    }

    private func list(_ query: PodQuery, _ tasks: inout DiscardingTaskGroup) {
        currentRequest += 1
        let (id, http, send, timeout) = (currentRequest, http, send, tuning.requestTimeout)
        tasks.addTask {
            do throws(KubernetesFailure) {
                let page = try await http.get(PodListObject.self, query.target, within: timeout)
                send.yield(.pods(.page(page), request: id))
            } catch { send.yield(.pods(.failed(error), request: id)) }
        }
    }

    private func watch(_ query: PodQuery, _ tasks: inout DiscardingTaskGroup) {
        currentRequest += 1
        let cancellation = Cancellation()
        currentWatch = cancellation
        let (id, http) = (currentRequest, http)
        let span = Duration.seconds(query.timeoutSeconds ?? 0) + tuning.watchGrace
        tasks.addTask { [self] in
            await cancellation.run {
                do throws(KubernetesFailure) {
                    try await http.watch(query.target, within: span) {
                        await self.receive(.opened, id)
                    } onLine: { line in
                        await self.receive(.line(line), id)
                    }
                    await self.receive(.ended, id)
                } catch { await self.receive(.failed(error), id) }
            }
        }
    }

    /// Lines of a watch that wait at once.
    private static let linesMax = 256

    // A watch that is faster than what it is handed to waits in its socket.
    private func receive(_ input: PodWatch.Input, _ id: UInt64) async {
        while linesWaiting >= Self.linesMax, !Task.isCancelled { await Task.yield() }
        linesWaiting += 1
        send.yield(.pods(input, request: id))
    }

    private func perform(_ effects: [OwnerChains.Effect], _ tasks: inout DiscardingTaskGroup) {
        for effect in effects {
            switch effect {
            case .learned(let above, let uid): tell(.owners(above, above: uid))
            case .get(let path):
                let (http, send, timeout) = (http, send, tuning.requestTimeout)
                tasks.addTask {
                    // metadata alone is a tenth of a ReplicaSet; a server that cannot do it sends the whole object
                    let accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
                    do throws(KubernetesFailure) {
                        send.yield(.owners(.answered(try await http.get(PartialObject.self, path, accept: accept, within: timeout))))
                    } catch { send.yield(.owners(.failed(error))) }
                }
            }
        }
    }

    private func pass(_ news: PodWatch.PodNews, _ tasks: inout DiscardingTaskGroup) {
        switch news {
        case .removed(let uid):
            uids.remove(uid)
            tell(.removed(uid: uid))
        case .listed(let seen):
            uids = seen
            tell(.listed(uids: seen))
        case .pod(let object):
            uids.insert(object.metadata.uid)
            var pod = object.pod
            guard let controller = object.controller else { return tell(.pod(pod)) }
            if let above = owners.above(controller.uid) { pod.context.owners += above } else { pod.isChainOpen = controller.path(namespace: pod.context.namespace) != nil }
            tell(.pod(pod))
            perform(owners.handle(.needed(controller, namespace: pod.context.namespace), at: clock().monotonic), &tasks)
        }
    }

    // MARK: Sleeping

    // Timers stand still while the machine is suspended, so no sleep is longer than this.
    private static let sleepMax: Duration = .seconds(30)

    private func arm(_ tasks: inout DiscardingTaskGroup) {
        let now = clock().monotonic
        if let alarmAt, alarmAt <= now { self.alarmAt = nil }
        guard let due = [kubelet?.nextWake, asksKubelet ? nil : pods.nextWake, owners.nextWake].compactMap({ $0 }).min() else { return }
        let next = min(due, now + Self.sleepMax)
        if let alarmAt, alarmAt <= next { return }
        alarmAt = next
        let (span, send) = (max(.milliseconds(1), next - now), send)
        tasks.addTask {
            do { try await Task.sleep(for: span) } catch { return }
            send.yield(.wake)
        }
    }
}

/// Lets one of many tasks of a group be ended by itself.
private final class Cancellation: Sendable {
    private let ended: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() { (ended, end) = AsyncStream.makeStream() }

    func cancel() { end.finish() }

    func run(_ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            group.addTask { [ended] in for await _ in ended {} }
            await group.next()
            group.cancelAll()
        }
    }
}
