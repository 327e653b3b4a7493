import Enrichment
import Events
import Foundations
import Pipeline
import Synchronization

/// Writes down everything that enters the pipeline, on the sensor thread; the command takes the bytes to the file meanwhile.
///
/// Bound: `pendingBytesMax` that wait for the file; beyond it messages are left out of the capture and counted (`captureBehind`).
final class CaptureTap: Sendable {
    static let pendingBytesMax = 64 << 20

    private struct State {
        var writer: CaptureWriter
        var messages: UInt64 = 0
        var behind: UInt64 = 0
    }
    private let state: Mutex<State>

    init(_ header: CaptureHeader) { state = Mutex(State(writer: CaptureWriter(header))) }

    func message(_ bytes: UnsafeRawBufferPointer, at now: Now) {
        state.withLock { state in
            guard state.writer.pendingBytes < Self.pendingBytesMax else { return state.behind += 1 }
            state.writer.append(message: bytes, at: now)
            state.messages += 1
        }
    }

    /// Inputs that a replay cannot make itself; questions and definitions are none of them.
    func input(_ input: PipelineInput, at now: Now) {
        switch input {
        case .processes(let facts):
            append(.processes(facts.map { CapturedProcess(key: $0.key, parentPID: $0.parentPID, comm: $0.comm, uid: $0.uid, gid: $0.gid, exec: $0.exec) }), at: now)
        case .names(let names, let namespace): append(.names(CapturedNames(mountNamespace: namespace, users: names.users, groups: names.groups)), at: now)
        case .digests(let digests, let request): append(.digests(CapturedDigests(request, .known(digests))), at: now)
        case .notHashed(let request, let cause): append(.digests(CapturedDigests(request, .unknown(cause.name))), at: now)
        default: break
        }
    }

    private func append(_ record: CaptureRecord, at now: Now) { state.withLock { $0.writer.append(record, at: now) } }

    /// The bytes since the last call, and how many messages there are so far.
    func take() -> (bytes: [UInt8], messages: UInt64, behind: UInt64) { state.withLock { ($0.writer.take(), $0.messages, $0.behind) } }

    func finish() { state.withLock { $0.writer.finish() } }
}

extension CapturedDigests {
    fileprivate init(_ request: FileHasher.Request, _ outcome: Outcome) {
        self.init(
            process: request.process, path: request.path, inode: request.inode, execTime: request.execTime, namespaceHolder: request.namespaceHolder,
            isLibrary: request.isLibrary, outcome: outcome)
    }
}
