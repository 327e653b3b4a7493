package import Enrichment
package import Foundations
package import NIOCore

/// The shell of `RuntimeWatch`: awaits answers, hands them in, performs the requests.
///
/// Tells enrichment through `tell`, from one task, in order. Ends when its task is cancelled.
package actor ContainerRuntimeService {
    private enum Input: Sendable {
        case wake
        case met(id: String)
        case said(RuntimeConversation.Input, line: Int, generation: UInt64)
        case made(any RuntimeConnection, line: Int, generation: UInt64)
    }

    /// To one socket.
    private struct Line {
        var connection: (any RuntimeConnection)?
        /// Of the connection: answers on an earlier one are late and dropped.
        var generation: UInt64 = 0
        /// The socket file that is open, by whichever path it was reached.
        var file: UnixSocket.File?
    }

    private let roots: [String]
    private let tuning: RuntimeTuning
    private let group: any EventLoopGroup
    private let clock: @Sendable () -> Now
    private let tell: @Sendable (RuntimeContainers.Input) -> Void
    private let report: @Sendable (RuntimeState, String) -> Void
    private var watch: RuntimeWatch
    private var lines: [Line]
    private var eventsWaiting = 0
    private var alarmAt: MonotonicInstant?
    /// Containers that were met. Beyond the bound they are not asked for; the next list has them.
    private let met: AsyncStream<String>
    private let meet: AsyncStream<String>.Continuation
    /// Bounded by what is out: of each line one request and one stream, whose events wait for each other.
    private let inputs: AsyncStream<Input>
    private let send: AsyncStream<Input>.Continuation

    /// - Parameters:
    ///   - sockets: all that answer are used; where two know the same container, the earlier one speaks for it.
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
        lines = sockets.map { _ in Line() }
        (inputs, send) = AsyncStream.makeStream()
        (met, meet) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(tuning.questionsMax))
    }

    package var status: Status { Status(watch) }

    /// A container was met for the first time.
    package nonisolated func ask(_ id: String) { meet.yield(id) }

    /// Asks until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { tasks in
            send.yield(.wake)
            tasks.addTask { [met, send] in for await id in met { send.yield(.met(id: id)) } }
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
            for line in lines { await line.connection?.close() }
            tasks.cancelAll()
        }
    }

    private func handle(_ input: Input, _ tasks: inout DiscardingTaskGroup) {
        let now = clock().monotonic
        switch input {
        case .wake: perform(watch.handle(.wake, at: now), &tasks)
        case .met(let id): perform(watch.handle(.met(id: id), at: now), &tasks)
        case .made(let made, let line, let generation):
            guard generation == lines[line].generation else { return tasks.addTask { await made.close() } }
            lines[line].connection = made
            tasks.addTask { await made.run() }
            request(line, &tasks) { connection throws(RuntimeFailure) in .opened(name: try await connection.name()) }
        case .said(let said, let line, let generation):
            if case .event = said { eventsWaiting -= 1 }
            if generation == lines[line].generation { perform(watch.handle(.from(line, said), at: now), &tasks) }
        }
    }

    private func perform(_ effects: [RuntimeWatch.Effect], _ tasks: inout DiscardingTaskGroup) {
        for effect in effects {
            switch effect {
            case .ask(let line, let request): perform(request, line, &tasks)
            case .tell(let news): tell(news)
            case .state(let state, let detail): report(state, detail)
            }
        }
    }

    private func perform(_ wanted: RuntimeConversation.Request, _ line: Int, _ tasks: inout DiscardingTaskGroup) {
        switch wanted {
        case .open(let socket): open(socket, line, &tasks)
        case .close:
            lines[line].generation += 1
            lines[line].file = nil
            guard let old = lines[line].connection else { return }
            lines[line].connection = nil
            tasks.addTask { await old.close() }
        case .list: request(line, &tasks) { connection throws(RuntimeFailure) in .listed(try await connection.list()) }
        case .find(let id): request(line, &tasks) { connection throws(RuntimeFailure) in .found(try await connection.find(id)) }
        case .details(let container): request(line, &tasks) { connection throws(RuntimeFailure) in .found(try await connection.details(of: container)) }
        case .watchEvents: watchEvents(line, &tasks)
        }
    }

    private func open(_ socket: RuntimeSocket, _ line: Int, _ tasks: inout DiscardingTaskGroup) {
        lines[line].generation += 1
        let (of, send, group, timeout) = (lines[line].generation, send, group, tuning.requestTimeout)
        let path: String
        do throws(RuntimeFailure) {
            let file: UnixSocket.File
            (path, file) = try UnixSocket.find(socket, roots: roots)
            // /var/run is /run, and a setting may name a usual socket by another path
            guard !lines.contains(where: { $0.file == file }) else { throw RuntimeFailure(.absent, "\(path) is a socket that is asked already") }
            lines[line].file = file
        } catch {
            send.yield(.said(.failed(error), line: line, generation: of))
            return
        }
        tasks.addTask {
            do throws(RuntimeFailure) {
                let made: any RuntimeConnection =
                    switch socket.language {
                    case .cri: try await CRIConnection.open(path: path, group: group, timeout: timeout)
                    case .docker: DockerConnection(path: path, group: group, timeout: timeout)
                    }
                send.yield(.made(made, line: line, generation: of))
            } catch { send.yield(.said(.failed(error), line: line, generation: of)) }
        }
    }

    private func request(_ line: Int, _ tasks: inout DiscardingTaskGroup, _ ask: @escaping @Sendable (any RuntimeConnection) async throws(RuntimeFailure) -> RuntimeConversation.Input) {
        guard let connection = lines[line].connection else { return }
        let (of, send) = (lines[line].generation, send)
        tasks.addTask {
            do throws(RuntimeFailure) { send.yield(.said(try await ask(connection), line: line, generation: of)) } catch { send.yield(.said(.failed(error), line: line, generation: of)) }
        }
    }

    private func watchEvents(_ line: Int, _ tasks: inout DiscardingTaskGroup) {
        guard let connection = lines[line].connection else { return }
        let (of, send) = (lines[line].generation, send)
        tasks.addTask {
            do throws(RuntimeFailure) {
                try await connection.events { event in await self.receive(event, line, of) }
                send.yield(.said(.eventsEnded(nil), line: line, generation: of))
            } catch { send.yield(.said(.eventsEnded(error), line: line, generation: of)) }
        }
    }

    /// Events of the runtimes that wait at once; beyond it their streams wait in the sockets.
    private static let eventsMax = 256

    private func receive(_ event: RuntimeEvent, _ line: Int, _ of: UInt64) async {
        while eventsWaiting >= Self.eventsMax, !Task.isCancelled { await Task.yield() }
        eventsWaiting += 1
        send.yield(.said(.event(event), line: line, generation: of))
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
            send.yield(.wake)
        }
    }
}
