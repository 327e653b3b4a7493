import Logging
import Synchronization

/// The least level that is written; one for every copy of the daemon's logger, and changed while it runs.
final class LogThreshold: Sendable {
    private let level: Mutex<Logger.Level>

    init(_ name: String) { level = Mutex(Logger.Level(rawValue: name) ?? .info) }

    var value: Logger.Level { level.withLock { $0 } }
    func set(_ name: String) { level.withLock { $0 = Logger.Level(rawValue: name) ?? .info } }
}

/// Lines to standard error, from a threshold on that all its copies share.
struct DaemonLog: LogHandler {
    private var lines: StreamLogHandler
    private let threshold: LogThreshold

    init(label: String, threshold: LogThreshold) {
        lines = .standardError(label: label)
        self.threshold = threshold
    }

    /// Read by the logger at each call; a copy cannot have its own.
    var logLevel: Logger.Level {
        get { threshold.value }
        set {}
    }

    var metadata: Logger.Metadata {
        get { lines.metadata }
        set { lines.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { lines[metadataKey: key] }
        set { lines[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { lines.log(event: event) }
}
