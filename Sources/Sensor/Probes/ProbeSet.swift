internal import CLibbpf
internal import CProbeABI
package import Events
internal import Foundation
internal import Glibc

/// What to load and how to size it.
package struct ProbeOptions: Sendable {
    /// Bytes of the ring buffer: rounded up to a power of two and at least one page.
    package var ringBytes: Int = 8 << 20
    /// Only this set; nil tries them in order of preference.
    package var hookSet: HookSet?
    /// Messages are wanted of these kinds; programs that give no other are not even loaded.
    package var kinds: Set<EventKind> = Set(EventKind.allCases)
    /// The process never reported: the sensor itself. 0 reports everybody.
    package var ownPID: UInt32 = ProbeOptions.ownPIDInProc
    /// 0, or the inode of the only pid namespace whose processes are reported.
    package var onlyPIDNamespace: UInt32 = 0
    /// The reader is woken when so many bytes are pending; below that it polls.
    package var wakeBytes: UInt64 = 64 << 10

    package init() {}

    // Events carry the machine's process ids. Where this process has another id for itself (kind's nodes are containers) the /proc that
    // it is given is the machine's, and knows better than getpid(2).
    private static var ownPIDInProc: UInt32 {
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self")
        return link.flatMap(UInt32.init) ?? UInt32(getpid())
    }
}

/// The programs of one hook set, loaded and attached, with the ring buffer they write to.
///
/// Made, polled and closed on one thread; counters may be read on the same thread only.
package final class ProbeSet {
    package let hookSet: HookSet
    /// What became of each program that was asked for so far.
    package private(set) var hooks: [HookStatus] = []
    // the first one holds the shared maps and stays
    private var objects: [(part: ProbeObject, object: BPFObject)] = []
    // optional objects that this kernel refused: asked once
    private var refused: Set<String> = []
    private let options: ProbeOptions
    private let reader: RingReader
    // what `watch(known:)` has put into the kernel's table
    private var known: [FileIdentity: String] = [:]

    /// Loads and attaches the preferred set that this kernel takes.
    /// - Throws: why not even the least of them can be used.
    package init(options: ProbeOptions) throws(ProbeError) {
        LibbpfLog.install()
        defer { KernelTypes.release() }
        try KernelCheck.requireBasics()
        self.options = options
        var failure = ProbeError.noTypeInformation
        for set in options.hookSet.map({ [$0] }) ?? HookSet.allCases {
            var loader = SetLoader(ringBytes: options.ringBytes)
            do throws(ProbeError) {
                // the hooks that make the set what it is are tried even when nobody wants them yet: the choice is made once
                for part in set.objects where part.isWhole || !part.kinds.isDisjoint(with: options.kinds) { try loader.load(part) }
                guard let ring = loader.objects.first?.object.map("messages") else { throw .layoutMismatch("no ring buffer") }
                reader = try RingReader(map: ring)
                hookSet = set
                (hooks, objects, refused) = (loader.hooks, loader.objects, loader.refused)
                write(kinds: options.kinds, onlySensitiveFiles: false, environment: false)
                return
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// Tells the programs which kinds are wanted: loads what gives them, drops what nobody wants any more. Takes effect with the
    /// next event. What cannot be loaded now is in `hooks`.
    ///
    /// - Parameters:
    ///   - onlySensitiveFiles: opens for writing are reported of sensitive files alone too.
    ///   - environment: an exec carries what its program was started with.
    package func configure(kinds: Set<EventKind>, onlySensitiveFiles: Bool = false, environment: Bool = false) {
        defer { KernelTypes.release() }
        let unwanted = objects.dropFirst().filter { $0.part.kinds.isDisjoint(with: kinds) }
        for (part, object) in unwanted {
            objects.removeAll { $0.part.name == part.name }
            let programs = Set(object.programs.map(\.name))
            hooks.removeAll { programs.contains($0.program) }
        }
        var loader = SetLoader(ringBytes: options.ringBytes, objects: objects, hooks: hooks, refused: refused)
        for part in hookSet.objects where !part.kinds.isDisjoint(with: kinds) { loader.loadIfPossible(part) }
        (hooks, objects, refused) = (loader.hooks, loader.objects, loader.refused)
        write(kinds: kinds, onlySensitiveFiles: onlySensitiveFiles, environment: environment)
    }

    private func write(kinds: Set<EventKind>, onlySensitiveFiles: Bool, environment: Bool) {
        let ring = UInt64(RingReader.size(for: options.ringBytes))
        var config = probe_config(
            own_pid: options.ownPID, only_pid_ns: options.onlyPIDNamespace, wake_bytes: min(options.wakeBytes, ring / 4), bulk_limit: ring / 4 * 3,
            call_limit: ring / 8 * 7,
            kinds: kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) }, only_sensitive: onlySensitiveFiles ? 1 : 0, environment: environment ? 1 : 0)
        var key: UInt32 = 0
        if let map = shared("config") { bpf_map_update_elem(bpf_map__fd(map), &key, &config, 0) }
    }

    private func shared(_ map: String) -> OpaquePointer? { objects.first?.object.map(map) }

    /// Files of which reads are reported, by name; these and no others from now on. Names beyond the map's bound are refused.
    /// - Returns: how many did not fit.
    package func watch(files: Set<String>, directories: Set<String>) -> Int {
        guard let map = shared("sensitive_names") else { return files.count + directories.count }
        forget(in: map, except: Set(files.union(directories).map { String(decoding: $0.utf8.prefix(Int(PROBE_NAME_MAX) - 1), as: UTF8.self) }))
        var refused = 0
        for name in files.union(directories).sorted() {
            var key = probe_name()
            withUnsafeMutableBytes(of: &key) { $0.copyBytes(from: name.utf8.prefix(Int(PROBE_NAME_MAX) - 1)) }
            var use = (files.contains(name) ? PROBE_NAME_FILE.rawValue : 0) | (directories.contains(name) ? PROBE_NAME_DIRECTORY.rawValue : 0)
            if bpf_map_update_elem(bpf_map__fd(map), &key, &use, 0) != 0 { refused += 1 }
        }
        return refused
    }

    // The new ones are added after this: what both want is never absent in between.
    private func forget(in map: OpaquePointer, except kept: Set<String>) {
        forgetKeys(of: probe_name(), in: map) { name in
            withUnsafeBytes(of: name) { !kept.contains(String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)) }
        }
    }

    private func forgetKeys<Key: BitwiseCopyable>(of empty: Key, in map: OpaquePointer, where isUnwanted: (Key) -> Bool) {
        let fd = bpf_map__fd(map)
        var keys: [Key] = []
        var key = empty
        var next = empty
        var more = bpf_map_get_next_key(fd, nil, &next)
        while more == 0, keys.count < 65_536 {
            keys.append(next)
            key = next
            more = bpf_map_get_next_key(fd, &key, &next)
        }
        for key in keys where isUnwanted(key) {
            var key = key
            bpf_map_delete_elem(fd, &key)
        }
    }

    /// Files that are known by a path: opens of them are reported, and as of that path, whatever name they are opened by, hard links and other mounts
    /// included. These and no others from now on. Of two paths of one file the first counts.
    /// - Returns: how many were not taken: beyond the map's bound, or of too long a path.
    package func watch(known files: [KnownFile]) -> Int {
        guard let map = shared("sensitive_inodes") else { return files.count }
        var paths: [FileIdentity: String] = [:]
        for file in files where paths[file.identity] == nil { paths[file.identity] = file.path }
        for identity in known.keys where paths[identity] == nil {
            var key = probe_inode(inode: identity.inode, device: identity.device, pad: 0)
            bpf_map_delete_elem(bpf_map__fd(map), &key)
            known[identity] = nil
        }
        var refused = 0
        for (identity, path) in paths where known[identity] != path {
            guard path.utf8.count < Int(PROBE_KNOWN_PATH_MAX) else {
                refused += 1
                continue
            }
            var key = probe_inode(inode: identity.inode, device: identity.device, pad: 0)
            var value = probe_known()
            withUnsafeMutableBytes(of: &value.name) { $0.copyBytes(from: (path.split(separator: "/").last ?? "").utf8.prefix(Int(PROBE_NAME_MAX) - 1)) }
            withUnsafeMutableBytes(of: &value.path) { $0.copyBytes(from: path.utf8) }
            if bpf_map_update_elem(bpf_map__fd(map), &key, &value, 0) == 0 { known[identity] = path } else { refused += 1 }
        }
        return refused
    }

    /// Waits for messages up to `milliseconds`, then hands over all that are there, each only for the length of the call.
    /// - Returns: how many there were.
    package func poll(milliseconds: Int32, _ handler: (UnsafeRawBufferPointer) -> Void) -> Int { reader.poll(milliseconds: milliseconds, handler) }

    /// How full the ring buffer is now, 0 to 1.
    package var ringFill: Double { Double(reader.pendingBytes) / Double(RingReader.size(for: options.ringBytes)) }

    private static let causes: [(probe_loss, String)] = [
        (PROBE_LOSS_RING_FULL, "ringBuffer"), (PROBE_LOSS_RING_RESERVE, "ringReserve"), (PROBE_LOSS_SCRATCH_BUSY, "scratchBusy"),
        (PROBE_LOSS_CONTEXT, "context"), (PROBE_LOSS_BOUND, "bound"),
    ]

    /// What the programs counted, by kind; kinds that never happened are left out.
    package func counters() -> [EventKind: ProbeCounters] {
        var out: [EventKind: ProbeCounters] = [:]
        guard let sent = shared("sent"), let lost = shared("lost") else { return out }
        for kind in EventKind.allCases {
            var counters = ProbeCounters()
            counters.sent = Self.sum(sent, key: kind.rawValue)
            for (cause, name) in Self.causes {
                let n = Self.sum(lost, key: kind.rawValue * PROBE_LOSS_COUNT.rawValue + cause.rawValue)
                if n > 0 { counters.lost[name] = n }
            }
            if counters.sent > 0 || !counters.lost.isEmpty { out[kind] = counters }
        }
        return out
    }

    private static func sum(_ map: OpaquePointer, key: UInt32) -> UInt64 {
        var key = key
        let cpus = Int(libbpf_num_possible_cpus())
        guard cpus > 0 else { return 0 }
        var values = [UInt64](repeating: 0, count: cpus)
        guard bpf_map_lookup_elem(bpf_map__fd(map), &key, &values) == 0 else { return 0 }
        return values.reduce(0, &+)
    }
}
