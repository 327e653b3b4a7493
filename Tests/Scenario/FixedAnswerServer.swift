import Foundation
import Glibc
import ScenarioRunner
import Synchronization

/// Answers whatever is asked on a loopback port with one text, closes, and counts: a proxy that has made up its mind.
final class FixedAnswerServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let accepted = Atomic(0)
    private let isOpen = Atomic(true)

    var connections: Int { accepted.load(ordering: .relaxed) }

    init(answer: String) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0 }
        }
        guard listener >= 0, isBound else { throw Shell.Failure(description: "no loopback port: \(String(cString: strerror(errno)))") }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread { [self] in serve(Array(answer.utf8)) }.start()
    }

    private func serve(_ answer: [UInt8]) {
        while isOpen.load(ordering: .relaxed) {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            accepted.add(1, ordering: .relaxed)
            // what does not ask within five seconds gets no answer
            var limit = timeval(tv_sec: 5, tv_usec: 0)
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var request = [UInt8](repeating: 0, count: 4096)
            if recv(client, &request, request.count, 0) > 0 { _ = send(client, answer, answer.count, Int32(MSG_NOSIGNAL)) }
            close(client)
        }
    }

    func stop() {
        isOpen.store(false, ordering: .relaxed)
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
