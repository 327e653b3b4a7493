internal import Foundations

// After the class "process" of https://falco.org/docs/reference/rules/supported-fields/. Ours are the digests, the kinds of the
// standard streams, `proc.script`, `proc.filename`, `proc.argc` and `proc.is_exe_deleted`.
extension FieldCatalog {
    static let processFields: [FieldDefinition] = processNames + processNumbers + processExecutable + processStreams + processUnavailable

    private static let processNames: [FieldDefinition] = [
        FieldDefinition("proc.name", .text, "The kernel's name of the process, at most 15 bytes.") { e, _ in name(e.process) },
        FieldDefinition("proc.exe", .text, "argv[0] as the caller chose it; the path where argv is not known.") { e, _ in exe(e.process) },
        FieldDefinition("proc.exepath", .text, "Resolved path of the executable; `memfd:NAME` for an anonymous file.") { e, _ in .known(e.process.exec.path) },
        FieldDefinition("proc.args", .text, "The arguments after argv[0], joined by spaces.") { e, _ in .text(e.process.argumentLine) },
        FieldDefinition(
            "proc.arg", .text, argument: .optionalIndex, "One argument by its position, argv[0] being 0; without one each argument after argv[0].",
            reading: .multiple { e, argument, body in
                let arguments = e.process.exec.arguments
                guard case .index(let n) = argument else { return arguments.dropFirst().contains { body(.text($0)) } }
                return n < arguments.count && body(.text(arguments[n]))
            }),
        FieldDefinition("proc.cmdline", .text, "The name and the arguments.") { e, _ in .known(e.process.nameLine) },
        FieldDefinition("proc.exeline", .text, "argv[0] and the arguments.") { e, _ in .known(e.process.commandLine) },
        FieldDefinition("proc.cwd", .text, "Working directory at the time of the exec, with a slash at its end.") { e, _ in directory(e.process.exec.cwd) },
        FieldDefinition("proc.script", .text, "The script that the executable interprets.") { e, _ in e.process.exec.script.map { .text($0) } },
        FieldDefinition("proc.filename", .text, "The executable as the caller typed it: relative names and links unresolved.") { e, _ in .known(e.process.exec.filename) },
        FieldDefinition("proc.sname", .text, "Name of the session's leader.") { e, _ in e.leader(\.sessionID).flatMap(name) },
        FieldDefinition("proc.sid.exe", .text, "argv[0] of the session's leader.") { e, _ in e.leader(\.sessionID).flatMap(exe) },
        FieldDefinition("proc.sid.exepath", .text, "Executable of the session's leader.") { e, _ in e.leader(\.sessionID).flatMap { .known($0.exec.path) } },
        FieldDefinition("proc.vpgid.name", .text, "Name of the process group's leader.") { e, _ in e.leader(\.processGroup).flatMap(name) },
        FieldDefinition("proc.vpgid.exe", .text, "argv[0] of the process group's leader.") { e, _ in e.leader(\.processGroup).flatMap(exe) },
        FieldDefinition("proc.vpgid.exepath", .text, "Executable of the process group's leader.") { e, _ in e.leader(\.processGroup).flatMap { .known($0.exec.path) } },
        FieldDefinition("proc.pgid.name", .text, "Same as proc.vpgid.name.") { e, _ in e.leader(\.processGroup).flatMap(name) },
        FieldDefinition("proc.pgid.exe", .text, "Same as proc.vpgid.exe.") { e, _ in e.leader(\.processGroup).flatMap(exe) },
        FieldDefinition("proc.pgid.exepath", .text, "Same as proc.vpgid.exepath.") { e, _ in e.leader(\.processGroup).flatMap { .known($0.exec.path) } },
    ]

    private static let processNumbers: [FieldDefinition] = [
        FieldDefinition("proc.pid", .number, "Process id in the initial namespace.") { e, _ in .integer(e.process.key.pid) },
        FieldDefinition("proc.ppid", .number, "Process id of the parent.") { e, _ in .integer(e.process.parentPID) },
        FieldDefinition("proc.vpid", .number, "Process id in its own namespace.") { e, _ in nonZero(e.process.exec.namespacePID) },
        FieldDefinition("proc.pvpid", .number, "Process id of the parent in its own namespace.") { e, _ in e.process.parent.flatMap { nonZero($0.exec.namespacePID) } },
        FieldDefinition("proc.sid", .number, "Session id.") { e, _ in .integer(e.process.exec.sessionID) },
        FieldDefinition("proc.vpgid", .number, "Process group.") { e, _ in .integer(e.process.exec.processGroup) },
        FieldDefinition("proc.pgid", .number, "Process group in the initial namespace, while its leader is an ancestor or the process itself.") { e, _ in
            guard let leader = e.leader(\.processGroup), leader.exec.namespacePID == leader.exec.processGroup else { return nil }
            return .integer(leader.key.pid)
        },
        FieldDefinition("proc.tty", .number, "Device number of the controlling terminal, 0 for none.") { e, _ in .integer(e.process.exec.ttyNumber) },
        FieldDefinition("proc.cmdnargs", .number, "Number of arguments after argv[0].") { e, _ in .integer(max(0, e.process.exec.arguments.count - 1)) },
        FieldDefinition("proc.cmdlenargs", .number, "Bytes of the arguments after argv[0], without spaces between them.") { e, _ in
            .integer(e.process.exec.arguments.dropFirst().reduce(0) { $0 + $1.utf8.count })
        },
        FieldDefinition("proc.argc", .number, "Number of arguments, argv[0] included.") { e, _ in .integer(e.process.exec.arguments.count) },
        FieldDefinition("proc.duration", .number, "Nanoseconds since the process started.") { e, _ in
            .integer(EnrichedEvent.span(from: e.process.key.start, to: e.event.time))
        },
        FieldDefinition("proc.ppid.duration", .number, "Nanoseconds since the parent started.") { e, _ in
            e.process.parent.map { .integer(EnrichedEvent.span(from: $0.key.start, to: e.event.time)) }
        },
        FieldDefinition("proc.pid.ts", .number, "Start of the process in nanoseconds since 1970.") { e, _ in .integer(e.epoch(e.process.key.start)) },
        FieldDefinition("proc.ppid.ts", .number, "Start of the parent in nanoseconds since 1970.") { e, _ in e.process.parent.map { .integer(e.epoch($0.key.start)) } },
        FieldDefinition("proc.loginshellid", .number, "Process id of the eldest shell among the ancestors.") { e, _ in
            var shell: ProcessRecord?
            var next = e.process.parent
            while let record = next {
                if shells.contains(record.comm) { shell = record }
                next = record.parent
            }
            return shell.map { .integer($0.key.pid) }
        },
        FieldDefinition("proc.is_sid_leader", .flag, "The process leads its session.") { e, _ in leads(e.process, e.process.exec.sessionID) },
        FieldDefinition("proc.is_vpgid_leader", .flag, "The process leads its process group.") { e, _ in leads(e.process, e.process.exec.processGroup) },
        FieldDefinition("proc.is_pgid_leader", .flag, "Same as proc.is_vpgid_leader.") { e, _ in leads(e.process, e.process.exec.processGroup) },
    ]

    private static let processExecutable: [FieldDefinition] = [
        FieldDefinition("proc.is_exe_upper_layer", .flag, "The executable lies in the writable layer of a container's overlay: it was not in the image.") { e, _ in
            .flag(e.process.exec.isUpperLayer)
        },
        FieldDefinition("proc.is_exe_from_memfd", .flag, "The executable is an anonymous file.") { e, _ in .flag(e.process.exec.isMemfd) },
        FieldDefinition("proc.is_exe_deleted", .flag, "The executable had no name left when it was run.") { e, _ in .flag(e.process.exec.isDeleted) },
        FieldDefinition("proc.exe_ino", .number, "Inode of the executable.") { e, _ in nonZero(e.process.exec.inode) },
        FieldDefinition("proc.sha256", .text, source: .digests, "SHA-256 of the executable, once it is known.") { e, _ in e.process.digests.map { .text($0.sha256) } },
        FieldDefinition("proc.sha1", .text, source: .digests, "SHA-1 of the executable, once it is known.") { e, _ in e.process.digests.map { .text($0.sha1) } },
        FieldDefinition("proc.build_id", .text, source: .digests, "Build-id that the linker gave the executable, in hex, once it is known.") { e, _ in e.process.digests?.buildID.map { .text($0) } },
        FieldDefinition("proc.md5", .text, source: .digests, "MD5 of the executable, once it is known.") { e, _ in e.process.digests.map { .text($0.md5) } },
    ]

    private static let processStreams: [FieldDefinition] = [
        FieldDefinition("proc.stdin.type", .text, "What standard input was at the exec: `file`, `pipe`, `socket`, `terminal`, `null`, `closed`; `unix` for a socket inside the machine.") { e, _ in stream(e.process, 0) },
        FieldDefinition("proc.stdout.type", .text, "What standard output was at the exec.") { e, _ in stream(e.process, 1) },
        FieldDefinition("proc.stderr.type", .text, "What standard error was at the exec.") { e, _ in stream(e.process, 2) },
        FieldDefinition("proc.pstdin.type", .text, "What the parent's standard input was at its exec.") { e, _ in e.process.parent.flatMap { stream($0, 0) } },
        FieldDefinition("proc.pstdout.type", .text, "What the parent's standard output was at its exec.") { e, _ in e.process.parent.flatMap { stream($0, 1) } },
    ]

    private static let processUnavailable: [FieldDefinition] = [
        .unavailable("proc.is_exe_writable", .flag, "The executable may be written by its user."),
        .unavailable("proc.is_exe_lower_layer", .flag, "The executable lies in a layer of the image."),
        .unavailable("proc.exe_ino.ctime", .number, "Status change time of the executable."),
        .unavailable("proc.exe_ino.mtime", .number, "Modification time of the executable."),
        .unavailable("proc.exe_ino.ctime_duration_proc_start", .number, "Time between the executable's change and its start."),
        .unavailable("proc.exe_ino.ctime_duration_pidns_start", .number, "Time between the namespace's start and the executable's change."),
        .unavailable("proc.pidns_init_start_ts", .number, "Start of the pid namespace."),
        .unavailable("proc.is_container_healthcheck", .flag, "Part of the container's health check."),
        .unavailable("proc.is_container_liveness_probe", .flag, "Part of the container's liveness probe."),
        .unavailable("proc.is_container_readiness_probe", .flag, "Part of the container's readiness probe."),
        .unavailable("proc.fdopencount", .number, "Open descriptors."), .unavailable("proc.fdlimit", .number, "Most descriptors."),
        .unavailable("proc.fdusage", .number, "Share of the descriptors in use."), .unavailable("proc.vmsize", .number, "Virtual memory."),
        .unavailable("proc.vmrss", .number, "Resident memory."), .unavailable("proc.vmswap", .number, "Swapped memory."),
        .unavailable("proc.nthreads", .number, "Living threads."), .unavailable("proc.nchilds", .number, "Living threads but the leader."),
        .unavailable("proc.stdin.name", "Name behind standard input."), .unavailable("proc.stdout.name", "Name behind standard output."),
        .unavailable("proc.stderr.name", "Name behind standard error."),
    ]

    static let shells: Set<String> = ["ash", "bash", "csh", "dash", "fish", "ksh", "rbash", "sh", "tcsh", "zsh"]

    static func name(_ record: ProcessRecord) -> FieldValue? { .known(record.comm) }

    static func exe(_ record: ProcessRecord) -> FieldValue? {
        if let first = record.exec.arguments.first, !first.isEmpty { return .text(first) }
        return .known(record.exec.path)
    }

    static func nonZero(_ n: some BinaryInteger) -> FieldValue? { n == 0 ? nil : .integer(n) }

    static func directory(_ path: String) -> FieldValue? {
        if path.isEmpty { return nil }
        return path.utf8.last == 0x2F ? .text(path) : .text(path + "/")
    }

    private static func leads(_ record: ProcessRecord, _ number: UInt32) -> FieldValue? {
        record.exec.namespacePID == 0 ? nil : .flag(record.exec.namespacePID == number)
    }

    private static func stream(_ record: ProcessRecord, _ n: Int) -> FieldValue? {
        guard n < record.exec.stdio.count else { return nil }
        switch record.exec.stdio[n] {
        case .unknown: return nil
        case .file: return .text("file")
        case .pipe: return .text("pipe")
        case .socket: return .text("socket")
        case .terminal: return .text("terminal")
        case .null: return .text("null")
        case .closed: return .text("closed")
        case .unix: return .text("unix")
        }
    }
}
