/// What happened, by the name that statistics, filters (`--kind`) and captures use.
///
/// Raw values are the kinds of the probe messages (`enum probe_kind` in bpf/abi/probe_abi.h): never reused, only added.
package enum EventKind: UInt32, CaseIterable, Sendable, Codable {
    case exec = 1
    case fork = 2
    case exit = 3
    case open = 4
    case connect = 5
    case accept = 6
    case listen = 7
    case rename = 8
    case unlink = 9
    case link = 10
    case symlink = 11
    case mkdir = 12
    case rmdir = 13
    case chmod = 14
    case chown = 15
    case truncate = 16
    case setxattr = 17
    case mount = 18
    case umount = 19
    case library = 20
    case datagram = 21
    case dns = 22
    case ptrace = 23
    case unshare = 24
    case setns = 25
    case memfd = 26
    case bpf = 27
    case vmWrite = 28
    case userfaultfd = 29
    case dup = 30
    case ioUring = 31
    case setuid = 32
    case setgid = 33
    case capset = 34
    case processRename = 35
    case kill = 36
    case module = 37
    case bind = 38
    case utimes = 39
    case chdir = 40
    case packetSocket = 41
    case socket = 42
    /// An open that failed.
    case openFailed = 43

    /// The stable name: `exec`, `open`, `process-rename`, ...
    package var name: String {
        switch self {
        case .processRename: "process-rename"
        case .packetSocket: "packet-socket"
        case .openFailed: "open-failed"
        default: "\(self)"
        }
    }

    package init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}
