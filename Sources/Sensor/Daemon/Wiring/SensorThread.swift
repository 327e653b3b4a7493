import Clocks
import CPlatform
import Events
import Foundation
import Foundations
import Governor
import Host
import Pipeline
import Probes
import Synchronization

/// The thread that owns probes and pipeline: polls the ring buffer, feeds the pipeline, hands its effects over. Nothing else touches
/// either, so neither needs a lock.
///
/// States: `starting` until the probes are attached, then `running`; `refused` while the kernel refuses them (tried again each
/// `retryInterval`); `stopped` at the end.
final class SensorThread: Sendable {
    enum State: Sendable, Equatable {
        case starting
        case running(hookSet: String)
        /// The name of the state, and what a person reads.
        case refused(state: String, message: String)
        case stopped
    }

    /// What the thread shows of itself, refreshed about once a second.
    struct Figures: Sendable {
        var state = State.starting
        var hooks: [HookStatus] = []
        /// The definitions that decide now: their rules are in use and the kernel sends what they need.
        var definitionsVersion = ""
        /// Names of files to watch that the kernel's table had no room for.
        var namesRefused = 0
        /// Files known by their path that it had no room for.
        var knownFilesRefused = 0
        /// What the programs counted, by kind.
        var counters: [EventKind: ProbeCounters] = [:]
        /// How long the thread rested to keep the CPU bound.
        var rested: Duration = .zero
    }

    /// What the governor wants of the thread; beside the inbox, because a full inbox may be why.
    private struct Orders {
        var level = VisibilityLevel.full
        var dropCaches = false
        /// The fullest the ring buffer was since somebody asked, 0 to 1.
        var ringFill = 0.0
    }

    /// Inputs that wait for the thread.
    let inbox = Mailbox<PipelineInput>(capacity: 65_536)
    /// Effects that wait for the `EffectRunner`.
    let outbox = Mailbox<PipelineEffect>(capacity: 65_536)
    /// One element whenever there is something in the outbox; ends with the thread.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let figuresBox = Mutex(Figures())
    private let orders = Mutex(Orders())
    private let cpuMillicores: Int?
    private let isStopping = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)
    private let options: ProbeOptions
    private let tap: CaptureTap?
    private let makePipeline: @Sendable () -> Pipeline

    private static let pollMilliseconds: Int32 = 50
    private static let tickInterval: Duration = .milliseconds(100)
    private static let figuresInterval: Duration = .seconds(1)
    private static let retryInterval: Duration = .seconds(60)
    /// How long a file that has just been put in the place of a known one may be opened by another name unseen.
    private static let knownFilesInterval: Duration = .seconds(5)

    /// - Parameters:
    ///   - cpuMillicores: the thread rests when the process would use more; nil when nothing bounds it.
    ///   - tap: is shown everything that enters the pipeline.
    ///   - makePipeline: called on the thread, once.
    init(options: ProbeOptions, cpuMillicores: Int? = nil, tap: CaptureTap? = nil, makePipeline: @escaping @Sendable () -> Pipeline) {
        self.options = options
        self.tap = tap
        self.cpuMillicores = cpuMillicores
        self.makePipeline = makePipeline
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    var figures: Figures { figuresBox.withLock { $0 } }

    /// Looks at so much from now on.
    func look(_ level: VisibilityLevel) { orders.withLock { $0.level = level } }

    func dropCaches() { orders.withLock { $0.dropCaches = true } }

    /// The fullest the ring buffer was since the last call, 0 to 1.
    func takeRingFill() -> Double {
        orders.withLock { orders in
            defer { orders.ringFill = 0 }
            return orders.ringFill
        }
    }

    func start() {
        let thread = Thread { [self] in
            run()
            figuresBox.withLock { $0.state = .stopped }
            signal.finish()
            ended.signal()
        }
        thread.name = "sensor"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Returns when the thread has ended.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        ended.wait()
        ended.signal()
    }

    private func run() {
        let pipeline = makePipeline()
        while !isStopping.load(ordering: .relaxed) {
            do throws(ProbeError) {
                // definitions may be here already: what they need is loaded at once
                receive(pipeline, nil)
                var options = options
                options.kinds = pipeline.interest.kinds
                let probes = try ProbeSet(options: options)
                watch(probes, pipeline)
            } catch {
                figuresBox.withLock { $0.state = .refused(state: error.state, message: error.description) }
                idle(pipeline)
            }
        }
    }

    // Without probes the pipeline still answers questions and takes definitions, until the next attempt.
    private func idle(_ pipeline: Pipeline) {
        let end = SystemClock.monotonic() + Self.retryInterval
        while SystemClock.monotonic() < end, !isStopping.load(ordering: .relaxed) {
            Thread.sleep(forTimeInterval: 0.05)
            receive(pipeline, nil)
            pipeline.tick(at: SystemClock.now())
            handOver(pipeline)
        }
    }

    private func watch(_ probes: ProbeSet, _ pipeline: Pipeline) {
        let known = KnownFileTable(probes)
        configure(known, pipeline)
        // attached first, read second: a process started between the two is met twice rather than never
        take(.processes(ProcessScan.all()), pipeline, at: SystemClock.now())
        figuresBox.withLock {
            $0.state = .running(hookSet: probes.hookSet.rawValue)
            $0.hooks = probes.hooks
        }
        var nextTick = SystemClock.monotonic() + Self.tickInterval
        var nextFigures = nextTick
        var nextKnown = SystemClock.monotonic() + Self.knownFilesInterval
        var allowance = cpuMillicores.map { CPUAllowance(millicores: $0) }
        var mayRead = true
        while !isStopping.load(ordering: .relaxed) {
            let now = SystemClock.now()
            note(ringFill: probes.ringFill)
            if mayRead { _ = probes.poll(milliseconds: Self.pollMilliseconds) { take($0, pipeline, at: now) } }
            receive(pipeline, known)
            let after = SystemClock.now()
            if after.monotonic >= nextTick {
                pipeline.tick(at: after)
                nextTick = after.monotonic + Self.tickInterval
            }
            handOver(pipeline)
            known.follow(pipeline)
            if after.monotonic >= nextFigures {
                nextFigures = after.monotonic + Self.figuresInterval
                let counters = probes.counters()
                figuresBox.withLock { ($0.counters, $0.knownFilesRefused) = (counters, known.refused) }
            }
            if after.monotonic >= nextKnown {
                nextKnown = after.monotonic + Self.knownFilesInterval
                known.lookAtHost(for: pipeline)
            }
            // while more is owed than one rest pays off, questions are answered but nothing is read
            mayRead = rest(&allowance, at: after.monotonic) < CPUAllowance.restMax
        }
        drain(probes, pipeline)
    }

    /// - Returns: how long it rested.
    private func rest(_ allowance: inout CPUAllowance?, at now: MonotonicInstant) -> Duration {
        guard let span = allowance?.rest(used: OwnUsage.cpuNanoseconds(), at: now), span > .zero else { return .zero }
        Thread.sleep(forTimeInterval: span.inSeconds)
        figuresBox.withLock { $0.rested += span }
        return span
    }

    private func note(ringFill: Double) { orders.withLock { $0.ringFill = max($0.ringFill, ringFill) } }

    // What the governor wants and is not so yet, as inputs.
    private func takeOrders(_ pipeline: Pipeline) -> [PipelineInput] {
        let (level, dropCaches) = orders.withLock { orders in
            defer { orders.dropCaches = false }
            return (orders.level, orders.dropCaches)
        }
        return (level == pipeline.level ? [] : [.visibility(level)]) + (dropCaches ? [.dropCaches] : [])
    }

    // What the kernel has said by now is still decided.
    private func drain(_ probes: ProbeSet, _ pipeline: Pipeline) {
        let now = SystemClock.now()
        while probes.poll(milliseconds: 0, { take($0, pipeline, at: now) }) != 0 {}
        pipeline.finish(at: SystemClock.now())
        handOver(pipeline)
        let counters = probes.counters()
        figuresBox.withLock { $0.counters = counters }
    }

    private func receive(_ pipeline: Pipeline, _ known: KnownFileTable?) {
        let inputs = takeOrders(pipeline) + inbox.take()
        guard !inputs.isEmpty else { return }
        let before = pipeline.interest
        let now = SystemClock.now()
        for input in inputs { take(input, pipeline, at: now) }
        guard let known else { return }
        if pipeline.interest != before || pipeline.definitionsVersion != figures.definitionsVersion { configure(known, pipeline) }
    }

    private func take(_ message: UnsafeRawBufferPointer, _ pipeline: Pipeline, at now: Now) {
        tap?.message(message, at: now)
        pipeline.handle(message: message, at: now)
    }

    private func take(_ input: PipelineInput, _ pipeline: Pipeline, at now: Now) {
        tap?.input(input, at: now)
        pipeline.handle(input, at: now)
    }

    private func configure(_ known: KnownFileTable, _ pipeline: Pipeline) {
        let (probes, interest) = (known.probes, pipeline.interest)
        probes.configure(kinds: interest.kinds, onlySensitiveFiles: interest.onlySensitiveFiles, environment: interest.environment)
        known.lookAtHost(for: pipeline)
        let refused = probes.watch(files: interest.files, directories: interest.directories)
        figuresBox.withLock {
            $0.hooks = probes.hooks
            $0.namesRefused = refused
            $0.definitionsVersion = pipeline.definitionsVersion
        }
    }

    private func handOver(_ pipeline: Pipeline) {
        guard !pipeline.effects.isEmpty else { return }
        for effect in pipeline.effects { outbox.put(effect) }
        pipeline.effects.removeAll(keepingCapacity: true)
        signal.yield()
    }
}
