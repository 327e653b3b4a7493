package import Foundation
import CNamespaces
import Glibc

/// The folder of one scenario's stack: everything on disk lies in it, everything mounted is mounted in it, every long-lived
/// process is written down in it, so that the next run clears up what a killed one left.
package struct WorkFolder: Sendable {
    package let url: URL

    /// Beside the system's other state: programs that run from /tmp or /run are suspicious by themselves and would disturb what is tested.
    package static let base = URL(fileURLWithPath: "/var/lib/wiz-scenarios")

    /// Makes `base/<pid>-<number>`; the number is the first that is free.
    package init(base: URL = WorkFolder.base) throws {
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        for number in 1...10_000 {
            let candidate = base.appending(path: "\(getpid())-\(number)")
            if mkdir(candidate.path, 0o711) == 0 {
                url = candidate
                try "\(getpid()) \(Self.startTime(of: getpid()) ?? "")\n".write(to: url.appending(path: "owner"), atomically: true, encoding: .utf8)
                return
            }
            guard errno == EEXIST else { throw Shell.Failure(description: "\(candidate.path): \(String(cString: strerror(errno)))") }
        }
        throw Shell.Failure(description: "\(base.path): 10000 work folders of this process")
    }

    private init(existing: URL) { url = existing }

    package func folder(_ name: String) throws -> URL {
        let folder = url.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Writes down a process that must not outlive the folder.
    func record(_ pid: Int32) throws {
        guard let start = Self.startTime(of: pid) else { return }
        try "\(pid) \(start)\n".write(to: folder("processes").appending(path: "\(pid)"), atomically: true, encoding: .utf8)
    }

    /// Writes down a cgroup that must not outlive the folder.
    func record(cgroup directory: String) throws { try directory.write(to: url.appending(path: "cgroup"), atomically: true, encoding: .utf8) }

    /// Mounts first, deepest first, then the files. Containers and processes must be gone.
    package func remove() throws {
        for mount in Self.mounts(below: url.path) { _ = namespace_unmount(mount) }
        guard Self.mounts(below: url.path).isEmpty else { throw Shell.Failure(description: "\(url.path): still mounted") }
        try FileManager.default.removeItem(at: url)
    }

    /// Clears up behind runs that were killed: their processes (by pid and start time), containers, mounts and files.
    package static func removeLeftovers(base: URL = WorkFolder.base) async -> [String] {
        var removed: [String] = []
        for folder in (try? FileManager.default.contentsOfDirectory(at: base, includingPropertiesForKeys: nil)) ?? [] {
            if isAlive(folder.appending(path: "owner")) { continue }
            let left = WorkFolder(existing: folder)
            for note in (try? FileManager.default.contentsOfDirectory(at: folder.appending(path: "processes"), includingPropertiesForKeys: nil)) ?? [] where isAlive(note) {
                if let pid = Int32(note.lastPathComponent) { kill(pid, SIGKILL) }
            }
            await ContainerHost.removeAll(in: left)
            // rmdir(2) takes only what nothing runs in any more
            if let cgroup = try? String(contentsOf: folder.appending(path: "cgroup"), encoding: .utf8) { rmdir(cgroup) }
            if (try? left.remove()) != nil { removed.append(folder.lastPathComponent) }
        }
        return removed
    }

    /// Whether the process of a note (`pid start`) still runs: the same pid with another start time is another process.
    private static func isAlive(_ note: URL) -> Bool {
        guard let text = try? String(contentsOf: note, encoding: .utf8) else { return false }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let pid = Int32(words[0]) else { return false }
        return startTime(of: pid) == String(words[1])
    }

    /// Field 22 of /proc/PID/stat (proc(5)): clock ticks after boot.
    static func startTime(of pid: Int32) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), let close = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        return fields.count > 19 ? String(fields[19]) : nil
    }

    /// Mount points below a folder, deepest first.
    private static func mounts(below folder: String) -> [String] {
        let table = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        return table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            return fields.count > 4 && fields[4].hasPrefix(folder + "/") ? String(fields[4]) : nil
        }.sorted { $0.count > $1.count }
    }
}
