internal import CLibbpf
internal import Foundation
internal import Glibc

/// What this kernel offers, found by asking it.
package struct KernelCheck: Sendable, Codable {
    package var kernelVersion: String
    /// `none`, `integrity`, `confidentiality`, or `unknown` where securityfs does not say.
    package var lockdown: String
    package var hasBTF: Bool
    package var hasRingBuffer: Bool
    /// The hooks of both sets, by set: whether each loads and attaches here.
    package var hooks: [String: [HookStatus]]
    /// The set that a daemon would use; nil when the sensor cannot run.
    package var hookSet: HookSet?
    /// Why it cannot run.
    package var problem: String?

    /// Loads and attaches each set for a moment.
    package static func run() -> KernelCheck {
        var out = KernelCheck(
            kernelVersion: release, lockdown: lockdownState, hasBTF: reaches(btfPath, R_OK),
            hasRingBuffer: libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil) == 1, hooks: [:], hookSet: nil, problem: nil)
        for set in HookSet.allCases {
            var options = ProbeOptions()
            options.hookSet = set
            options.ringBytes = 4096
            do throws(ProbeError) {
                let probes = try ProbeSet(options: options)
                out.hooks[set.rawValue] = probes.hooks
                if out.hookSet == nil { out.hookSet = set }
            } catch {
                out.hooks[set.rawValue] = refusedHooks(of: set, error: error)
                if set == HookSet.allCases.last, out.hookSet == nil { out.problem = error.description }
            }
        }
        out.tryTheUntried()
        return out
    }

    /// A set that is refused leaves most of its hooks untried. The other set may have told of the same hook; the rest are loaded alone.
    private mutating func tryTheUntried() {
        let known = hooks.values.joined().filter { $0.state != Self.notTried }
        for set in HookSet.allCases {
            guard var statuses = hooks[set.rawValue] else { continue }
            for index in statuses.indices where statuses[index].state == Self.notTried {
                let status = statuses[index]
                if let same = known.first(where: { $0.program == status.program && $0.section == status.section }) {
                    statuses[index] = same
                } else if let part = set.objects.first(where: { (try? BPFObject(named: $0.name))?.programs.contains { $0.name == status.program } ?? false }) {
                    statuses[index].state = Self.trial(of: status.program, in: part.name)
                }
            }
            hooks[set.rawValue] = statuses
        }
    }

    private static let notTried = "not tried"

    // Loaded, not attached: what a kernel refuses it refuses at load.
    private static func trial(of program: String, in object: String) -> String {
        guard let object = try? BPFObject(named: object) else { return notTried }
        for other in object.programs where other.name != program { object.disable(other) }
        let error = object.load()
        _ = LibbpfLog.take()
        return error == 0 ? HookStatus.loaded : "refused: \(ErrnoName.name(error))"
    }

    // A set is refused as a whole; say for each of its programs which one the kernel named and that the others were not tried.
    private static func refusedHooks(of set: HookSet, error: ProbeError) -> [HookStatus] {
        var out: [HookStatus] = []
        for part in set.objects {
            let name = part.name
            guard let object = try? BPFObject(named: name) else { continue }
            for program in object.programs {
                let state: String
                if case .refused(let culprit, let errno, _) = error {
                    state = culprit == program.name || culprit.hasPrefix(name) ? "refused: \(ErrnoName.name(errno))" : notTried
                } else {
                    state = "refused: \(error.state)"
                }
                out.append(HookStatus(program: program.name, section: program.section, state: state))
            }
        }
        return out
    }

    static let btfPath = "/sys/kernel/btf/vmlinux"

    /// - Throws: the first thing without which no set can work.
    static func requireBasics() throws(ProbeError) {
        mountTracing()
        guard reaches(btfPath, R_OK) else { throw .noTypeInformation }
        let ring = libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nil)
        if ring == 1 { return }
        throw geteuid() == 0 && ring == 0 && !canCreateAnyMap ? .notPermitted(detail: "bpf(2) refuses every map") : geteuid() == 0 ? .noRingBuffer : .notPermitted(detail: "EPERM, effective uid \(geteuid())")
    }

    // A tracepoint is found by its number in tracefs, which every distribution mounts at boot; a minimal system (or a container
    // with its own /sys) may not have. Without the right to mount it the hooks are reported as absent.
    private static func mountTracing() {
        guard !reaches("/sys/kernel/tracing/events", F_OK), !reaches("/sys/kernel/debug/tracing/events", F_OK) else { return }
        _ = mount("tracefs", "/sys/kernel/tracing", "tracefs", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), nil)
    }

    // access(2) asks for the real user id and forgets the capabilities of a process that is not root: tracefs is closed to those.
    private static func reaches(_ path: String, _ mode: Int32) -> Bool { faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 }

    private static var canCreateAnyMap: Bool { libbpf_probe_bpf_map_type(BPF_MAP_TYPE_ARRAY, nil) == 1 }

    /// True when the kernel has the kfunc `bpf_rdonly_cast` (6.2).
    static let hasTypedPointers: Bool = KernelTypes.has("bpf_rdonly_cast", kind: KernelTypes.function) ?? false

    /// False when the tracepoint of a `tracepoint/GROUP/NAME` or `tp_btf/NAME` section does not exist; other sections say so at load.
    static func hasHook(section: String) -> Bool {
        let parts = section.split(separator: "/")
        if parts.count == 2, parts[0] == "tp_btf" { return KernelTypes.has("btf_trace_\(parts[1])", kind: KernelTypes.typedef) ?? true }
        guard parts.count == 3, parts[0] == "tracepoint" || parts[0] == "tp" else { return true }
        return ["/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"].contains { reaches("\($0)/\(parts[1])/\(parts[2])/id", F_OK) }
    }

    package static var release: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        return withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    // "none [integrity] confidentiality": the word in brackets is in force. Where nobody mounted securityfs it is mounted for the length
    // of the question.
    private static var lockdownState: String {
        let folder = "/sys/kernel/security"
        if let state = readLockdown(folder) { return state }
        guard mount("securityfs", folder, "securityfs", UInt(MS_NOSUID | MS_NODEV | MS_NOEXEC), nil) == 0 else { return "unknown" }
        defer { umount2(folder, Int32(MNT_DETACH)) }
        return readLockdown(folder) ?? "none"
    }

    private static func readLockdown(_ folder: String) -> String? {
        guard let text = try? String(contentsOfFile: folder + "/lockdown", encoding: .utf8), let open = text.firstIndex(of: "["), let close = text.firstIndex(of: "]")
        else { return nil }
        return String(text[text.index(after: open)..<close])
    }
}
