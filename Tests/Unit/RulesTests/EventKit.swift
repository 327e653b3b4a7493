import Events
import Foundations

/// Events for tests, made the short way: a process with its parents, and what it does.
struct EventKit {
    var process: ProcessRecord
    var time: UInt64 = 10_000_000_000
    var uid: UInt32 = 0
    var user: String? = "root"

    /// - Parameter lineage: paths of executables, the process first, then its parents.
    init(_ lineage: String..., arguments: [String]? = nil, container: ContainerContext? = nil) {
        self.init(lineage: lineage, arguments: arguments, container: container)
    }

    init(lineage: [String], arguments: [String]? = nil, container: ContainerContext? = nil) {
        var parent: ProcessRecord?
        for (n, path) in lineage.enumerated().reversed() {
            var exec = ExecDetails()
            exec.path = path
            let name = String(path.split(separator: "/").last ?? "")
            exec.filename = path
            exec.arguments = n == 0 ? (arguments ?? [name]) : [name]
            exec.stdio = [.null, .pipe, .pipe]
            exec.loginUID = .max
            exec.cwd = "/"
            let record = ProcessRecord(
                key: ProcessKey(pid: UInt32(100 + n), start: BootInstant(nanoseconds: UInt64(5_000_000_000 - n * 1_000_000_000))), parent: parent,
                parentPID: UInt32(101 + n), comm: String(name.prefix(15)), exec: exec, execTime: BootInstant(nanoseconds: 5_000_000_000), uid: 0, gid: 0)
            record.container = container
            parent = record
        }
        process = parent!
    }

    static func container(_ id: String = "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e", image: String? = nil) -> ContainerContext {
        var out = ContainerContext(id: id)
        out.runtime = "containerd"
        out.image = image
        return out
    }

    func event(_ kind: EventKind, _ details: Event.Details, after nanoseconds: UInt64 = 0) -> EnrichedEvent {
        let at = time + nanoseconds
        return EnrichedEvent(
            event: Event(
                kind: kind, time: BootInstant(nanoseconds: at), process: process.key, threadID: process.key.pid, parentPID: process.parentPID, uid: uid, gid: 0,
                cgroupID: 1, comm: process.comm, details: details),
            wallTime: WallInstant(nanoseconds: 1_700_000_000_000_000_000 + Int64(at)), process: process, userName: user, groupName: "root")
    }

    func exec(_ change: (inout ExecDetails) -> Void = { _ in }) -> EnrichedEvent {
        change(&process.exec)
        return event(.exec, .exec(process.exec))
    }

    func open(_ path: String, flags: UInt32 = 0, type: UInt32 = 0o100000, after: UInt64 = 0) -> EnrichedEvent {
        var file = FileDetails()
        file.path = path
        file.flags = flags
        file.type = type
        file.result = 3
        file.inode = 77
        return event(.open, .file(file), after: after)
    }

    /// An open that asked to read, and failed.
    func refusedOpen(_ path: String, _ result: Int64, typed: String? = nil) -> EnrichedEvent {
        var file = FileDetails()
        (file.path, file.typed, file.result, file.type, file.flags) = (path, typed ?? path, result, 0o100000, 0)
        return event(.openFailed, .file(file))
    }

    func write(_ path: String) -> EnrichedEvent { open(path, flags: 0o1101) }
    func read(_ path: String) -> EnrichedEvent { open(path) }

    func change(_ kind: EventKind, _ path: String, to second: String = "", mode: UInt32 = 0, after: UInt64 = 0) -> EnrichedEvent {
        var file = FileDetails()
        file.path = path
        file.secondPath = second
        file.mode = mode
        return event(kind, .file(file), after: after)
    }

    func connect(_ address: String, _ port: UInt16, kind: EventKind = .connect, after: UInt64 = 0) -> EnrichedEvent {
        var network = NetworkDetails()
        network.local = IPAddress("10.0.0.5")
        network.localPort = 40_000
        network.remote = IPAddress(address)
        network.remotePort = port
        network.transport = kind == .datagram ? .udp : .tcp
        network.result = -115
        return event(kind, .network(network), after: after)
    }

    func call(_ kind: EventKind, _ name: String, _ arguments: [UInt64] = [], text: String = "", result: Int64 = 0, target: ProcessKey? = nil, after: UInt64 = 0) -> EnrichedEvent {
        event(kind, .systemCall(SystemCallDetails(name: name, arguments: arguments, target: target, text: text, result: result)), after: after)
    }

    func dns(_ name: String, type: UInt16 = 1, after: UInt64 = 0) -> EnrichedEvent {
        var dns = DNSDetails()
        dns.name = name
        dns.type = type
        return event(.dns, .dns(dns), after: after)
    }
}
