package import Foundations

/// A process across pid reuse: the pid with the boot time at which its thread-group leader started.
package struct ProcessKey: Hashable, Sendable, Codable, Comparable {
    package var pid: UInt32
    package var start: BootInstant

    package init(pid: UInt32, start: BootInstant) {
        self.pid = pid
        self.start = start
    }

    package static func < (a: Self, b: Self) -> Bool { (a.start, a.pid) < (b.start, b.pid) }
}

/// One thing that happened, decoded from a probe message and not yet connected with anything else.
package struct Event: Sendable {
    package var kind: EventKind
    package var time: BootInstant
    package var process: ProcessKey
    package var threadID: UInt32
    package var parentPID: UInt32
    package var uid: UInt32
    package var gid: UInt32
    /// Inode of the directory in the unified hierarchy.
    package var cgroupID: UInt64
    /// Effective capabilities, a bit for each `CAP_*`; nil when nobody said.
    package var capabilities: UInt64?
    /// The kernel's name of the thread, at most 15 bytes.
    package var comm: String
    package var truncated: Truncation
    package var details: Details

    /// What had to be cut to stay inside a bound; an event says so instead of passing a part for the whole.
    package struct Truncation: OptionSet, Sendable, Hashable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }
        package static let path = Truncation(rawValue: 1)
        package static let arguments = Truncation(rawValue: 2)
        package static let name = Truncation(rawValue: 4)
        package static let payload = Truncation(rawValue: 8)
        package static let environment = Truncation(rawValue: 32)
        /// All that a message may say; its flags say other things too.
        package static let all = Truncation(rawValue: 1 | 2 | 4 | 8 | 32)
    }

    package enum Details: Sendable {
        case exec(ExecDetails)
        case fork(ForkDetails)
        case exit(ExitDetails)
        /// open, open-failed, rename, unlink, link, symlink, mkdir, rmdir, chmod, chown, truncate, setxattr, mount, umount, library, utimes, chdir
        case file(FileDetails)
        /// connect, accept, listen, bind, datagram
        case network(NetworkDetails)
        case dns(DNSDetails)
        /// Everything else: its numbers and names.
        case systemCall(SystemCallDetails)
    }

    package init(
        kind: EventKind, time: BootInstant, process: ProcessKey, threadID: UInt32, parentPID: UInt32, uid: UInt32, gid: UInt32, cgroupID: UInt64,
        capabilities: UInt64? = nil, comm: String, truncated: Truncation = [], details: Details
    ) {
        self.kind = kind
        self.time = time
        self.process = process
        self.threadID = threadID
        self.parentPID = parentPID
        self.uid = uid
        self.gid = gid
        self.cgroupID = cgroupID
        self.capabilities = capabilities
        self.comm = comm
        self.truncated = truncated
        self.details = details
    }
}

package struct ExecDetails: Sendable, Hashable {
    /// Resolved, absolute, as the process's mount namespace sees it; `memfd:NAME` for an anonymous file.
    package var path: String = ""
    /// As typed by the caller: relative names, symlinks, scripts.
    package var filename: String = ""
    /// The script that `path` interprets; nil unless the kernel went through `#!`.
    package var script: String?
    /// argv, the first element included; bytes that are not UTF-8 become U+FFFD.
    package var arguments: [String] = []
    /// `NAME=value`, as the program was given it, at most 4,095 bytes; nil when nobody asked for it. Holds secrets: it goes nowhere but into comparisons.
    package var environment: [String]?
    package var cwd: String = ""
    package var inode: UInt64 = 0
    package var device: UInt32 = 0
    package var isMemfd = false
    /// The file had no name left when it was run.
    package var isDeleted = false
    /// The file lives in the writable layer of a container's overlay file system.
    package var isUpperLayer = false
    package var euid: UInt32 = 0
    package var egid: UInt32 = 0
    /// The login (audit) uid; 0xFFFFFFFF when there was no login.
    package var loginUID: UInt32 = .max
    package var sessionID: UInt32 = 0
    package var processGroup: UInt32 = 0
    package var ttyNumber: UInt32 = 0
    package var stdio: [StdioKind] = [.unknown, .unknown, .unknown]
    package var namespaces = Namespaces()
    /// Path of the process's cgroup below the controller's mount, at most eight directories: `/kubepods/besteffort/pod.../...`.
    package var cgroupPath: String = ""
    /// The pid inside its own pid namespace.
    package var namespacePID: UInt32 = 0

    package init() {}
}

package enum StdioKind: UInt8, Sendable, Codable { case unknown = 0, file = 1, pipe = 2, socket = 3, terminal = 4, null = 5, closed = 6, unix = 7 }

/// Inode numbers of the namespaces; 0 when not known.
package struct Namespaces: Sendable, Hashable {
    package var mount: UInt32 = 0
    package var pid: UInt32 = 0
    package var network: UInt32 = 0
    package var user: UInt32 = 0
    package init(mount: UInt32 = 0, pid: UInt32 = 0, network: UInt32 = 0, user: UInt32 = 0) {
        self.mount = mount
        self.pid = pid
        self.network = network
        self.user = user
    }
}

package struct ForkDetails: Sendable, Hashable {
    package var child: ProcessKey
    package var childNamespacePID: UInt32
    /// `CLONE_*`; 0 when the hook does not say.
    package var flags: UInt64
    /// What the call gives the parent: the child's pid as the parent's namespace has it.
    package var result: UInt32 { childNamespacePID == 0 || flags & Self.newPIDNamespace != 0 ? child.pid : childNamespacePID }
    /// CLONE_NEWPID: the child is 1 in its own namespace.
    private static let newPIDNamespace: UInt64 = 0x2000_0000

    package init(child: ProcessKey, childNamespacePID: UInt32 = 0, flags: UInt64 = 0) {
        self.child = child
        self.childNamespacePID = childNamespacePID
        self.flags = flags
    }
}

package struct ExitDetails: Sendable, Hashable {
    /// 0...255 for a normal exit.
    package var code: UInt8
    /// 0 unless a signal ended it.
    package var signal: UInt8
    package init(code: UInt8, signal: UInt8) {
        self.code = code
        self.signal = signal
    }
}

package struct FileDetails: Sendable, Hashable {
    package var path: String = ""
    /// The name as the caller typed it, and the second one; empty where the call has none.
    package var typed: String = ""
    package var secondTyped: String = ""
    /// The second name: where a rename, link or symlink leads, what is mounted; empty otherwise.
    package var secondPath: String = ""
    /// `O_*` of an open, `AT_*` of others.
    package var flags: UInt32 = 0
    package var mode: UInt32 = 0
    package var inode: UInt64 = 0
    package var device: UInt32 = 0
    /// Result of the system call: a descriptor or 0, or -errno.
    package var result: Int64 = 0
    /// chown's new owner.
    package var ownerUID: UInt32 = 0
    package var ownerGID: UInt32 = 0
    /// File type of the inode (`S_IFMT` bits).
    package var type: UInt32 = 0
    /// Of a library: an anonymous file, named `memfd:NAME`.
    package var isMemfd = false
    /// Of a library: it had no name left when it was mapped.
    package var isDeleted = false
    /// Of a library: it lies in the writable layer of a container's overlay file system.
    package var isUpperLayer = false
    package init() {}

    package var isWrite: Bool { flags & 3 != 0 }
    package var isRead: Bool { flags & 3 != 1 }
    /// The open made the file; what failed made none, whatever was asked for.
    package var isCreate: Bool { flags & 0o100 != 0 && result >= 0 }
}

/// An address in network byte order: 4 bytes in the low half for IPv4, 16 for IPv6.
package struct IPAddress: Hashable, Sendable {
    package var high: UInt64
    package var low: UInt64
    package var isV6: Bool

    /// - Parameter v4: the address as a number in host order: 127.0.0.1 is 0x7F000001.
    package init(v4: UInt32) {
        high = 0
        low = UInt64(v4)
        isV6 = false
    }
    /// The two halves in host order, most significant first.
    package init(v6High: UInt64, low v6Low: UInt64) {
        high = v6High
        low = v6Low
        isV6 = true
    }
}

package struct NetworkDetails: Sendable, Hashable {
    package enum Transport: UInt8, Sendable { case tcp = 6, udp = 17, unix = 1, other = 0 }
    package var transport: Transport = .tcp
    package var local: IPAddress?
    package var localPort: UInt16 = 0
    package var remote: IPAddress?
    package var remotePort: UInt16 = 0
    /// Path of a unix socket.
    package var path: String = ""
    /// 0 or -errno; -115 (EINPROGRESS) while a connect is under way.
    package var result: Int64 = 0
    package var fd: Int32 = -1
    package init() {}
}

package struct DNSDetails: Sendable, Hashable {
    package var isAnswer = false
    package var name: String = ""
    /// RFC 1035 type: 1 A, 28 AAAA, ...
    package var type: UInt16 = 0
    package var rcode: UInt8 = 0
    package var addresses: [IPAddress] = []
    package var server: IPAddress?
    package init() {}
}

package struct SystemCallDetails: Sendable, Hashable {
    /// The kernel's name: `ptrace`, `unshare`, `memfd_create`.
    package var name: String
    package var arguments: [UInt64]
    package var target: ProcessKey?
    /// A text argument: a memfd's name, a module's path.
    package var text: String
    package var result: Int64
    package init(name: String, arguments: [UInt64] = [], target: ProcessKey? = nil, text: String = "", result: Int64 = 0) {
        self.name = name
        self.arguments = arguments
        self.target = target
        self.text = text
        self.result = result
    }
}
