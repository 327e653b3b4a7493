import Enrichment
import Events
import Foundation
import Foundations
import Glibc
import Host
import Testing

extension KernelTests {
    /// What is read of a file that runs: its digests and the build-id that its linker gave it, of that very file, whatever became of its name.
    @Suite struct ExecutedFiles {
        private func output(_ command: [String]) throws -> String {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command
            process.standardOutput = pipe
            try process.run()
            defer { process.waitUntilExit() }
            return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }

        @Test func digestsAndBuildIDAreOfTheFileThatRunsAlsoWhenItsNameIsGone() throws {
            let folder = try TemporaryDirectory()
            let path = folder.path + "/program"
            try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: path)
            let bytes = try #require(FileManager.default.contents(atPath: path))
            var status = stat()
            #expect(fstatat(AT_FDCWD, path, &status, 0) == 0)
            let sha256 = String(try output(["sha256sum", path]).prefix(64))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: path)
            process.arguments = ["60"]
            try process.run()
            defer {
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            // another file takes the name
            #expect(unlink(path) == 0)
            try "no program".write(toFile: path, atomically: false, encoding: .utf8)
            let key = ProcessKey(pid: UInt32(process.processIdentifier), start: BootInstant(nanoseconds: 0))
            func digest(inode: UInt64) -> FileDigester.Outcome {
                FileDigester().digest(FileHasher.Request(process: key, path: path, inode: inode, execTime: 0), known: FileHasher())
            }
            // the exec has been done once the link leads to the file
            let deadline = Date().addingTimeInterval(10)
            var outcome = digest(inode: UInt64(status.st_ino))
            while case .gone = outcome, Date() < deadline { outcome = digest(inode: UInt64(status.st_ino)) }
            guard case .digests(let digests, let version) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(digests.sha256 == sha256 && digests.size == UInt64(bytes.count))
            #expect(version.inode == UInt64(status.st_ino))
            // the note begins with the lengths of its name and content, its type and the name
            let note = Data([4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 0x47, 0x4E, 0x55, 0])
            let place = try #require(bytes.range(of: note))
            #expect(digests.buildID == bytes[place.upperBound..<place.upperBound + 20].map { String(format: "%02x", $0) }.joined())
            // another inode is not the file that was asked for
            guard case .gone = digest(inode: UInt64(status.st_ino) + 1) else { return #expect(Bool(false), "another file was hashed") }
        }
    }
}
