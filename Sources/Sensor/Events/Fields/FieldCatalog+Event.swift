internal import Foundations

// After the class "evt" of https://falco.org/docs/reference/rules/supported-fields/; `evt.kind`, `evt.object` and `evt.truncated` are ours.
extension FieldCatalog {
    static let eventFields: [FieldDefinition] = eventTimes + eventNames + eventResults + eventOpens + eventUnavailable + eventOld

    private static let eventTimes: [FieldDefinition] = [
        FieldDefinition("evt.num", .number, "A number that grows with the events and is never 0.") { e, _ in .integer(max(1, e.event.time.nanoseconds)) },
        FieldDefinition("evt.time", .text, "Time of day in UTC with nanoseconds.") { e, _ in .text(clock(e, fraction: true)) },
        FieldDefinition("evt.outputtime", .text, "Same as evt.time.") { e, _ in .text(clock(e, fraction: true)) },
        FieldDefinition("evt.time.s", .text, "Time of day in UTC.") { e, _ in .text(clock(e, fraction: false)) },
        FieldDefinition("evt.time.iso8601", .text, "Date and time in UTC, RFC 3339.") { e, _ in .text(e.wallTime.rfc3339) },
        FieldDefinition("evt.datetime", .text, "Date and time in UTC with nanoseconds.") { e, _ in .text(date(e) + " " + clock(e, fraction: true)) },
        FieldDefinition("evt.datetime.s", .text, "Date and time in UTC.") { e, _ in .text(date(e) + " " + clock(e, fraction: false)) },
        FieldDefinition("evt.rawtime", .number, "Nanoseconds since 1970.") { e, _ in .integer(e.wallTime.nanoseconds) },
        FieldDefinition("evt.rawtime.s", .number, "Whole seconds since 1970.") { e, _ in .integer(e.wallTime.nanoseconds / 1_000_000_000) },
        FieldDefinition("evt.rawtime.ns", .number, "Nanoseconds within the second.") { e, _ in .integer(e.wallTime.nanoseconds % 1_000_000_000) },
    ]

    private static let eventNames: [FieldDefinition] = [
        FieldDefinition("evt.type", .text, "Name of the system call, or of the event where it is none: `execve`, `openat`, `connect`, `dns`.") { e, _ in
            .text(EventNames.name(of: e.event))
        },
        FieldDefinition("syscall.type", .text, "Same as evt.type.") { e, _ in .text(EventNames.name(of: e.event)) },
        FieldDefinition("evt.type.is", .number, argument: .requiredKey, "1 when the event is of the type named in brackets, else 0.") { e, argument in
            guard case .key(let name) = argument else { return nil }
            return .integer(EventNames.kinds(named: name).contains(e.event.kind) ? 1 : 0)
        },
        FieldDefinition("evt.kind", .text, "The sensor's own name of the event: `exec`, `open`, `connect`.") { e, _ in .text(e.event.kind.name) },
        FieldDefinition(
            "evt.object", .text, kinds: FieldDefinition.fileKinds.union([.exec]),
            "Path of the file that the event is about: the program of an exec, else as fs.path.name. One spelling for the steps of a sequence."
        ) { e, _ in
            if case .exec(let exec) = e.event.details { return .known(exec.path) }
            return objectOfChange(e)
        },
        FieldDefinition("evt.category", .text, "`process`, `file`, `net`, `system`.") { e, _ in .text(category(of: e.event.kind)) },
        FieldDefinition("evt.dir", .text, "Always `<`: events are reported when the call returns. A rule that asks for `>` means the same event.") { _, _ in .text("<") },
        FieldDefinition("evt.hostname", .text, "Name of the machine, as the sensor's cloud events carry it.") { e, _ in .known(e.hostName) },
        FieldDefinition("evt.source", .text, "Always `syscall`.") { _, _ in .text("syscall") },
        FieldDefinition("evt.is_async", .flag, "Always false.") { _, _ in .flag(false) },
        FieldDefinition("evt.truncated", .flag, "Something of the event had to be cut.") { e, _ in .flag(!e.event.truncated.isEmpty) },
        FieldDefinition("evt.count", .number, "Always 1.") { _, _ in .integer(1) },
        FieldDefinition("evt.count.exit", .number, "Always 1.") { _, _ in .integer(1) },
    ]

    private static let eventResults: [FieldDefinition] = [
        FieldDefinition("evt.res", .text, "`SUCCESS`, or the name of the error.") { e, _ in .text(CallText.result(e.result)) },
        FieldDefinition("evt.rawres", .number, "What the call returned.") { e, _ in .integer(e.result) },
        FieldDefinition("evt.failed", .flag, "The call returned an error.") { e, _ in .flag(e.result < 0) },
        FieldDefinition("evt.count.error", .number, "1 when the call failed, else 0.") { e, _ in .integer(e.result < 0 ? 1 : 0) },
        FieldDefinition("evt.is_io", .flag, "False: reads and writes are not reported.") { _, _ in .flag(false) },
        FieldDefinition("evt.is_io_read", .flag, "False: reads are not reported.") { _, _ in .flag(false) },
        FieldDefinition("evt.is_io_write", .flag, "False: writes are not reported.") { _, _ in .flag(false) },
        FieldDefinition("evt.is_wait", .flag, "False: waiting is not reported.") { _, _ in .flag(false) },
    ]

    private static let eventOpens: [FieldDefinition] = [
        FieldDefinition("evt.is_open_read", .flag, kinds: FieldDefinition.openKinds, "The file was opened for reading.") { e, _ in e.file.map { .flag($0.isRead) } },
        FieldDefinition("evt.is_open_write", .flag, kinds: FieldDefinition.openKinds, "The file was opened for writing.") { e, _ in e.file.map { .flag($0.isWrite) } },
        FieldDefinition("evt.is_open_create", .flag, kinds: FieldDefinition.openKinds, "The open made the file.") { e, _ in e.file.map { .flag($0.isCreate) } },
        FieldDefinition("evt.is_open_exec", .flag, kinds: FieldDefinition.openKinds, "The open made a file that may be executed.") { e, _ in
            e.file.map { .flag($0.isCreate && $0.mode & 0o111 != 0) }
        },
        FieldDefinition(
            "evt.abspath", .text, argument: .optionalKey, kinds: FieldDefinition.fileKinds, "The path, absolute; `evt.abspath.src` and `evt.abspath.dst` where there are two."
        ) { e, argument in
            guard let file = e.file else { return nil }
            return argument == .key("dst") ? .known(file.secondPath) : .known(file.path)
        },
    ]

    private static let eventUnavailable: [FieldDefinition] = [
        .unavailable("evt.reltime", .number, "Time since the capture began."), .unavailable("evt.reltime.s", .number, "Seconds since the capture began."),
        .unavailable("evt.reltime.ns", .number, "Fraction of the time since the capture began."),
        .unavailable("evt.latency", .number, "Time that the call took."), .unavailable("evt.latency.s", .number, "Seconds that the call took."),
        .unavailable("evt.latency.ns", .number, "Fraction of the time that the call took."), .unavailable("evt.latency.human", "Time that the call took, as text."),
        .unavailable("evt.deltatime", .number, "Time since the event before."), .unavailable("evt.deltatime.s", .number, "Seconds since the event before."),
        .unavailable("evt.deltatime.ns", .number, "Fraction of the time since the event before."),
        .unavailable("evt.pluginname", "Plugin that gave the event."), .unavailable("evt.plugininfo", "What the plugin says of the event."),
        .unavailable("evt.asynctype", "Type of an asynchronous event."),
        .unavailable("evt.cpu", .number, "Processor on which it happened."), .unavailable("evt.buffer", "Bytes read or written."),
        .unavailable("evt.buflen", .number, "Number of bytes read or written."), .unavailable("evt.io_dir", "Direction of a read or write."),
        .unavailable("evt.wait_latency", .number, "Time that the call waited."), .unavailable("evt.is_syslog", .flag, "A write to the log device."),
        .unavailable("evt.count.error.file", .number, "Failed file calls."), .unavailable("evt.count.error.net", .number, "Failed network calls."),
        .unavailable("evt.count.error.memory", .number, "Failed memory calls."), .unavailable("evt.count.error.other", .number, "Other failed calls."),
        .unavailable("evt.count.procinfo", .number, "Events about a process."), .unavailable("evt.count.threadinfo", .number, "Events about a thread."),
        .unavailable("evt.around", .number, argument: .requiredKey, "Events around a time."),
        .unavailable("evt.latency.quantized", .number, "Logarithm of the time that the call took."),
    ]

    // names that nobody lists any more, and that rules may still use
    private static let eventOld: [FieldDefinition] =
        ["in", "out", "file", "file.in", "file.out", "net", "net.in", "net.out"].map { .unavailable("evt.buflen." + $0, .number, "Number of bytes read or written.") }
        + ["name", "container.id", "container.name", "container.image"].map { .unavailable("evt.infra.docker." + $0, "Of an event of the Docker daemon.") }

    // rfc3339 is always yyyy-mm-ddThh:mm:ss.nnnnnnnnnZ
    private static func date(_ e: EnrichedEvent) -> String { String(e.wallTime.rfc3339.prefix(10)) }
    private static func clock(_ e: EnrichedEvent, fraction: Bool) -> String { String(e.wallTime.rfc3339.dropFirst(11).prefix(fraction ? 18 : 8)) }

    private static func category(of kind: EventKind) -> String {
        switch kind {
        case .exec, .fork, .exit, .setuid, .setgid, .capset, .processRename, .kill: "process"
        case .connect, .accept, .listen, .bind, .datagram, .dns: "net"
        case .ptrace, .unshare, .setns, .memfd, .bpf, .vmWrite, .userfaultfd, .dup, .ioUring, .module: "system"
        case .packetSocket, .socket: "net"
        default: "file"
        }
    }
}
