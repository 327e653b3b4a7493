import Clocks
import Contract
import Foundations
import Host
import Logging
import Redaction
import RuntimeData
import Spool
import Synchronization

/// Rows of runtime data on their way: onto the node's disk for the scanner, and into the spool for the portal.
final class RuntimeDataStore: Sendable {
    private let worker = Worker(name: "runtime-data", capacity: 256)
    private let database: RuntimeDatabase?
    private let submit: (@Sendable (SpoolDraft) -> Void)?
    private let logger: Logger
    private let failed = Mutex<String?>(nil)

    /// - Parameters:
    ///   - database: nil when the file could not be opened; rows then go to the portal only.
    ///   - submit: nil when there is no portal.
    init(database: RuntimeDatabase?, logger: Logger, submit: (@Sendable (SpoolDraft) -> Void)?) {
        self.database = database
        self.logger = logger
        self.submit = submit
    }

    func store(_ rows: [Redacted<RuntimeRecord>]) {
        let isTaken = worker.submit { [self] in
            let now = SystemClock.now()
            do {
                try database?.store(rows, at: now)
                try database?.expire(at: now)
                failed.withLock { $0 = nil }
            } catch {
                // said once for each new reason: a full disk would say it every ten seconds
                let reason = "\(error)"
                if failed.withLock({ old in
                    defer { old = reason }
                    return old != reason
                }) {
                    logger.warning("runtime-data.failed", metadata: ["reason": "\(reason)"])
                }
            }
            guard let submit else { return }
            for row in rows {
                if let payload = try? row.encoded() { submit(SpoolDraft(stream: .runtimeData, id: "\(row.value.executable)", payload: payload)) }
            }
        }
        if !isTaken { logger.warning("runtime-data.dropped", metadata: ["rows": "\(rows.count)"]) }
    }

    /// Why rows cannot be stored; nil while they can.
    var problem: String? { failed.withLock { $0 } }
    var depth: (depth: Int, capacity: Int, refused: UInt64) { worker.depth }
    func keep(share: Double) { worker.keep(share: share) }
    func stop() { worker.stop(within: .seconds(5)) }
}
