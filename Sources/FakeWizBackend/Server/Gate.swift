import BackendCore
import Contract
import Foundations
import NIOCore
import Synchronization

/// The place every request of a sensor passes: here it is struck by the fault plan, counted and remembered.
final class Gate: Sendable {
    static let requestsRememberedMax = 20_000

    private struct State {
        var faults = FaultEngine()
        var limiter: RateLimiter
        var counts: [String: UInt64] = [:]
        var requests: BoundedHistory<RequestReport.Entry>
        var connections: [String: any Channel] = [:]
    }

    private let state: Mutex<State>

    init(requestsPerSecond: Double, burst: Double) {
        state = Mutex(State(limiter: RateLimiter(perSecond: requestsPerSecond, burst: burst), requests: BoundedHistory(capacity: Self.requestsRememberedMax)))
    }

    // MARK: Faults

    var plan: FaultPlan { state.withLock { $0.faults.plan } }
    var strikes: [Int] { state.withLock { $0.faults.strikes } }
    func remaining(at now: Now) -> [Bool] { state.withLock { $0.faults.remaining(at: now.monotonic) } }

    /// Puts a plan; connections that its `refuse` and `expiredCertificate` rules concern are closed, so that they meet it too.
    func put(_ plan: FaultPlan, at now: Now) {
        let closed = state.withLock { state in
            state.faults.put(plan, at: now.monotonic)
            let isForGRPC = !state.faults.surfacesToDisconnect.isDisjoint(with: Self.grpcSurfaces)
            return isForGRPC ? Array(state.connections.values) : []
        }
        for channel in closed { channel.close(mode: .all, promise: nil) }
    }

    func strike(_ surfaces: Set<FaultPlan.Surface>, sensor: [String], at now: Now) -> FaultEngine.Effect? {
        state.withLock { $0.faults.strike(surfaces, sensor: sensor, at: now.monotonic) }
    }

    func strikesHandshake(_ surfaces: Set<FaultPlan.Surface>, at now: Now) -> Bool {
        state.withLock { $0.faults.strikesHandshake(surfaces, at: now.monotonic) }
    }

    static let grpcSurfaces: Set<FaultPlan.Surface> = [.grpc, .definitions, .reputation]

    // MARK: Connections of the gRPC listener, by peer

    /// Remembers a connection until it closes; closes it at once when the plan refuses all.
    func accepted(_ channel: any Channel, at now: Now) {
        guard let peer = Self.peer(channel) else { return }
        let isRefused = state.withLock { state in
            guard !state.faults.refusesConnections(.grpc, at: now.monotonic) else { return true }
            state.connections[peer] = channel
            return false
        }
        if isRefused {
            channel.close(mode: .all, promise: nil)
        } else {
            channel.closeFuture.whenComplete { [weak self] _ in self?.state.withLock { $0.connections[peer] = nil } }
        }
    }

    /// Closes the connection of a peer as gRPC names it (`ipv4:127.0.0.1:4711`).
    func disconnect(_ peer: String) {
        let channel = state.withLock { $0.connections[peer] }
        channel?.close(mode: .all, promise: nil)
    }

    /// Closes what sensors keep open: the portal goes down.
    func closeConnections() {
        for channel in state.withLock({ Array($0.connections.values) }) { channel.closeAtOnce() }
    }

    private static func peer(_ channel: any Channel) -> String? {
        guard let address = channel.remoteAddress, let ip = address.ipAddress, let port = address.port else { return nil }
        return ip.contains(":") ? "ipv6:[\(ip)]:\(port)" : "ipv4:\(ip):\(port)"
    }

    // MARK: Counts

    /// - Returns: nil, or the seconds after which the sensor may try again.
    func limit(_ sensor: String, at now: Now) -> Int? { state.withLock { $0.limiter.take(sensor, at: now.monotonic) } }
    var limited: UInt64 { state.withLock { $0.limiter.refused } }

    func record(_ entry: RequestReport.Entry) {
        state.withLock { state in
            state.counts[entry.surface, default: 0] += 1
            state.requests.append(entry)
        }
    }

    var counts: [String: UInt64] { state.withLock { $0.counts } }

    var requests: RequestReport {
        state.withLock { RequestReport(requests: $0.requests.elements, forgotten: $0.requests.forgotten) }
    }

    /// Forgets faults, counts and requests.
    func reset(at now: Now) {
        put(FaultPlan(), at: now)
        state.withLock { state in
            state.counts = [:]
            state.requests = BoundedHistory(capacity: Self.requestsRememberedMax)
        }
    }
}

/// The latest elements; the oldest is forgotten and counted when there are too many.
struct BoundedHistory<Element: Sendable>: Sendable {
    let capacity: Int
    private(set) var forgotten: UInt64 = 0
    private var storage: [Element] = []
    private var head = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func append(_ element: Element) {
        if storage.count < capacity {
            storage.append(element)
        } else {
            storage[head] = element
            head = (head + 1) % capacity
            forgotten += 1
        }
    }

    /// Oldest first.
    var elements: [Element] { Array(storage[head...] + storage[..<head]) }
}
