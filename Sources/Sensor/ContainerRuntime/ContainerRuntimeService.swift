package import Enrichment
package import Foundations
package import NIOCore

/// The shell of `RuntimeWatch`: awaits answers, hands them in, performs the requests.
///
/// Tells enrichment through `tell`, from one task, in order. Ends when its task is cancelled.
package actor ContainerRuntimeService {
    package struct Status: Sendable, Hashable, Codable {
        package var state: RuntimeState
        package var detail: String
        /// Name and socket of the runtime that answers; nil when none does.
        package var runtime: String?
        package var socket: String?
        package var containers: Int = 0
        package var connections: UInt64 = 0
        package var lists: UInt64 = 0
        package var questions: UInt64 = 0
        package var events: UInt64 = 0
        /// Containers that it was asked for and does not have.
        package var unknown: UInt64 = 0
        package var questionsFull: UInt64 = 0
        package var failures: [String: UInt64] = [:]
    }

    private enum Input: Sendable {
        case watch(RuntimeWatch.Input, generation: UInt64)
        case made(any RuntimeConnection, generation: UInt64)
    }

    private let roots: [String]
    private let tuning: RuntimeTuning
    private let group: any EventLoopGroup
    private let clock: @Sendable () -> Now
    private let tell: @Sendable (RuntimeContainers.Input) -> Void
    private let report: @Sendable (RuntimeState, String) -> Void
    private var watch: RuntimeWatch
    private var connection: (any RuntimeConnection)?
    /// Of the connection: answers on an earlier one are late and dropped.
    private var generation: UInt64 = 0
    private var eventsWaiting = 0
    private var detail = ""
    private var alarmAt: MonotonicInstant?
    /// Containers that were met. Beyond the bound they are not asked for; the next list has them.
    private let met: AsyncStream<String>
    private let meet: AsyncStream<String>.Continuation
    /// Bounded by what is out: one request, one stream whose events wait for each other.
    private let inputs: AsyncStream<Input>
    private let send: AsyncStream<Input>.Continuation

    /// - Parameters:
    ///   - sockets: tried in this order; the first that answers is used.
    ///   - roots: where each is looked for, one after the other; empty for the path itself.
    ///   - tell: takes what enrichment is to know.
    ///   - report: told when the state changes, with the words of the error.
    package init(
        sockets: [RuntimeSocket], roots: [String] = RuntimeSocket.usualRoots, tuning: RuntimeTuning = RuntimeTuning(), seed: UInt64, group: any EventLoopGroup,
        clock: @escaping @Sendable () -> Now, tell: @escaping @Sendable (RuntimeContainers.Input) -> Void, report: @escaping @Sendable (RuntimeState, String) -> Void
    ) {
        self.roots = roots
        self.tuning = tuning
        self.group = group
        self.clock = clock
        self.tell = tell
        self.report = report
        watch = RuntimeWatch(sockets: sockets, tuning: tuning, seed: seed, at: clock().monotonic)
        (inputs, send) = AsyncStream.makeStream()
        (met, meet) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(tuning.questionsMax))
    }

    package var status: Status {
        let counts = watch.counts
        var out = Status(state: watch.state, detail: detail)
        out.runtime = watch.runtime.isEmpty ? nil : watch.runtime
        out.socket = watch.socket?.path
        out.containers = watch.containers
        out.connections = counts.connections
        out.lists = counts.lists
        out.questions = counts.questions
        out.events = counts.events
        out.unknown = counts.unknown
        out.questionsFull = counts.questionsFull
        out.failures = Dictionary(uniqueKeysWithValues: counts.failures.map { ($0.rawValue, $1) })
        return out
    }

    /// A container was met for the first time.
    package nonisolated func ask(_ id: String) { meet.yield(id) }

    /// Asks until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { tasks in
            send.yield(.watch(.wake, generation: 0))
            tasks.addTask { [met, send] in for await id in met { send.yield(.watch(.met(id: id), generation: 0)) } }
            await withTaskCancellationHandler {
                for await input in inputs {
                    if Task.isCancelled { break }
                    handle(input, &tasks)
                    arm(&tasks)
                }
            } onCancel: {
                send.finish()
                meet.finish()
            }
            await connection?.close()
            tasks.cancelAll()
        }
    }

    private func handle(_ input: Input, _ tasks: inout DiscardingTaskGroup) {
        let now = clock().monotonic
        switch input {
        case .made(let made, let of):
            guard of == generation else { return tasks.addTask { await made.close() } }
            connection = made
            tasks.addTask { await made.run() }
            request(&tasks) { connection throws(RuntimeFailure) in .opened(name: try await connection.name()) }
        // 0: from nobody's connection
        case .watch(let input, let of):
            if case .event = input { eventsWaiting -= 1 }
            if of == 0 || of == generation { perform(watch.handle(input, at: now), &tasks) }
        }
    }

    private func perform(_ effects: [RuntimeWatch.Effect], _ tasks: inout DiscardingTaskGroup) {
        for effect in effects {
            switch effect {
            case .open(let socket): open(socket, &tasks)
            case .close:
                generation += 1
                guard let old = connection else { continue }
                connection = nil
                tasks.addTask { await old.close() }
            case .list: request(&tasks) { connection throws(RuntimeFailure) in .listed(try await connection.list()) }
            case .find(let id): request(&tasks) { connection throws(RuntimeFailure) in .found(try await connection.find(id)) }
            case .details(let container): request(&tasks) { connection throws(RuntimeFailure) in .found(try await connection.details(of: container)) }
            case .watchEvents: watchEvents(&tasks)
            case .tell(let news): tell(news)
            case .state(let state, let detail):
                self.detail = detail
                report(state, detail)
            }
        }
    }

    private func open(_ socket: RuntimeSocket, _ tasks: inout DiscardingTaskGroup) {
        generation += 1
        let (of, send, roots, group, timeout) = (generation, send, roots, group, tuning.requestTimeout)
        tasks.addTask {
            do throws(RuntimeFailure) {
                let path = try UnixSocket.find(socket, roots: roots)
                let made: any RuntimeConnection =
                    switch socket.language {
                    case .cri: try await CRIConnection.open(path: path, group: group, timeout: timeout)
                    case .docker: DockerConnection(path: path, group: group, timeout: timeout)
                    }
                send.yield(.made(made, generation: of))
            } catch { send.yield(.watch(.failed(error), generation: of)) }
        }
    }

    private func request(_ tasks: inout DiscardingTaskGroup, _ ask: @escaping @Sendable (any RuntimeConnection) async throws(RuntimeFailure) -> RuntimeWatch.Input) {
        guard let connection else { return }
        let (of, send) = (generation, send)
        tasks.addTask {
            do throws(RuntimeFailure) { send.yield(.watch(try await ask(connection), generation: of)) } catch { send.yield(.watch(.failed(error), generation: of)) }
        }
    }

    private func watchEvents(_ tasks: inout DiscardingTaskGroup) {
        guard let connection else { return }
        let (of, send) = (generation, send)
        tasks.addTask {
            do throws(RuntimeFailure) {
                try await connection.events { event in await self.receive(event, of) }
                send.yield(.watch(.eventsEnded(nil), generation: of))
            } catch { send.yield(.watch(.eventsEnded(error), generation: of)) }
        }
    }

    /// Events of the runtime that wait at once; beyond it its stream waits in the socket.
    private static let eventsMax = 256

    private func receive(_ event: RuntimeEvent, _ of: UInt64) async {
        while eventsWaiting >= Self.eventsMax, !Task.isCancelled { await Task.yield() }
        eventsWaiting += 1
        send.yield(.watch(.event(event), generation: of))
    }

    // MARK: Sleeping

    // Timers stand still while the machine is suspended, so no sleep is longer than this.
    private static let sleepMax: Duration = .seconds(30)

    private func arm(_ tasks: inout DiscardingTaskGroup) {
        let now = clock().monotonic
        if let alarmAt, alarmAt <= now { self.alarmAt = nil }
        guard let due = watch.nextWake else { return }
        let next = min(due, now + Self.sleepMax)
        if let alarmAt, alarmAt <= next { return }
        alarmAt = next
        let (span, send) = (max(.milliseconds(1), next - now), send)
        tasks.addTask {
            do { try await Task.sleep(for: span) } catch { return }
            send.yield(.watch(.wake, generation: 0))
        }
    }
}
