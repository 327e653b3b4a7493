import Foundation
import Glibc
import ScenarioRunner

/// Where the container runtimes are that tests start: on this machine, or unpacked by `Scripts/runtimes.sh`.
enum RuntimePrograms {
    /// The containerd of this machine.
    static func containerd() throws -> URL {
        guard let program = Shell.find("containerd") else { throw Shell.Failure(description: "no containerd; install the Debian package containerd") }
        return program
    }

    /// A containerd of 1.7 or newer, whose CRI has a stream of events: the unpacked one where this machine's is older.
    static func containerdWithEvents() throws -> URL { try unpacked("containerd") ?? containerd() }

    /// Docker's engine.
    static func dockerd() throws -> URL {
        guard let program = try unpacked("dockerd") ?? Shell.find("dockerd") else { throw Shell.Failure(description: "no dockerd; run Scripts/runtimes.sh") }
        return program
    }

    private static func unpacked(_ name: String) throws -> URL? {
        guard let package = PackageRoot().package else { return nil }
        return Shell.find(package.appending(path: ".build/runtimes/\(name)").path)
    }

    /// A search path on which what lies beside a program comes first.
    static func path(with program: URL) -> String { program.deletingLastPathComponent().path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin") }

    /// Mounts that a killed runtime left in its folder.
    static func detachMounts(below folder: URL) {
        for line in ((try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? "").split(separator: "\n").reversed() {
            let point = String(line.split(separator: " ")[4])
            if point.hasPrefix(folder.path + "/") { umount2(point, Int32(MNT_DETACH)) }
        }
    }
}
