import Foundation
import Glibc

/// A cgroup with a memory bound for the sensor of a scenario: below our own one (version 1), or below the root of the tree (version 2, where a
/// group with processes cannot have bounded children).
struct SensorCgroup: Sendable {
    let directory: String
    private let isUnified: Bool

    /// - Throws: where this machine has no memory controller that we may use.
    init(memoryMiB: Int, name: String) throws {
        let (directory, isUnified) = try Self.place()
        self.directory = directory + "/" + name
        self.isUnified = isUnified
        guard mkdir(self.directory, 0o755) == 0 || errno == EEXIST else { throw Shell.Failure(description: "cgroup \(self.directory): \(String(cString: strerror(errno)))") }
        do { try "\(memoryMiB << 20)".write(toFile: self.directory + (isUnified ? "/memory.max" : "/memory.limit_in_bytes"), atomically: false, encoding: .utf8) } catch {
            rmdir(self.directory)
            throw Shell.Failure(description: "cgroup \(self.directory) takes no memory bound: \(error.localizedDescription)")
        }
    }

    /// Put before a command line, it runs there.
    var commandPrefix: [String] { ["/bin/sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", directory] }

    /// What is used without what the kernel takes back first.
    func usedBytes() -> Int? {
        guard let used = Int(Self.text(directory + (isUnified ? "/memory.current" : "/memory.usage_in_bytes")).trimmingCharacters(in: .whitespacesAndNewlines)) else { return nil }
        let name = isUnified ? "inactive_file " : "total_inactive_file "
        let reclaimable = Self.text(directory + "/memory.stat").split(separator: "\n").first { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) } ?? 0
        return max(0, used - reclaimable)
    }

    /// Once nothing runs there any more.
    func remove() throws {
        guard rmdir(directory) == 0 || errno == ENOENT else { throw Shell.Failure(description: "cgroup \(directory): \(String(cString: strerror(errno)))") }
    }

    private static func place() throws -> (directory: String, isUnified: Bool) {
        let mounts = text("/proc/self/mountinfo").split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        func point(_ type: String, _ option: String?) -> String? {
            mounts.first { fields in
                guard let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count, fields[dash + 1] == type else { return false }
                return option.map { fields[dash + 3].split(separator: ",").map(String.init).contains($0) } ?? true
            }?[4]
        }
        if let memory = point("cgroup", "memory") {
            let own = text("/proc/self/cgroup").split(separator: "\n").first { $0.split(separator: ":")[1].split(separator: ",").contains("memory") }
            let path = own.flatMap { $0.split(separator: ":", maxSplits: 2).last.map(String.init) } ?? "/"
            let below = memory + (path == "/" ? "" : path)
            return (FileManager.default.fileExists(atPath: below) ? below : memory, false)
        }
        guard let unified = point("cgroup2", nil), text(unified + "/cgroup.controllers").contains("memory") else { throw Shell.Failure(description: "no memory controller of cgroups") }
        if !text(unified + "/cgroup.subtree_control").contains("memory") { try "+memory".write(toFile: unified + "/cgroup.subtree_control", atomically: false, encoding: .utf8) }
        return (unified, true)
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
