internal import Contract
package import Foundation
package import Foundations
internal import NIOCore
internal import NIOPosix
package import Portal
internal import ServiceLifecycle
package import Spool

/// The shell of the conversation: awaits inputs, lets `Conversation` decide, performs its effects.
///
/// Runs on a thread of its own, because the spool's disk is written there; requests run beside it, several at once, each ended at
/// its deadline. Everything it tells goes through `Handlers`.
package actor PortalService: Service {
    /// What the daemon is told. Called on the service's thread, in the order of the effects, unless said otherwise: keep them short.
    package struct Handlers: Sendable {
        /// Put these to use and keep them on disk. Returns why they cannot be used, nil when they can. Called beside the service's thread.
        package var useDefinitions: @Sendable (VerifiedDefinitions) async -> String?
        package var settings: @Sendable (PortalSettingsUpdate) -> Void
        package var portalLost: @Sendable (PortalState) -> Void
        package var portalBack: @Sendable () -> Void
        package var dropIndicators: @Sendable () -> Void
        package var report: @Sendable (PortalReport) -> Void

        package init(
            useDefinitions: @escaping @Sendable (VerifiedDefinitions) async -> String?, settings: @escaping @Sendable (PortalSettingsUpdate) -> Void = { _ in },
            portalLost: @escaping @Sendable (PortalState) -> Void = { _ in }, portalBack: @escaping @Sendable () -> Void = {},
            dropIndicators: @escaping @Sendable () -> Void = {}, report: @escaping @Sendable (PortalReport) -> Void = { _ in }
        ) {
            self.useDefinitions = useDefinitions
            self.settings = settings
            self.portalLost = portalLost
            self.portalBack = portalBack
            self.dropIndicators = dropIndicators
            self.report = report
        }
    }

    /// Drafts that wait for the service at once; more are counted as `inboxFull`.
    package static let inboxMax = 8192
    /// The longest sleep: timers stand still while the machine is suspended, the conversation's clock does not.
    static let sleepMax: Duration = .seconds(30)
    static let sleepMin: Duration = .milliseconds(1)

    package nonisolated let unownedExecutor: UnownedSerialExecutor
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let client: PortalClient
    private let spool: any SpoolStore & Sendable
    private let handlers: Handlers
    private let clock: @Sendable () -> Now
    private let inbox = PortalInbox(capacity: PortalService.inboxMax)
    private var conversation: Conversation
    private var isEnded = false
    private var sleeper: CheckedContinuation<Void, Never>?
    private var alarm: Scheduled<Void>?
    // accepted releases, put to use in their order: the newest must not be overtaken by the one before it
    private let (accepted, releases) = AsyncStream.makeStream(of: VerifiedDefinitions.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - conversation: as made for `spool.timeline`, its timetable already scaled.
    ///   - clock: the daemon's clocks.
    package init(client: PortalClient, conversation: Conversation, spool: any SpoolStore & Sendable, handlers: Handlers, clock: @escaping @Sendable () -> Now) {
        self.client = client
        self.conversation = conversation
        self.spool = spool
        self.handlers = handlers
        self.clock = clock
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        unownedExecutor = loop.executor.asUnownedSerialExecutor()
    }

    // MARK: What others say

    /// Takes a record to be kept and sent. Never waits; from any thread.
    package nonisolated func submit(_ draft: SpoolDraft) { inbox.push(draft) }

    /// Opens a health issue that something outside found; nil as the message resolves it.
    package nonisolated func report(issue code: String, _ severity: Severity, _ message: String?) { inbox.push(.issue(code: code, severity, message)) }

    /// Another pinned version or root key for the definitions than at the start; nil for none.
    package nonisolated func use(pinned: DefinitionsVersion?, root: Data?) { inbox.push(.definitionsPinned(pinned, root: root)) }

    /// Begins the end: what is spooled is flushed, the portal is told, `run` returns. Takes at most the timetable's `shutdownMax`.
    package nonisolated func shutDown() { inbox.push(.shutdown) }

    /// Asks the reputation service, in calls of at most the portal's batch size. Fails at once, without a packet, while the portal is
    /// not connected: the caller asks again after `portalBack`.
    package func lookUp(_ queries: [ReputationQuery]) async throws(PortalFailure) -> [ReputationAnswer] {
        var answers: [ReputationAnswer] = []
        let wish = Int(conversation.settings.reputationBatch)
        let size = wish == 0 ? ReputationQuery.perCallDefault : min(wish, ReputationQuery.perCallMax)
        for start in stride(from: 0, to: queries.count, by: size) {
            guard conversation.session.isConnected, let sensorID = conversation.session.sensorID else { throw PortalFailure(conversation.session.state) }
            let part = Array(queries[start..<min(start + size, queries.count)])
            let client = client
            answers += try await Deadline.run(.seconds(30)) { () async throws(PortalFailure) in try await client.lookUp(part, sensorID: sensorID) }
        }
        return answers
    }

    /// How things stand, for statistics.
    package func status() -> PortalStatus {
        let now = clock()
        var losses = conversation.losses
        losses.merge(inbox.losses)
        return PortalStatus(
            state: conversation.session.state, detail: conversation.session.detail, sensorID: conversation.session.sensorID,
            definitionsVersion: conversation.definitions.current?.description ?? "", failures: conversation.session.failures,
            sinceContact: conversation.digest.lastContact.map { spool.timeline.time(at: now.monotonic) - $0 }, spool: conversation.digest, oldest: conversation.digest.oldest.map { spool.timeline.time(at: now.monotonic) - $0 }, issues: conversation.issues.all, losses: losses,
            inboxDepth: inbox.depth, requestsOut: conversation.requestsOut)
    }

    // MARK: The loop

    /// Runs until `shutDown` is done or the task is cancelled.
    package func run() async throws {
        inbox.onInput { [weak self] in self.map { service in service.loop.execute { service.assumeIsolated { $0.wakeUp() } } } }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { [client] in await client.run() }
                tasks.addTask { [accepted, handlers, inbox] in
                    for await definitions in accepted {
                        guard let reason = await handlers.useDefinitions(definitions) else { continue }
                        inbox.push(.definitionsRejected(version: definitions.offer.version, reason))
                    }
                }
                await converse(&tasks)
                await client.close()
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.shutDown()
        }
    }

    // The thread is the actor's own executor: it can only end when nobody runs on it any more.
    deinit { group.shutdownGracefully { _ in } }

    private func converse(_ tasks: inout DiscardingTaskGroup) async {
        let digest: SpoolDigest
        do { digest = try spool.digest() } catch {
            inbox.push(.issue(code: "spool.failed", .high, error.description))
            digest = SpoolDigest()
        }
        handle(.start(digest), &tasks)
        while !isEnded, !Task.isCancelled {
            let (inputs, drafts) = inbox.take()
            for input in inputs { handle(input, &tasks) }
            for draft in drafts { handle(.submit(draft), &tasks) }
            if inputs.isEmpty, drafts.isEmpty { handle(.wake, &tasks) }
            if !isEnded { await sleep() }
        }
    }

    private func handle(_ input: Conversation.Input, _ tasks: inout DiscardingTaskGroup) {
        // An effect's answer is an input of its own; they are worked off in order before anything else comes in.
        var pending = conversation.handle(input, at: clock())
        var next = 0
        while next < pending.count {
            let effect = pending[next]
            next += 1
            if case .spool(let command) = effect {
                pending.replaceSubrange(..<next, with: conversation.handle(.spool(command.perform(on: spool, at: clock())), at: clock()))
                next = 0
            } else {
                perform(effect, &tasks)
            }
        }
    }

    private func perform(_ effect: Conversation.Effect, _ tasks: inout DiscardingTaskGroup) {
        let (client, inbox) = (client, inbox)
        switch effect {
        case .spool: break
        case .send(let id, let request, let timeout):
            let context = context()
            tasks.addTask {
                let reply = await Deadline.run(timeout) { await client.perform(request, context: context) } late: { .failed(PortalFailure(.timedOut, detail: "no answer within \(timeout)")) }
                inbox.push(.reply(id: id, reply))
            }
        case .useDefinitions(let definitions): releases.yield(definitions)
        case .settings(let update): handlers.settings(update)
        case .portalLost(let state): handlers.portalLost(state)
        case .portalBack: handlers.portalBack()
        case .dropIndicators: handlers.dropIndicators()
        case .report(let report): handlers.report(report)
        case .finished: isEnded = true
        }
    }

    private func context() -> PortalClient.Context {
        let digest = conversation.digest
        var figures = PortalClient.Context.SpoolFigures()
        figures.records = digest.records + conversation.intakeDepth
        figures.bytes = digest.bytes
        figures.oldest = digest.oldest.map { spool.timeline.time(at: clock().monotonic) - $0 } ?? .zero
        figures.evicted = Dictionary(uniqueKeysWithValues: digest.evicted.map { ($0.name, $1) })
        for (stream, state) in digest.streams {
            figures.accepted[stream.rawValue] = state.accepted
            figures.delivered[stream.rawValue] = state.delivered
        }
        return PortalClient.Context(
            persistentID: conversation.persistentID, sensorID: conversation.session.sensorID ?? "",
            definitionsVersion: conversation.definitions.current?.description ?? "", pinnedVersion: conversation.definitions.pinned?.description ?? "",
            settingsRevision: conversation.settings.revision, issues: conversation.issues.all, spool: figures)
    }

    // MARK: Sleeping

    private func sleep() async {
        let now = clock().monotonic
        // a floor, so that no instant in the past can ever make this a busy loop
        let due = conversation.nextWake(at: now).map { max(Self.sleepMin, min($0 - now, Self.sleepMax)) } ?? Self.sleepMax
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                sleeper = continuation
                alarm = loop.assumeIsolated().scheduleTask(in: .nanoseconds(due.nanoseconds)) { self.assumeIsolated { $0.wakeUp() } }
                if inbox.hasInput || Task.isCancelled { wakeUp() }
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.wakeUp() } }
        }
    }

    private func wakeUp() {
        alarm?.cancel()
        alarm = nil
        sleeper?.resume()
        sleeper = nil
    }
}
