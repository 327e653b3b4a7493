/// The arguments of a call by the names that rules use (`evt.arg.flags`), after the event tables of libscap.
///
/// Flags and modes are in the words of their headers; `raw` gives the numbers instead.
package enum CallArguments {
    /// The names for a kind in the order in which `evt.args` prints them and `evt.arg[n]` counts them.
    package static func names(of kind: EventKind) -> [String] {
        switch kind {
        case .exec: ["res", "exe", "args", "tid", "pid", "ptid", "cwd", "comm", "cgroups", "tty", "vpgid", "loginuid", "flags", "exe_ino", "uid", "gid", "filename", "trusted_exepath"]
        case .fork: ["res", "pid", "flags", "vpid"]
        case .exit: ["status", "ret", "sig"]
        case .open, .openFailed: ["fd", "name", "flags", "mode", "dev", "ino"]
        case .rename: ["res", "oldpath", "newpath"]
        case .link: ["res", "oldpath", "newpath"]
        case .symlink: ["res", "target", "linkpath"]
        case .unlink, .rmdir: ["res", "path", "name", "flags"]
        case .mkdir: ["res", "path", "mode"]
        case .chmod: ["res", "filename", "mode"]
        case .chown: ["res", "path", "uid", "gid"]
        case .truncate, .chdir, .utimes: ["res", "path"]
        case .setxattr: ["res", "path", "name"]
        case .mount: ["res", "dev", "dir"]
        case .umount: ["res", "name", "flags"]
        case .library: ["res", "name", "ino"]
        case .connect, .accept, .datagram: ["res", "fd", "tuple", "addr"]
        case .listen, .bind: ["res", "fd", "addr"]
        case .dns: ["name", "type", "rcode"]
        case .ptrace: ["res", "request", "pid", "addr", "data"]
        case .unshare: ["res", "flags"]
        case .setns: ["res", "fd", "nstype"]
        case .memfd: ["fd", "name", "flags"]
        case .bpf: ["fd", "cmd"]
        case .vmWrite: ["res", "pid"]
        case .userfaultfd: ["res", "flags"]
        case .dup: ["res", "oldfd", "newfd"]
        case .ioUring: ["res", "entries"]
        case .setuid: ["res", "uid", "ruid", "euid", "suid"]
        case .setgid: ["res", "gid", "rgid", "egid", "sgid"]
        case .capset: ["res"]
        case .processRename: ["res", "option", "arg2_str"]
        case .kill: ["res", "pid", "sig"]
        // the descriptor comes last: rules that count arguments are of the time when it was an event of its own
        case .packetSocket, .socket: ["domain", "type", "proto", "fd"]
        case .module: ["res", "fd", "uargs", "flags"]
        }
    }

    /// The kinds that have an argument of that name.
    package static func kinds(with name: String) -> Set<EventKind> {
        Set(EventKind.allCases.filter { names(of: $0).contains(name) })
    }

    package static func value(_ name: String, of e: EnrichedEvent, raw: Bool = false) -> FieldValue? {
        if name == "res" { return raw ? .integer(e.result) : .text(CallText.result(e.result)) }
        switch e.event.details {
        case .exec(let exec): return value(name, of: exec, in: e)
        case .fork(let fork): return value(name, of: fork, raw: raw)
        case .exit(let exit): return value(name, of: exit)
        case .file(let file): return value(name, of: file, kind: e.event.kind, raw: raw)
        case .network(let network): return value(name, of: network, kind: e.event.kind)
        case .dns(let dns):
            switch name {
            case "name": return .known(dns.name)
            case "type": return raw ? .integer(dns.type) : .text(DNSText.type(dns.type))
            case "rcode": return raw ? .integer(dns.rcode) : .text(DNSText.rcode(dns.rcode))
            default: return nil
            }
        case .systemCall(let call):
            let value = value(name, of: call, kind: e.event.kind, raw: raw)
            guard !raw, e.event.kind == .setuid || e.event.kind == .setgid, case .number(let id)? = value else { return value }
            return accountName(id, of: e).map { .text($0) } ?? value
        }
    }

    // An account is compared by its name where that is known: root everywhere, others when they are the process's own.
    private static func accountName(_ id: Int64, of e: EnrichedEvent) -> String? {
        if id == 0 { return "root" }
        return e.event.kind == .setuid ? (id == Int64(e.event.uid) ? e.userName : nil) : (id == Int64(e.event.gid) ? e.groupName : nil)
    }

    private static func value(_ name: String, of exec: ExecDetails, in e: EnrichedEvent) -> FieldValue? {
        switch name {
        case "exe": exec.arguments.first.map { .text($0) } ?? .known(exec.path)
        case "args": .text(exec.arguments.dropFirst().joined(separator: " "))
        case "tid": .integer(e.event.threadID)
        case "pid": .integer(e.event.process.pid)
        case "ptid": .integer(e.event.parentPID)
        case "cwd": .known(exec.cwd)
        case "comm": .known(e.event.comm)
        case "cgroups": .known(exec.cgroupPath)
        case "tty": .integer(exec.ttyNumber)
        case "vpgid": .integer(exec.processGroup)
        case "loginuid": .integer(exec.loginUID == .max ? -1 : Int64(exec.loginUID))
        case "flags": .text(executableFlags(exec))
        case "exe_ino": .integer(exec.inode)
        case "uid": .integer(e.event.uid)
        case "gid": .integer(e.event.gid)
        case "filename": .known(exec.filename)
        case "trusted_exepath": .known(exec.path)
        default: nil
        }
    }

    private static func executableFlags(_ exec: ExecDetails) -> String {
        var out: [String] = []
        if exec.isUpperLayer { out.append("EXE_UPPER_LAYER") }
        if exec.isMemfd { out.append("EXE_FROM_MEMFD") }
        return out.isEmpty ? "0" : out.joined(separator: "|")
    }

    private static func value(_ name: String, of fork: ForkDetails, raw: Bool) -> FieldValue? {
        switch name {
        case "pid": .integer(fork.child.pid)
        case "vpid": .integer(fork.childNamespacePID)
        case "flags": raw ? .integer(fork.flags) : .text(CallText.cloneFlags(fork.flags))
        default: nil
        }
    }

    private static func value(_ name: String, of exit: ExitDetails) -> FieldValue? {
        switch name {
        case "status": .integer(Int64(exit.code) << 8 | Int64(exit.signal))
        case "ret": .integer(exit.code)
        case "sig": .integer(exit.signal)
        default: nil
        }
    }

    private static func value(_ name: String, of file: FileDetails, kind: EventKind, raw: Bool) -> FieldValue? {
        switch (kind, name) {
        case (.open, "fd"), (.openFailed, "fd"): .integer(file.result)
        case (.open, "flags"), (.openFailed, "flags"): raw ? .integer(file.flags) : .text(CallText.openFlags(file.flags))
        case (.rename, "oldpath"), (.link, "oldpath"), (.symlink, "target"): .known(file.path)
        case (.rename, "newpath"), (.link, "newpath"), (.symlink, "linkpath"): .known(file.secondPath)
        case (.mount, "dev"): .known(file.secondPath)
        case (.mount, "dir"): .known(file.path)
        case (.setxattr, "name"): .known(file.secondPath.split(separator: "/").last.map(String.init) ?? "")
        case (.open, "name") where !file.secondPath.isEmpty: .known(file.secondPath)
        case (_, "name"), (_, "path"), (_, "filename"): .known(file.path)
        case (_, "mode"): raw ? .integer(file.mode) : .text(CallText.mode(file.mode))
        case (_, "flags"): .integer(file.flags)
        case (_, "dev"): .integer(file.device)
        case (_, "ino"): .integer(file.inode)
        case (.chown, "uid"): .integer(file.ownerUID)
        case (.chown, "gid"): .integer(file.ownerGID)
        default: nil
        }
    }

    private static func value(_ name: String, of network: NetworkDetails, kind: EventKind) -> FieldValue? {
        switch name {
        case "fd": .integer(network.fd)
        case "tuple": .known(ConnectionText.tuple(network, isServer: kind == .accept))
        case "addr": .known(ConnectionText.remote(network))
        default: nil
        }
    }

    private static func value(_ name: String, of call: SystemCallDetails, kind: EventKind, raw: Bool) -> FieldValue? {
        func argument(_ n: Int) -> UInt64? { n < call.arguments.count ? call.arguments[n] : nil }
        func number(_ n: Int) -> FieldValue? { argument(n).map { .integer(Int64(truncatingIfNeeded: $0)) } }
        // uids, gids and descriptors are 32 bits wide
        func word(_ n: Int) -> FieldValue? { argument(n).map { .integer(Int64(Int32(truncatingIfNeeded: $0))) } }
        func text(_ n: Int, _ form: (UInt64) -> String) -> FieldValue? { argument(n).map { raw ? .integer($0) : .text(form($0)) } }
        switch (kind, name) {
        case (.ptrace, "request"): return text(0, CallText.ptraceRequest)
        case (.ptrace, "pid"): return call.target.map { .integer($0.pid) } ?? word(1)
        case (.ptrace, "addr"): return number(2)
        case (.ptrace, "data"): return number(3)
        case (.unshare, "flags"): return text(0, CallText.cloneFlags)
        case (.setns, "fd"): return word(0)
        case (.setns, "nstype"): return text(1, CallText.cloneFlags)
        case (.socket, "domain"), (.packetSocket, "domain"): return text(0, CallText.family)
        case (.socket, "type"), (.packetSocket, "type"): return argument(1).map { .integer(raw ? $0 : $0 & 0xF) }
        case (.socket, "proto"), (.packetSocket, "proto"): return word(2)
        case (.memfd, "fd"), (.bpf, "fd"), (.socket, "fd"), (.packetSocket, "fd"): return .integer(call.result)
        case (.memfd, "name"): return .known(call.text)
        case (.memfd, "flags"): return number(1)
        case (.bpf, "cmd"): return text(0, CallText.bpfCommand)
        case (.vmWrite, "pid"), (.kill, "pid"): return call.target.map { .integer($0.pid) } ?? word(0)
        case (.userfaultfd, "flags"): return number(0)
        case (.dup, "oldfd"): return word(0)
        case (.dup, "newfd"): return call.name == "dup" ? .integer(call.result) : word(1)
        case (.ioUring, "entries"): return number(0)
        case (.setuid, "uid"), (.setuid, "ruid"), (.setgid, "gid"), (.setgid, "rgid"): return word(0)
        case (.setuid, "euid"), (.setgid, "egid"): return call.name.contains("re") ? word(1) : nil
        case (.setuid, "suid"), (.setgid, "sgid"): return call.name.contains("res") ? word(2) : nil
        case (.processRename, "option"): return raw ? number(0) : .text("PR_SET_NAME")
        case (.processRename, "arg2_str"): return .known(call.text)
        case (.kill, "sig"): return text(1, CallText.signal)
        case (.module, "fd"): return call.name == "finit_module" ? word(0) : nil
        case (.module, "uargs"): return .known(call.text)
        case (.module, "flags"): return call.name == "finit_module" ? number(2) : nil
        default: return nil
        }
    }

    /// `res=SUCCESS oldpath=/a newpath=/b`
    package static func all(of e: EnrichedEvent) -> String {
        names(of: e.event.kind).compactMap { name in value(name, of: e).map { name + "=" + $0.printed } }.joined(separator: " ")
    }
}

/// The numbers of RFC 1035 and its successors by name.
package enum DNSText {
    package static func type(_ type: UInt16) -> String { types[type] ?? String(type) }
    package static func rcode(_ code: UInt8) -> String { rcodes[code] ?? String(code) }

    private static let types: [UInt16: String] = [
        1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 10: "NULL", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 35: "NAPTR", 43: "DS", 48: "DNSKEY", 64: "SVCB",
        65: "HTTPS", 252: "AXFR", 255: "ANY", 257: "CAA",
    ]
    private static let rcodes: [UInt8: String] = [0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"]
}

/// A connection in words.
package enum ConnectionText {
    /// `10.0.0.1:4711->10.0.0.2:443`, the client first, IPv6 addresses without brackets, as rules have always compared them; the
    /// path of a unix socket.
    package static func tuple(_ network: NetworkDetails, isServer: Bool) -> String {
        guard network.transport != .unix else { return network.path }
        guard let local = network.local else { return remote(network) }
        let here = "\(local):\(network.localPort)"
        guard let remote = network.remote, network.remotePort != 0 else { return here }
        let there = "\(remote):\(network.remotePort)"
        return isServer ? there + "->" + here : here + "->" + there
    }

    package static func remote(_ network: NetworkDetails) -> String {
        guard network.transport != .unix else { return network.path }
        return network.remote.map { "\($0):\(network.remotePort)" } ?? ""
    }
}
