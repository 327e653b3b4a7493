import Foundation
import Glibc
import Synchronization

/// Carries connections from listeners in one network namespace to the same loopback ports in ours.
///
/// One thread, `poll(2)`, a bounded buffer a direction; beyond `connectionsMax` a new connection is closed at once.
final class PortRelay: Sendable {
    static let connectionsMax = 256
    private static let bufferBytes = 64 << 10

    private let stopping = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    /// A listener on 127.0.0.1 in the network namespace of the calling thread.
    static func listen(port: UInt16) throws -> Int32 {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port)
        let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } }
        guard fd >= 0, bound == 0, Glibc.listen(fd, 64) == 0 else {
            let why = String(cString: strerror(errno))
            if fd >= 0 { close(fd) }
            throw Shell.Failure(description: "listening on 127.0.0.1:\(port): \(why)")
        }
        return fd
    }

    /// - Parameter listeners: owned by the relay from now on.
    init(listeners: [(fd: Int32, port: UInt16)]) {
        let thread = Thread { [self] in
            run(listeners)
            ended.signal()
        }
        thread.start()
    }

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
        while !stopping.load(ordering: .acquiring) {
            var polled = listeners.map { pollfd(fd: $0.fd, events: Int16(POLLIN), revents: 0) }
            for connection in connections {
                for (own, other) in [(connection.there, connection.back), (connection.back, connection.there)] {
                    let wantsRead = !own.ended && own.buffer.count < Self.bufferBytes
                    polled.append(pollfd(fd: own.from, events: Int16((wantsRead ? POLLIN : 0) | (other.buffer.isEmpty ? 0 : POLLOUT)), revents: 0))
                }
            }
            poll(&polled, nfds_t(polled.count), 50)
            for (index, listener) in listeners.enumerated() where polled[index].revents != 0 { accept(listener, &connections) }
            for index in connections.indices {
                move(&connections[index].there)
                move(&connections[index].back)
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

    private func accept(_ listener: (fd: Int32, port: UInt16), _ connections: inout [Connection]) {
        let client = Glibc.accept(listener.fd, nil, nil)
        guard client >= 0 else { return }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = Self.loopback(listener.port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let reached = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, size) } }
        guard server >= 0, reached == 0, connections.count < Self.connectionsMax else {
            close(client)
            if server >= 0 { close(server) }
            return
        }
        for fd in [client, server] { _ = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) }
        connections.append(Connection(there: Direction(from: client, to: server), back: Direction(from: server, to: client)))
    }

    /// Reads what there is and writes what the other side takes; an end is passed on once the buffer is empty.
    private func move(_ direction: inout Direction) {
        if !direction.ended, direction.buffer.count < Self.bufferBytes {
            var chunk = [UInt8](repeating: 0, count: Self.bufferBytes - direction.buffer.count)
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
