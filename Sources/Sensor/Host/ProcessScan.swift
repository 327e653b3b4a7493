package import Enrichment
package import Events
import Foundations
internal import Glibc

/// Processes as /proc tells them: for those that ran before the probes did.
package enum ProcessScan {
    /// All processes, parents before their children. Ones that go while they are read are left out.
    package static func all() -> [ProcessFacts] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var out: [ProcessFacts] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if let pid = UInt32(name), let facts = one(pid: pid) { out.append(facts) }
        }
        return out.sorted { $0.key < $1.key }
    }

    package static func one(pid: UInt32) -> ProcessFacts? {
        guard let line = ProcFile.text("/proc/\(pid)/stat"), let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")") else { return nil }
        // proc(5): after the name come state(3) ppid(4) pgrp(5) session(6) tty(7) ... starttime(22)
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let ppid = UInt32(fields[1]), let ticks = UInt64(fields[19]) else { return nil }
        var exec = ExecDetails()
        exec.processGroup = UInt32(fields[2]) ?? 0
        exec.sessionID = UInt32(fields[3]) ?? 0
        let link = ProcFile.link("/proc/\(pid)/exe") ?? ""
        exec.isDeleted = link.hasSuffix(" (deleted)")
        exec.isMemfd = link.hasPrefix("/memfd:")
        exec.path = exec.isDeleted ? String(link.dropLast(10)) : link
        if exec.isMemfd { exec.path.removeFirst() }
        var status = stat()
        if fstatat(AT_FDCWD, "/proc/\(pid)/exe", &status, 0) == 0 {
            exec.inode = UInt64(status.st_ino)
            exec.device = kernelDevice(status.st_dev)
        }
        exec.arguments = arguments(pid: pid)
        exec.filename = exec.arguments.first ?? exec.path
        exec.cwd = ProcFile.link("/proc/\(pid)/cwd") ?? ""
        exec.cgroupPath = cgroupPath(pid: "\(pid)")
        exec.namespaces = namespaces(pid: "\(pid)")
        exec.loginUID = ProcFile.text("/proc/\(pid)/loginuid").flatMap { UInt32($0.filter(\.isNumber)) } ?? .max
        let ids = identity(pid: pid)
        exec.euid = ids.euid
        exec.egid = ids.egid
        exec.namespacePID = ids.namespacePID
        return ProcessFacts(
            key: ProcessKey(pid: pid, start: startTime(ticks: ticks)), parentPID: ppid, comm: String(line[line.index(after: open)..<close]), uid: ids.uid, gid: ids.gid,
            exec: exec)
    }

    package static func namespaces(pid: String) -> Namespaces {
        Namespaces(
            mount: ProcFile.namespace(pid: pid, "mnt"), pid: ProcFile.namespace(pid: pid, "pid"), network: ProcFile.namespace(pid: pid, "net"),
            user: ProcFile.namespace(pid: pid, "user"))
    }

    /// The namespaces of the host: of its first process, or of this one where that cannot be read (no hostPID).
    package static func hostNamespaces() -> Namespaces {
        let first = namespaces(pid: "1")
        return first.mount != 0 ? first : namespaces(pid: "self")
    }

    // /proc has the start in clock ticks, rounded down; the kernel's stamp has nanoseconds. The exact key is learnt with the
    // first event: see ProcessTree.
    private static func startTime(ticks: UInt64) -> BootInstant {
        let perSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return BootInstant(nanoseconds: ticks * (1_000_000_000 / perSecond))
    }

    private static func arguments(pid: UInt32) -> [String] {
        guard let bytes = ProcFile.read("/proc/\(pid)/cmdline", limit: 4096), !bytes.isEmpty else { return [] }
        return bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast(bytes.last == 0 ? 1 : 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The unified hierarchy's path or, where that is only the root, one of a controller that has more to say.
    package static func cgroupPath(pid: String) -> String {
        guard let text = ProcFile.text("/proc/\(pid)/cgroup") else { return "" }
        var best = ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if parts[0] == "0", parts[2] != "/" { return String(parts[2]) }
            if parts[1].split(separator: ",").contains("pids") { best = String(parts[2]) }
        }
        return best
    }

    private static func identity(pid: UInt32) -> (uid: UInt32, gid: UInt32, euid: UInt32, egid: UInt32, namespacePID: UInt32) {
        var out: (uid: UInt32, gid: UInt32, euid: UInt32, egid: UInt32, namespacePID: UInt32) = (0, 0, 0, 0, 0)
        for line in (ProcFile.text("/proc/\(pid)/status") ?? "").split(separator: "\n") {
            let numbers = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).compactMap { UInt32($0) }
            if line.hasPrefix("Uid:"), numbers.count >= 2 { (out.uid, out.euid) = (numbers[0], numbers[1]) }
            if line.hasPrefix("Gid:"), numbers.count >= 2 { (out.gid, out.egid) = (numbers[0], numbers[1]) }
            if line.hasPrefix("NSpid:"), let last = numbers.last { out.namespacePID = last }
        }
        return out
    }

    /// The device number as the kernel keeps it (`MKDEV`: 12 bits of major, 20 of minor), from what stat(2) gives.
    static func kernelDevice(_ device: dev_t) -> UInt32 {
        let d = UInt64(device)
        let major = UInt32((d >> 8) & 0xFFF) | UInt32(truncatingIfNeeded: (d >> 32) & ~0xFFF)
        let minor = UInt32(d & 0xFF) | UInt32(truncatingIfNeeded: (d >> 12) & 0xFFFF_FF00)
        return major << 20 | minor
    }
}
