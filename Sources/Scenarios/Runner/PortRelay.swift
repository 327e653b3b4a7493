import Foundation
import Glibc
import ScenarioModel
import Synchronization

/// Carries connections from listeners, in this network namespace or another, to loopback ports in ours; well, or as badly as it is told.
///
/// One thread, `poll(2)`, a bounded buffer a direction; beyond `connectionsMax` a new connection is closed at once.
final class PortRelay: Sendable {
    static let connectionsMax = 256
    private static let bufferBytes = 64 << 10
    /// Of each direction of a connection, when the link is slow: 16 kB a second.
    private static let slowBytes = 330
    private static let slowInterval: Int32 = 20

    /// What the link is like, and for each listener where connections go instead; nil: where they always go.
    private struct Orders {
        var condition = LinkCondition.clear
        var detours: [UInt16]?
    }

    private let stopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)
    private let orders = Mutex(Orders())

    /// A listener on 127.0.0.1 in the network namespace of the calling thread.
    static func listen(port: UInt16) throws -> Int32 {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        // connections that have just ended hold the port for a while; listen(2) after a shutdown would find it in use
        var reuse: Int32 = 1
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = loopback(port)
        let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } }
        guard fd >= 0, bound == 0, Glibc.listen(fd, 64) == 0 else {
            let why = String(cString: strerror(errno))
            if fd >= 0 { close(fd) }
            throw Shell.Failure(description: "listening on 127.0.0.1:\(port): \(why)")
        }
        return fd
    }

    /// A listener on a port that was free. Its number is asked for by name, because only then a listener that is shut down keeps it.
    static func listenAnywhere() throws -> (fd: Int32, port: UInt16) {
        for _ in 0..<20 {
            let trial = try listen(port: 0)
            var address = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let found = withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(trial, $0, &size) } }
            close(trial)
            let port = UInt16(bigEndian: address.sin_port)
            // between the two calls somebody else may have taken it
            if found == 0, let fd = try? listen(port: port) { return (fd, port) }
        }
        throw Shell.Failure(description: "no free port on 127.0.0.1")
    }

    /// - Parameter listeners: owned by the relay from now on.
    init(listeners: [(fd: Int32, port: UInt16)]) {
        let thread = Thread { [self] in
            run(listeners)
            ended.signal()
        }
        thread.start()
    }

    /// In force within a poll, 50 ms.
    ///
    /// - Parameter detours: a port for each listener, where `impostor` leads.
    func set(_ condition: LinkCondition, detours: [UInt16]? = nil) { orders.withLock { $0 = Orders(condition: condition, detours: detours) } }

    func stop() {
        guard !stopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        ended.wait()
    }

    private struct Direction {
        var from: Int32
        var to: Int32
        var buffer: [UInt8] = []
        var ended = false
        var finished = false
    }

    private struct Connection {
        var there: Direction
        var back: Direction
    }

    private func run(_ listeners: [(fd: Int32, port: UInt16)]) {
        var connections: [Connection] = []
        var condition = LinkCondition.clear
        while !stopping.load(ordering: .acquiring) {
            let orders = orders.withLock { $0 }
            if orders.condition != condition {
                change(from: condition, to: orders.condition, listeners, &connections)
                condition = orders.condition
            }
            // what may not move now must not wake us either
            let isHeld = condition == .hang || condition == .slow
            var polled = listeners.map { pollfd(fd: condition.listens ? $0.fd : -1, events: Int16(POLLIN), revents: 0) }
            for connection in connections {
                for (own, other) in [(connection.there, connection.back), (connection.back, connection.there)] {
                    let wantsRead = !own.ended && own.buffer.count < Self.bufferBytes
                    polled.append(pollfd(fd: isHeld ? -1 : own.from, events: Int16((wantsRead ? POLLIN : 0) | (other.buffer.isEmpty ? 0 : POLLOUT)), revents: 0))
                }
            }
            poll(&polled, nfds_t(polled.count), condition == .slow ? Self.slowInterval : 50)
            for (index, listener) in listeners.enumerated() where polled[index].revents != 0 && condition.listens {
                accept(listener, orders, at: index, &connections)
            }
            if condition == .hang { continue }
            let share = condition == .slow ? Self.slowBytes : Self.bufferBytes
            for index in connections.indices {
                move(&connections[index].there, atMost: share)
                move(&connections[index].back, atMost: share)
            }
            connections.removeAll { connection in
                guard connection.there.finished, connection.back.finished else { return false }
                close(connection.there.from)
                close(connection.there.to)
                return true
            }
        }
        for connection in connections {
            close(connection.there.from)
            close(connection.there.to)
        }
        for listener in listeners { close(listener.fd) }
    }

    // What a connection was promised before holds no longer, except by a link that is only slow or silent: there it goes on later.
    private func change(from old: LinkCondition, to new: LinkCondition, _ listeners: [(fd: Int32, port: UInt16)], _ connections: inout [Connection]) {
        if new.resetsStanding || !(old == .clear || old == .hang || old == .slow) {
            for connection in connections {
                Self.reset(connection.there.from)
                Self.reset(connection.there.to)
            }
            connections = []
        }
        for listener in listeners where old.listens != new.listens {
            // a listener that is shut down keeps its port and refuses; listen(2) opens it again
            if new.listens { _ = Glibc.listen(listener.fd, 64) } else { shutdown(listener.fd, Int32(SHUT_RD)) }
        }
    }

    private static func reset(_ fd: Int32) {
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        close(fd)
    }

    private func accept(_ listener: (fd: Int32, port: UInt16), _ orders: Orders, at index: Int, _ connections: inout [Connection]) {
        let client = Glibc.accept(listener.fd, nil, nil)
        guard client >= 0 else { return }
        if orders.condition == .reset { return Self.reset(client) }
        let target = orders.condition == .impostor ? orders.detours?[index] ?? listener.port : listener.port
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(target)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let reached = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, size) } }
        guard server >= 0, reached == 0, connections.count < Self.connectionsMax else {
            close(client)
            if server >= 0 { close(server) }
            return
        }
        for fd in [client, server] { _ = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) }
        var connection = Connection(there: Direction(from: client, to: server), back: Direction(from: server, to: client))
        if orders.condition == .halfClose {
            shutdown(client, Int32(SHUT_WR))
            connection.back.ended = true
            connection.back.finished = true
        }
        connections.append(connection)
    }

    /// Reads what there is and writes what the other side takes; an end is passed on once the buffer is empty.
    private func move(_ direction: inout Direction, atMost bytes: Int) {
        if !direction.ended, direction.buffer.count < Self.bufferBytes {
            var chunk = [UInt8](repeating: 0, count: min(bytes, Self.bufferBytes - direction.buffer.count))
            let n = read(direction.from, &chunk, chunk.count)
            if n > 0 { direction.buffer += chunk[..<n] } else if n == 0 || (errno != EAGAIN && errno != EINTR) { direction.ended = true }
        }
        if !direction.buffer.isEmpty {
            let n = send(direction.to, direction.buffer, direction.buffer.count, Int32(MSG_NOSIGNAL))
            if n > 0 {
                direction.buffer.removeFirst(n)
            } else if n < 0, errno != EAGAIN, errno != EINTR {
                direction.ended = true
                direction.buffer = []
            }
        }
        if direction.ended, direction.buffer.isEmpty, !direction.finished {
            shutdown(direction.to, Int32(SHUT_WR))
            direction.finished = true
        }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

extension LinkCondition {
    /// Whether anybody takes connections.
    fileprivate var listens: Bool { self != .refuse }

    /// Whether connections that stood before are reset when it comes.
    fileprivate var resetsStanding: Bool {
        switch self {
        case .refuse, .reset, .halfClose, .impostor, .noName: true
        case .clear, .hang, .slow: false
        }
    }
}
