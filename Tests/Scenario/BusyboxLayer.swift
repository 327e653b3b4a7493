import Foundation
import Glibc
import ScenarioRunner

/// The files of the images that tests run: a static busybox under a few names, as a tar archive.
enum BusyboxLayer {
    /// - Parameter folder: is made; `layer.tar` in it is what is returned.
    static func make(in folder: URL) async throws -> URL {
        let root = folder.appending(path: "root")
        for name in ["bin", "tmp", "etc"] { try FileManager.default.createDirectory(at: root.appending(path: name), withIntermediateDirectories: true) }
        guard let busybox = Shell.find("busybox") else { throw Shell.Failure(description: "no busybox; install the Debian package busybox-static") }
        try FileManager.default.copyItem(at: busybox, to: root.appending(path: "bin/busybox"))
        for name in ["sh", "cat", "sleep", "echo", "env"] { symlink("busybox", root.appending(path: "bin/" + name).path) }
        let layer = folder.appending(path: "layer.tar")
        try await Shell.check(["tar", "--owner=0", "--group=0", "--numeric-owner", "-C", root.path, "-cf", layer.path, "."], folder: folder)
        return layer
    }
}
