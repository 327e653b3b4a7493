import Foundation
import Glibc
import ScenarioActions

/// The image layer that all containers share: busybox with its applets, the attack programs, a few files of /etc.
enum RootFileSystem {
    /// Where the attack programs are inside a container.
    static let programs = "/opt/attack"

    static let passwd = """
        root:x:0:0:root:/root:/bin/sh
        daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
        www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
        nobody:x:65534:65534:nobody:/:/usr/sbin/nologin

        """

    /// Fills `folder`. Costs about 5 MB.
    ///
    /// - Throws: `Shell.Failure` when there is no static busybox (Debian package busybox-static).
    static func make(in folder: URL) async throws {
        let files = FileManager.default
        for name in ["bin", "sbin", "dev", "proc", "sys", "tmp", "root/.ssh", "run", "etc/cron.d", "etc/ssl", "etc/profile.d", "var/log", "var/www", "usr/bin", "usr/sbin", "usr/local/bin", "opt/attack", "home/app"] {
            try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        chmod(folder.appending(path: "tmp").path, 0o1777)
        guard let busybox = Shell.find("busybox") ?? Shell.find("/bin/busybox") else { throw Shell.Failure(description: "no busybox; install the Debian package busybox-static") }
        let installed = folder.appending(path: "bin/busybox")
        try files.copyItem(at: busybox.resolvingSymlinksInPath(), to: installed)
        let applets = try await Shell.check([busybox.path, "--list"], folder: folder)
        for applet in applets.split(separator: "\n") where applet != "busybox" && !applet.contains("/") {
            try files.createSymbolicLink(atPath: folder.appending(path: "bin/\(applet)").path, withDestinationPath: "busybox")
        }
        for program in AttackProgram.allCases { _ = try program.write(to: folder.appending(path: "opt/attack")) }
        let texts = [
            ("etc/passwd", passwd), ("etc/group", "root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n"),
            ("etc/shadow", "root:!:19700:0:99999:7:::\n"), ("etc/hosts", "127.0.0.1 localhost\n"), ("etc/profile", "# nothing\n"),
            ("var/log/app.log", "started\n"),
        ]
        for (name, text) in texts { try text.write(to: folder.appending(path: name), atomically: false, encoding: .utf8) }
        chmod(folder.appending(path: "etc/shadow").path, 0o600)
    }
}
