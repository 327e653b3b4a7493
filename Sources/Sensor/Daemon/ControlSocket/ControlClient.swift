import Foundation
import Glibc

/// The subcommands' side of the control socket: blocking, because a command line has nothing else to do.
struct ControlClient {
    let path: String

    enum Failure: Error, CustomStringConvertible {
        case notRunning(path: String, reason: String)
        case refused(String)
        var description: String {
            switch self {
            case .notRunning(let path, let reason): "no daemon answers at \(path): \(reason)"
            case .refused(let why): "the daemon refused the request: \(why)"
            }
        }
    }

    /// Sends the request and hands over each line of the answer until the daemon ends it or `receive` says false.
    func ask(_ request: ControlRequest, _ receive: (String) -> Bool) throws {
        let fd = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fd) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard path.utf8.count <= room else { throw Failure.notRunning(path: path, reason: "the path is longer than \(room) bytes") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        guard connected == 0 else { throw Failure.notRunning(path: path, reason: String(cString: strerror(errno))) }
        var line = try JSONEncoder().encode(request)
        line.append(10)
        _ = line.withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let n = read(fd, &chunk, chunk.count)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { return }
            pending += chunk[..<n]
            while let end = pending.firstIndex(of: 10) {
                let text = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                if text.hasPrefix(#"{"error":"#) { throw Failure.refused(text) }
                if !receive(text) { return }
            }
        }
    }

    /// One line's worth of answer, decoded.
    func fetch<Answer: Decodable>(_ type: Answer.Type, _ request: ControlRequest) throws -> Answer {
        var text: String?
        try ask(request) {
            text = $0
            return false
        }
        guard let text else { throw Failure.notRunning(path: path, reason: "it closed the connection without an answer") }
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }
}
