import Foundation
import Testing

/// The scripts that make images and clusters: what they pack, and what they say when something is missing. No container engine is
/// needed here, nothing is changed on the machine.
struct DeploymentScriptTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// linux/capability.h, struct vfs_cap_data: magic and flags, then permitted and inheritable of the low and of the high 32 bits.
    @Test func packingGivesTheProgramItsCapabilities() async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        let packed = try await pack(in: folder, "archive.tar", capabilities: "/app/program=DAC_OVERRIDE,SYS_ADMIN,BPF")
        var expected = Data("SCHILY.xattr.security.capability=".utf8)
        for word: UInt32 in [0x0200_0001, 1 << 1 | 1 << 21, 0, 1 << (39 - 32), 0] { withUnsafeBytes(of: word.littleEndian) { expected.append(contentsOf: $0) } }
        let place = try #require(packed.firstRange(of: expected), "the attribute is not in the archive")
        // a record of a pax header ends with a line break: nothing follows the value
        #expect(packed[place.upperBound] == 0x0A)
        #expect(packed.ranges(of: Data("security.capability".utf8)).count == 1, "another file has it too")
    }

    @Test func packingTwiceGivesTheSameBytes() async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        let first = try await pack(in: folder, "one.tar", capabilities: "/app/program=NET_ADMIN")
        // another time and another mode of the clock, the same content
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: folder.file("root/app/program").path)
        #expect(try await pack(in: folder, "two.tar", capabilities: "/app/program=NET_ADMIN") == first)
    }

    @Test(arguments: [("/app/program=SYS_MAGIC", "unknown capability SYS_MAGIC"), ("/app/other=SYS_ADMIN", "app/other")])
    func packingRefusesWhatItDoesNotKnow(_ capabilities: String, _ message: String) async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        try tree(in: folder)
        let outcome = try await python(folder, "archive.tar", capabilities)
        #expect(outcome.status != 0)
        #expect(outcome.errors.contains(message))
    }

    @Test func scriptsNameWhatIsMissing() async throws {
        let folder = try BackendFolder()
        defer { folder.remove() }
        // a machine with the shell's own tools and nothing else: no kind, no container engine
        let path = folder.file("bin")
        try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        for tool in ["bash", "dirname", "cat", "grep", "env", "python3", "ldd", "strip", "uname", "mktemp", "rm", "mkdir"] {
            try FileManager.default.createSymbolicLink(atPath: path.appending(path: tool).path, withDestinationPath: BackendSubprocess.find(tool))
        }
        for (script, arguments, message) in [
            ("kind-config/up.sh", [], "no kind on this machine"), ("kind-config/down.sh", [], "no kind on this machine"),
            ("kind-config/scenarios.sh", [], "no kind on this machine"), ("Scripts/image.sh", [folder.url.path], "no container engine works"),
        ] {
            let outcome = try await BackendSubprocess.run(
                BackendSubprocess.find("bash"), [Self.root.appending(path: script).path] + arguments, environment: ["PATH": path.path, "IMAGES": folder.file("images").path, "ENGINE": ""])
            #expect(outcome.status == 2, "\(script): \(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(script): \(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("images").path), "something was made although nothing could be")
    }

    private func tree(in folder: BackendFolder) throws {
        try FileManager.default.createDirectory(at: folder.file("root/app"), withIntermediateDirectories: true)
        for name in ["program", "library"] { try Data(name.utf8).write(to: folder.file("root/app/\(name)")) }
    }

    private func pack(in folder: BackendFolder, _ name: String, capabilities: String) async throws -> Data {
        try tree(in: folder)
        let outcome = try await python(folder, name, capabilities)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Data(contentsOf: folder.file(name))
    }

    private func python(_ folder: BackendFolder, _ name: String, _ capabilities: String) async throws -> BackendSubprocess.Outcome {
        let script = Self.root.appending(path: "Scripts/image/pack.py").path
        return try await BackendSubprocess.run(
            BackendSubprocess.find("python3"), [script, folder.file("root").path, folder.file(name).path, "--capabilities", capabilities])
    }
}
