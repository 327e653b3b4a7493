import Foundations

/// Numbers of the records in a file; never reused. A reader passes over numbers that it does not know, and counts them.
enum CaptureRecordKind: UInt16 {
    /// The instant of all records up to the next of this kind.
    case clock = 1
    case message = 2
    case processes = 3
    case names = 4
    case digests = 5
    case lost = 6
    /// The last record: how many came before it.
    case end = 7
    /// As `digests`, of a library.
    case libraryDigests = 8
}

extension CaptureRecord {
    var kind: CaptureRecordKind {
        switch self {
        case .message: .message
        case .processes: .processes
        case .names: .names
        case .digests(let digests): digests.isLibrary ? .libraryDigests : .digests
        case .lost: .lost
        }
    }

    func write(to out: inout ByteWriter) {
        switch self {
        case .message(let bytes): bytes.withUnsafeBytes { out.raw($0) }
        case .processes(let processes): out.list(processes) { $0.process($1) }
        case .names(let names):
            out.integer(names.mountNamespace)
            // sorted: the same names give the same bytes
            for table in [names.users, names.groups] {
                out.list(table.sorted { $0.key < $1.key }) { $0.integer($1.key); $0.text($1.value) }
            }
        case .digests(let digests): out.digests(digests)
        case .lost(let kind, let cause, let count):
            out.integer(kind.rawValue)
            out.text(cause)
            out.integer(count)
        }
    }

    /// nil when the body does not hold what its kind says, or a kind of event that this build does not know.
    init?(_ kind: CaptureRecordKind, _ body: UnsafeRawBufferPointer) {
        var reader = ByteReader(body)
        switch kind {
        case .message: self = .message(reader.rest())
        case .processes: self = .processes(reader.list(elementBytesMin: 32) { $0.process() })
        case .names:
            let namespace = reader.integer(UInt32.self)
            let tables = (0..<2).map { _ in reader.list(elementBytesMin: 8) { ($0.integer(UInt32.self), $0.text()) } }
            self = .names(
                CapturedNames(
                    mountNamespace: namespace, users: Dictionary(tables[0], uniquingKeysWith: { $1 }), groups: Dictionary(tables[1], uniquingKeysWith: { $1 })))
        case .digests, .libraryDigests: self = .digests(reader.digests(isLibrary: kind == .libraryDigests))
        case .lost:
            guard let event = EventKind(rawValue: reader.integer()) else { return nil }
            let cause = reader.text()
            self = .lost(kind: event, cause: cause, count: reader.integer())
        case .clock, .end: return nil
        }
        if !reader.isWhole { return nil }
    }
}

extension ByteWriter {
    mutating func key(_ value: ProcessKey) {
        integer(value.pid)
        integer(value.start.nanoseconds)
    }

    mutating func process(_ value: CapturedProcess) {
        key(value.key)
        for number in [value.parentPID, value.uid, value.gid] { integer(number) }
        text(value.comm)
        exec(value.exec)
    }

    mutating func digests(_ value: CapturedDigests) {
        key(value.process)
        text(value.path)
        integer(value.inode)
        integer(value.execTime)
        // no process has the pid 0
        integer(value.namespaceHolder ?? 0)
        switch value.outcome {
        case .known(let digests):
            flag(true)
            for digest in [digests.sha256, digests.sha1, digests.md5] { text(digest) }
            integer(digests.size)
            // captures of before end here
            if let buildID = digests.buildID { text(buildID) }
        case .unknown(let cause):
            flag(false)
            text(cause)
        }
    }

    private mutating func exec(_ value: ExecDetails) {
        for field in [value.path, value.filename, value.cwd, value.cgroupPath] { text(field) }
        flag(value.script != nil)
        text(value.script ?? "")
        list(value.arguments) { $0.text($1) }
        integer(value.inode)
        for number in [
            value.device, value.euid, value.egid, value.loginUID, value.sessionID, value.processGroup, value.ttyNumber, value.namespacePID,
        ] { integer(number) }
        for fact in [value.isMemfd, value.isDeleted, value.isUpperLayer] { flag(fact) }
        list(value.stdio) { $0.integer($1.rawValue) }
        namespaces(value.namespaces)
    }
}

extension ByteReader {
    mutating func key() -> ProcessKey { ProcessKey(pid: integer(), start: BootInstant(nanoseconds: integer())) }

    mutating func process() -> CapturedProcess {
        let key = key()
        let (parent, uid, gid) = (integer(UInt32.self), integer(UInt32.self), integer(UInt32.self))
        return CapturedProcess(key: key, parentPID: parent, comm: text(), uid: uid, gid: gid, exec: exec())
    }

    mutating func digests(isLibrary: Bool) -> CapturedDigests {
        let key = key()
        let path = text()
        let (inode, time, holder) = (integer(UInt64.self), integer(UInt64.self), integer(UInt32.self))
        let outcome: CapturedDigests.Outcome
        if flag() {
            let (sha256, sha1, md5) = (text(), text(), text())
            let size = integer(UInt64.self)
            outcome = .known(FileDigests(sha256: sha256, sha1: sha1, md5: md5, size: size, buildID: isWhole ? nil : text()))
        } else {
            outcome = .unknown(text())
        }
        return CapturedDigests(process: key, path: path, inode: inode, execTime: time, namespaceHolder: holder == 0 ? nil : holder, isLibrary: isLibrary, outcome: outcome)
    }

    private mutating func exec() -> ExecDetails {
        var out = ExecDetails()
        out.path = text()
        out.filename = text()
        out.cwd = text()
        out.cgroupPath = text()
        let hasScript = flag()
        let script = text()
        out.script = hasScript ? script : nil
        out.arguments = list(elementBytesMin: 4) { $0.text() }
        out.inode = integer()
        out.device = integer()
        out.euid = integer()
        out.egid = integer()
        out.loginUID = integer()
        out.sessionID = integer()
        out.processGroup = integer()
        out.ttyNumber = integer()
        out.namespacePID = integer()
        out.isMemfd = flag()
        out.isDeleted = flag()
        out.isUpperLayer = flag()
        out.stdio = list(elementBytesMin: 1) { StdioKind(rawValue: $0.integer()) ?? .unknown }
        out.namespaces = namespaces()
        return out
    }
}
