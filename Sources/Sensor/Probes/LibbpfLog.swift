internal import CPlatform
internal import Synchronization

/// The last warnings of libbpf, kept for the error message: a verifier's refusal is explained there and nowhere else.
enum LibbpfLog {
    private static let lines = Mutex<[String]>([])
    private static let linesMax = 64

    private static let receive: platform_log_line = { level, line in
        guard level == 0, let line else { return }
        var text = String(cString: line)
        while text.last?.isNewline == true { text.removeLast() }
        LibbpfLog.lines.withLock {
            if $0.count >= linesMax { $0.removeFirst() }
            $0.append(text)
        }
    }

    static func install() { platform_set_libbpf_log(receive) }

    /// Takes what has gathered since the last call.
    static func take() -> [String] {
        lines.withLock { gathered in
            defer { gathered = [] }
            return gathered
        }
    }
}
