internal import Foundations

/// Short ways to the parts of an event, for the tables of fields.
extension EnrichedEvent {
    var file: FileDetails? {
        if case .file(let file) = event.details { return file }
        return nil
    }

    var network: NetworkDetails? {
        if case .network(let network) = event.details { return network }
        return nil
    }

    var dns: DNSDetails? {
        if case .dns(let dns) = event.details { return dns }
        return nil
    }

    var call: SystemCallDetails? {
        if case .systemCall(let call) = event.details { return call }
        return nil
    }

    /// The process itself for 0, its parent for 1, and so on; nil beyond what is known.
    func ancestor(_ level: Int) -> ProcessRecord? {
        var record: ProcessRecord? = process
        for _ in 0..<level { record = record?.parent }
        return record
    }

    /// The result of the call: a number of its own or, for what is only reported once it is done, 0; of a fork the child's pid, for it is the parent's.
    var result: Int64 {
        switch event.details {
        case .file(let file): file.result
        case .network(let network): network.result
        case .systemCall(let call): call.result
        case .fork(let fork): Int64(fork.result)
        case .exec, .exit, .dns: 0
        }
    }

    /// Reads a value of each ancestor, nearest first, until `body` is satisfied.
    func visitAncestors(_ value: (ProcessRecord) -> FieldValue?, _ body: (FieldValue) -> Bool) -> Bool {
        var next = process.parent
        while let record = next {
            if let value = value(record), body(value) { return true }
            next = record.parent
        }
        return false
    }

    /// The eldest ancestor that shares a number with the process: its session's or its group's leader.
    func leader(_ number: (ExecDetails) -> UInt32) -> ProcessRecord? {
        let wanted = number(process.exec)
        guard wanted != 0 else { return nil }
        var leader = process
        while let parent = leader.parent, number(parent.exec) == wanted, parent.exec.namespaces.pid == process.exec.namespaces.pid { leader = parent }
        return leader
    }

    /// Time between two boot instants, never negative.
    static func span(from start: BootInstant, to end: BootInstant) -> Int64 {
        end > start ? Int64(clamping: end.nanoseconds - start.nanoseconds) : 0
    }

    /// A boot instant as nanoseconds since 1970, by this event's own pair of stamps.
    func epoch(_ instant: BootInstant) -> Int64 { wallTime.nanoseconds &- Int64(clamping: event.time.nanoseconds) &+ Int64(clamping: instant.nanoseconds) }
}

extension FieldDefinition {
    /// A name that rules may use and that nothing fills in this build.
    static func unavailable(_ name: String, _ type: FieldType, argument: ArgumentRule = .none, source: DataSource = .unavailable, _ summary: String) -> FieldDefinition {
        FieldDefinition(name, type, argument: argument, source: source, summary, reading: .never)
    }

    static func unavailable(_ name: String, argument: ArgumentRule = .none, source: DataSource = .unavailable, _ summary: String) -> FieldDefinition {
        unavailable(name, .text, argument: argument, source: source, summary)
    }

    static let fileKinds: Set<EventKind> = [
        .open, .openFailed, .rename, .unlink, .link, .symlink, .mkdir, .rmdir, .chmod, .chown, .truncate, .setxattr, .mount, .umount, .library, .utimes, .chdir,
    ]
    /// Opens, whatever came of them.
    static let openKinds: Set<EventKind> = [.open, .openFailed]
    static let networkKinds: Set<EventKind> = [.connect, .accept, .listen, .bind, .datagram]
}
