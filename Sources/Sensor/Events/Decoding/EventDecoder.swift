internal import CProbeABI
import Foundations

/// Turns probe messages into events. Takes bytes that nobody vouches for; gives an event or counts why there is none.
package struct EventDecoder: Sendable {
    /// Messages of a kind that this build does not know: a newer object, or a broken one.
    package private(set) var unknownKinds: UInt64 = 0
    /// Messages whose lengths do not add up.
    package private(set) var malformed: UInt64 = 0
    /// Packets to or from port 53 that are no DNS: anybody can send those, so they are not held against the kernel side.
    package private(set) var unreadablePackets: UInt64 = 0

    package init() {}

    /// - Parameter bytes: one message of the ring buffer; not kept.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer) -> Event? {
        guard let message = ProbeMessage(bytes) else {
            malformed += 1
            return nil
        }
        guard let kind = EventKind(rawValue: message.header.kind) else {
            unknownKinds += 1
            return nil
        }
        guard let details = Self.details(of: kind, in: message) else {
            if kind == .dns, message.isSound(bodySize: MemoryLayout<probe_network>.size) { unreadablePackets += 1 } else { malformed += 1 }
            return nil
        }
        var header = message.header
        return Event(
            kind: kind, time: BootInstant(nanoseconds: header.boot_ns),
            process: ProcessKey(pid: header.pid, start: BootInstant(nanoseconds: header.start_ns)), threadID: header.tid, parentPID: header.ppid,
            uid: header.uid, gid: header.gid, cgroupID: header.cgroup_id, capabilities: header.capabilities, comm: KernelText.comm(&header.comm),
            truncated: Event.Truncation(rawValue: header.flags).intersection(.all), details: details)
    }

    private static func details(of kind: EventKind, in message: ProbeMessage) -> Event.Details? {
        switch kind {
        case .exec: exec(message)
        case .fork: fork(message)
        case .exit: exit(message)
        case .connect, .accept, .listen, .bind, .datagram: network(message)
        case .open, .openFailed, .rename, .unlink, .link, .symlink, .mkdir, .rmdir, .chmod, .chown, .truncate, .setxattr, .mount, .umount, .library, .utimes, .chdir:
            file(message, kind: kind)
        case .dns: dns(message)
        case .ptrace, .unshare, .setns, .memfd, .bpf, .vmWrite, .userfaultfd, .dup, .ioUring, .setuid, .setgid, .capset, .processRename, .kill, .module,
            .packetSocket, .socket:
            systemCall(message, kind: kind)
        }
    }

    private static func isDetached(_ message: ProbeMessage) -> Bool { message.header.flags & PROBE_PATH_DETACHED.rawValue != 0 }

    private static func exec(_ message: ProbeMessage) -> Event.Details? {
        guard let body = message.body(probe_exec.self) else { return nil }
        var out = ExecDetails()
        out.inode = body.inode
        out.device = body.device
        out.isMemfd = body.flags & PROBE_EXEC_MEMFD.rawValue != 0
        out.isDeleted = body.flags & (PROBE_EXEC_DELETED.rawValue | PROBE_EXEC_MEMFD.rawValue) != 0
        out.isUpperLayer = body.flags & PROBE_EXEC_UPPER_LAYER.rawValue != 0
        out.euid = body.euid
        out.egid = body.egid
        out.loginUID = body.login_uid
        out.sessionID = body.session_id
        out.processGroup = body.process_group
        out.ttyNumber = body.tty
        out.namespaces = Namespaces(mount: body.mount_ns, pid: body.pid_ns, network: body.network_ns, user: body.user_ns)
        out.namespacePID = body.ns_pid
        out.stdio = [body.stdio.0, body.stdio.1, body.stdio.2].map { StdioKind(rawValue: $0) ?? .unknown }
        var script: String?
        let whole = message.forEachString(after: MemoryLayout<probe_exec>.size) { tag, bytes in
            switch tag {
            case PROBE_TAG_PATH: out.path = KernelText.path(bytes, isDetached: out.isMemfd)
            case PROBE_TAG_FILENAME: out.filename = KernelText.string(bytes)
            case PROBE_TAG_ARGUMENTS: out.arguments = KernelText.list(bytes)
            case PROBE_TAG_CWD: out.cwd = KernelText.path(bytes, isDetached: false)
            case PROBE_TAG_ENVIRONMENT: out.environment = KernelText.list(bytes)
            case PROBE_TAG_SCRIPT: script = KernelText.path(bytes, isDetached: isDetached(message) && !out.isMemfd)
            case PROBE_TAG_CGROUP: out.cgroupPath = KernelText.path(bytes, isDetached: false)
            default: break
            }
        }
        if body.flags & PROBE_EXEC_SCRIPT.rawValue != 0 { out.script = script ?? out.filename }
        return whole ? .exec(out) : nil
    }

    private static func fork(_ message: ProbeMessage) -> Event.Details? {
        guard let body = message.body(probe_fork.self) else { return nil }
        let child = ProcessKey(pid: body.child_pid, start: BootInstant(nanoseconds: body.child_start_ns))
        return .fork(ForkDetails(child: child, childNamespacePID: body.child_ns_pid, flags: body.clone_flags))
    }

    private static func exit(_ message: ProbeMessage) -> Event.Details? {
        guard let body = message.body(probe_exit.self) else { return nil }
        return .exit(ExitDetails(code: UInt8(truncatingIfNeeded: body.code >> 8), signal: UInt8(body.code & 0x7F)))
    }

    private static func file(_ message: ProbeMessage, kind: EventKind) -> Event.Details? {
        guard let body = message.body(probe_file.self) else { return nil }
        var out = FileDetails()
        out.inode = body.inode
        out.device = body.device
        out.flags = body.flags
        out.mode = body.mode
        out.type = body.type
        out.result = body.result
        out.ownerUID = body.owner_uid
        out.ownerGID = body.owner_gid
        var base = ("", "")
        var typed = ("", "")
        let detached = isDetached(message)
        let whole = message.forEachString(after: MemoryLayout<probe_file>.size) { tag, bytes in
            switch tag {
            case PROBE_TAG_PATH: base.0 = KernelText.path(bytes, isDetached: detached)
            case PROBE_TAG_SECOND_PATH: base.1 = KernelText.path(bytes, isDetached: false)
            case PROBE_TAG_TEXT: typed.0 = KernelText.string(bytes)
            case PROBE_TAG_SECOND_TEXT: typed.1 = KernelText.string(bytes)
            case PROBE_TAG_FILENAME: out.typed = KernelText.string(bytes)
            default: break
            }
        }
        if !typed.0.isEmpty { out.typed = typed.0 }
        out.secondTyped = typed.1
        out.path = PathText.resolve(typed.0, startingAt: base.0)
        out.secondPath = PathText.resolve(typed.1, startingAt: base.1)
        switch kind {
        // a file that everybody knows by another name is that file; how it was opened stays beside it
        case .open:
            let known = out.secondPath
            out.secondPath = ""
            if !known.isEmpty, known != out.path { (out.path, out.secondPath) = (known, out.path) }
        // what a symlink holds is read from where it lies
        case .symlink: out.path = PathText.resolve(typed.0, against: PathText.directory(of: out.secondPath))
        // the name of an attribute, and of what is mounted unless that is a path, stand for themselves
        case .setxattr: out.secondPath = typed.1
        case .mount where base.1.isEmpty && typed.1.utf8.first != 0x2F: out.secondPath = typed.1
        case .library:
            out.isMemfd = body.flags & PROBE_EXEC_MEMFD.rawValue != 0
            out.isDeleted = body.flags & (PROBE_EXEC_DELETED.rawValue | PROBE_EXEC_MEMFD.rawValue) != 0
            out.isUpperLayer = body.flags & PROBE_EXEC_UPPER_LAYER.rawValue != 0
            out.flags = 0
        default: break
        }
        return whole ? .file(out) : nil
    }

    private static func network(_ message: ProbeMessage) -> Event.Details? {
        guard let body = message.body(probe_network.self) else { return nil }
        var out = NetworkDetails()
        out.result = Int64(body.result)
        out.fd = body.fd
        out.localPort = body.local_port
        out.remotePort = body.remote_port
        var (local, remote) = (body.local, body.remote)
        switch body.family {
        case 1: out.transport = .unix
        case 2, 10:
            out.transport = NetworkDetails.Transport(rawValue: UInt8(truncatingIfNeeded: body.protocol)) ?? .other
            out.local = withUnsafeBytes(of: &local) { address($0, isV6: body.family == 10) }
            out.remote = withUnsafeBytes(of: &remote) { address($0, isV6: body.family == 10) }
        default: out.transport = .other
        }
        var typed = ""
        let whole = message.forEachString(after: MemoryLayout<probe_network>.size) { tag, bytes in
            if tag == PROBE_TAG_PATH { out.path = KernelText.path(bytes, isDetached: false) }
            if tag == PROBE_TAG_TEXT { typed = KernelText.string(bytes) }
        }
        // a name without a directory is abstract and stands for itself
        if !typed.isEmpty { out.path = out.path.isEmpty && typed.utf8.first != 0x2F ? typed : PathText.resolve(typed, against: out.path) }
        return whole ? .network(out) : nil
    }

    /// 16 bytes in network order; an IPv4 address mapped into IPv6 is the IPv4 address that it stands for.
    static func address(_ bytes: UnsafeRawBufferPointer, isV6: Bool) -> IPAddress {
        guard isV6 else { return IPAddress(v4: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))) }
        let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        if high == 0, low >> 32 == 0xFFFF { return IPAddress(v4: UInt32(truncatingIfNeeded: low)) }
        return IPAddress(v6High: high, low: low)
    }

    private static func systemCall(_ message: ProbeMessage, kind: EventKind) -> Event.Details? {
        guard let body = message.body(probe_syscall.self) else { return nil }
        let a = body.arguments
        var target: ProcessKey?
        if body.target_pid != 0 { target = ProcessKey(pid: body.target_pid, start: BootInstant(nanoseconds: body.target_start_ns)) }
        var text = ""
        let whole = message.forEachString(after: MemoryLayout<probe_syscall>.size) { tag, bytes in
            if tag == PROBE_TAG_TEXT { text = KernelText.string(bytes) }
            if tag == PROBE_TAG_PATH { text = KernelText.path(bytes, isDetached: isDetached(message)) }
        }
        let name = SystemCallNames.name(ofNumber: body.number) ?? kind.name
        return whole ? .systemCall(SystemCallDetails(name: name, arguments: [a.0, a.1, a.2, a.3, a.4, a.5], target: target, text: text, result: body.result)) : nil
    }
}
