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

        /// A library has no link in /proc: it is found by the name that it was mapped by, below the root of the process or of another one there.
        @Test func aLibraryIsTheFileThatWasMappedAndNoOtherOfItsName() throws {
            let folder = try TemporaryDirectory()
            let path = folder.path + "/libx.so"
            try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: path)
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .library])
            let script = "import mmap, os; mmap.mmap(os.open('libx.so', os.O_RDONLY), 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC)"
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script], in: folder.path)
            let mapped = try #require(events.first { if case .file(let file) = $0.details { $0.kind == .library && file.path == path } else { false } })
            guard case .file(let file) = mapped.details else { return }
            // the process has gone; this one has the same root
            func digest() -> FileDigester.Outcome {
                let request = FileHasher.Request(
                    process: ProcessKey(pid: pid, start: mapped.process.start), path: file.path, inode: file.inode, execTime: mapped.time.nanoseconds, namespaceHolder: UInt32(getpid()), isLibrary: true)
                return FileDigester().digest(request, known: FileHasher())
            }
            guard case .digests(let digests, _) = digest() else { return #expect(Bool(false), "\(digest())") }
            #expect(digests.sha256 == String(try output(["sha256sum", path]).prefix(64)))
            #expect(digests.buildID?.utf8.count == 40)
            try "another".write(toFile: path + ".new", atomically: false, encoding: .utf8)
            #expect(rename(path + ".new", path) == 0)
            guard case .gone = digest() else { return #expect(Bool(false), "another file was hashed") }
        }
    }
}
