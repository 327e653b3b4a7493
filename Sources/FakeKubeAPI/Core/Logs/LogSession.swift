import Foundations

/// One reader's place in the log of a container: what is there, and with `follow` what comes, until the container has ended or the reader has as many
/// bytes as it wanted.
package struct LogSession: Sendable {
    /// `namespace/pod/container`, with `.previous` behind it for the container before this one.
    let key: String
    let namespace: String
    let pod: String
    /// Of the pod: another one of the same name has another log.
    let uid: String
    let container: String
    let options: LogOptions
    /// For lines that have no time.
    let started: WallInstant
    private var next: Int
    private var bytesLeft: Int?
    package private(set) var hasEnded = false

    init(key: String, namespace: String, pod: String, uid: String, container: String, options: LogOptions, started: WallInstant, log: ContainerLog) {
        self.key = key
        self.namespace = namespace
        self.pod = pod
        self.uid = uid
        self.container = container
        self.options = options
        self.started = started
        // The tail is cut off first, then what is too old is left out of it, as a kubelet does.
        next = options.tailLines.map { max(log.forgotten, log.end - $0) } ?? log.forgotten
        bytesLeft = options.limitBytes
    }

    /// Writes what is there.
    /// - Parameter isRunning: whether more can come.
    mutating func read(_ log: ContainerLog, isRunning: Bool, into out: inout [UInt8]) {
        guard !hasEnded else { return }
        let start = out.count
        for line in log.lines(from: next) {
            let time = line.time ?? started
            if let since = options.since, time < since { continue }
            if options.hasTimestamps { out += "\(time.rfc3339) ".utf8 }
            out += line.text.utf8
            out.append(0x0A)
        }
        next = log.end
        if let left = bytesLeft {
            // Cut in the middle of a line, if need be.
            let written = min(left, out.count - start)
            out.removeLast(out.count - start - written)
            bytesLeft = left - written
        }
        hasEnded = !options.follows || !isRunning || bytesLeft == 0
    }
}
