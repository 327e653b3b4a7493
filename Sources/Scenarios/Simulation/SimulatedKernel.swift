import Events
import Foundations

/// The kernel's side of one node: programs that start and end, as the messages that probes would write, in a ring with a limited number
/// of places that the sensor empties now and then.
///
/// What does not fit is lost and counted, as `bpf_ringbuf_reserve` fails; standing faults lose messages by chance, or hand them over in
/// another order, as processors that write at the same time do.
struct SimulatedKernel {
    /// How often the sensor looks.
    static let pollInterval: Duration = .milliseconds(100)
    static let host = Namespaces(mount: 10, pid: 11, network: 12, user: 13)
    /// Programs with this name are what the rule looks for.
    static let attackName = "attack"

    struct Message {
        var event: Event
        /// The start of a program that has to be detected.
        var isAttack: Bool
    }

    private let places: Int
    private(set) var ring: [Message] = []
    /// Attacks that happened, and those whose message was lost.
    private(set) var attacks: UInt64 = 0
    private(set) var attacksLost: UInt64 = 0
    private(set) var messagesLost: UInt64 = 0
    /// Standing faults by number: the share of messages that is lost, and within how many messages the order is shuffled.
    private var losses: [Int: Double] = [:]
    private var windows: [Int: Int] = [:]
    private var random: SeededGenerator
    private var started: UInt32 = 0

    init(places: Int, seed: UInt64) {
        self.places = places
        random = SeededGenerator(seed: seed)
    }

    mutating func lose(percent: Int, number: Int) { losses[number] = Double(min(100, max(0, percent))) / 100 }
    mutating func shuffle(within messages: Int, number: Int) { windows[number] = messages }
    mutating func end(number: Int) {
        losses[number] = nil
        windows[number] = nil
    }

    /// A program starts and ends; one in four is an attack.
    ///
    /// - Parameter isWatched: probes are attached; otherwise nobody writes a message.
    mutating func runProgram(at time: MonotonicInstant, isWatched: Bool) {
        started += 1
        let isAttack = Int.random(in: 0..<4, using: &random) == 0
        guard isWatched else { return }
        if isAttack { attacks += 1 }
        let now = BootInstant(nanoseconds: UInt64(max(0, time.nanoseconds)))
        let shell = ProcessKey(pid: 1000, start: BootInstant(nanoseconds: 1))
        // numbers come round again, as a kernel's do
        let child = ProcessKey(pid: 2000 + started % 30_000, start: now)
        var exec = ExecDetails()
        exec.path = "/srv/bin/\(isAttack ? "\(Self.attackName)-\(started)" : "worker")"
        exec.filename = exec.path
        exec.arguments = [exec.path, "--password=\(Workload.secretMark)\(started)", "--queue", "orders"]
        exec.cwd = "/"
        exec.inode = UInt64(started)
        exec.namespaces = Self.host
        exec.cgroupPath = "/"
        let name = isAttack ? Self.attackName : "worker"
        push(event(.fork, of: shell, comm: "sh", at: now, .fork(ForkDetails(child: child))), isAttack: false)
        push(event(.exec, of: child, comm: name, at: now, .exec(exec)), isAttack: isAttack)
        push(event(.exit, of: child, comm: name, at: now, .exit(ExitDetails(code: 0, signal: 0))), isAttack: false)
    }

    private func event(_ kind: EventKind, of process: ProcessKey, comm: String, at time: BootInstant, _ details: Event.Details) -> Event {
        Event(
            kind: kind, time: time, process: process, threadID: process.pid, parentPID: process.pid == 1000 ? 1 : 1000, uid: 0, gid: 0, cgroupID: 1, comm: comm,
            details: details)
    }

    private mutating func push(_ event: Event, isAttack: Bool) {
        let share = losses.values.max() ?? 0
        let isUnlucky = share > 0 && Double.random(in: 0..<1, using: &random) < share
        guard ring.count < places, !isUnlucky else {
            messagesLost += 1
            if isAttack { attacksLost += 1 }
            return
        }
        ring.append(Message(event: event, isAttack: isAttack))
    }

    /// Everything in the ring, in the order in which the sensor gets it.
    mutating func drain() -> [Message] {
        var out = ring
        ring = []
        if let window = windows.values.max(), window > 1 {
            for start in stride(from: 0, to: out.count, by: window) { out[start..<min(out.count, start + window)].shuffle(using: &random) }
        }
        return out
    }

    /// The sensor's process is gone, and its ring with it. Returns the attacks in it.
    mutating func discard() -> UInt64 {
        defer { ring = [] }
        return UInt64(ring.count { $0.isAttack })
    }
}
