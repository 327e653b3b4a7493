import Events

/// A way of seeing: the objects and hooks that together give the messages. All sets give the same messages; the first that the kernel takes
/// is used.
package enum HookSet: String, CaseIterable, Sendable, Codable {
    /// LSM hooks where the kernel allows them: nothing goes round them, io_uring included.
    case lsm
    /// The same functions traced, where BPF is not among the security modules (most distributions) and lockdown is off.
    case fentry
    /// Tracepoints only: works under kernel lockdown.
    case tracepoint

    /// Changes whose names the security module's hooks resolve; a hook that this kernel does not have leaves that change with the caller's words.
    private static let named: Set<EventKind> = [.rename, .link, .symlink, .unlink, .rmdir, .mkdir, .chmod, .chown, .mount, .umount, .truncate, .utimes, .setxattr]
    /// What gets a target, an address or the path of a script from those hooks, and modules that the kernel asks for.
    private static let aimed: Set<EventKind> = [.exec, .connect, .ptrace, .vmWrite, .kill, .module]

    /// The embedded objects of the set, in the order in which they are loaded. The first one makes the shared maps; an object none
    /// of whose kinds is wanted is not loaded.
    var objects: [ProbeObject] {
        let own =
            switch self {
            case .lsm:
                [
                    ProbeObject("guard", [.open], isRequired: true), ProbeObject("refused", [.openFailed]), ProbeObject("names_lsm", Self.named),
                    ProbeObject("calls_lsm", Self.aimed),
                ]
            case .fentry:
                [
                    ProbeObject("guard_fexit", [.open], isRequired: true), ProbeObject("refused", [.openFailed]), ProbeObject("names_fentry", Self.named),
                    ProbeObject("calls_fentry", Self.aimed),
                ]
            case .tracepoint: [ProbeObject("file", [.open, .openFailed], isRequired: true), ProbeObject("uring_file", [.open])]
            }
        return [ProbeObject("process", [.exec, .fork, .exit], isRequired: true)] + own + [
            ProbeObject("network", [.connect], isRequired: true), ProbeObject("socket", [.bind, .listen, .accept]), ProbeObject("datagram", [.datagram]),
            ProbeObject("uring_refused", [.openFailed]), ProbeObject("uring_socket", [.connect, .accept]), ProbeObject("dns", [.dns]), ProbeObject("library", [.library]), ProbeObject("module", [.module]),
            ProbeObject("uring_change", [.rename, .link, .symlink, .unlink, .rmdir, .mkdir], standsInFor: "names_"),
            ProbeObject("change", [.rename, .link, .symlink, .mount, .unlink, .rmdir, .mkdir, .chmod, .chown, .truncate, .utimes, .setxattr, .umount, .chdir]),
            ProbeObject(
                "call",
                [.ptrace, .unshare, .setns, .memfd, .bpf, .vmWrite, .userfaultfd, .ioUring, .setuid, .setgid, .capset, .processRename, .kill, .dup, .packetSocket, .socket]
            ),
        ]
    }
}

/// One object file of the probes and what it gives.
struct ProbeObject {
    let name: String
    let kinds: Set<EventKind>
    /// Without it the set makes no sense. What an optional object would give is missing then, and its hooks say why.
    let isRequired: Bool
    /// The beginning of another object's name: where all programs of that one are loaded, this one would report the same again.
    let standsInFor: String?
    /// None of its programs may be missing: it is what makes the set the set that it is.
    var isWhole: Bool { name == "process" || name.hasPrefix("guard") }

    init(_ name: String, _ kinds: Set<EventKind>, isRequired: Bool = false, standsInFor: String? = nil) {
        self.name = name
        self.standsInFor = standsInFor
        self.kinds = kinds
        self.isRequired = isRequired
    }
}

/// One program and what became of it.
package struct HookStatus: Sendable, Hashable, Codable {
    /// Name of the program in its object: `process_exec`.
    package var program: String
    /// Where it hooks in: `tp_btf/sched_process_exec`.
    package var section: String
    /// `loaded`, `absent` (this kernel has no such hook), or `refused: EPERM`.
    package var state: String

    package static let loaded = "loaded"
    package static let absent = "absent"

    package init(program: String, section: String, state: String) {
        self.program = program
        self.section = section
        self.state = state
    }

    package var isLoaded: Bool { state == Self.loaded }
}

/// What the programs counted for one kind of message since they were loaded.
package struct ProbeCounters: Sendable, Hashable {
    /// Messages that reached the ring buffer.
    package var sent: UInt64 = 0
    /// Messages that did not, by cause: `ringBuffer`, `ringReserve`, `scratchBusy`, `context`, `bound`.
    package var lost: [String: UInt64] = [:]
    package init() {}
}
