import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    @Suite struct FileHooks {
        let kinds: Set<EventKind> = [.exec, .fork, .exit, .open]

        private func opens(_ events: [Event], below path: String) -> [FileDetails] {
            events.compactMap { event in
                guard case .file(let file) = event.details, event.kind == .open, file.path.hasPrefix(path) else { return nil }
                return file
            }
        }

        @Test func aWriteIsReportedWithItsResolvedPath() throws {
            let folder = try TemporaryDirectory()
            #expect(mkdir(folder.path + "/real", 0o700) == 0)
            #expect(symlink("real", folder.path + "/link") == 0)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "echo hello > link/../link/new"], in: folder.path)
            let found = opens(events, below: folder.path)
            #expect(found.count == 1)
            let file = try #require(found.first)
            var status = stat()
            #expect(fstatat(AT_FDCWD, folder.path + "/real/new", &status, 0) == 0)
            #expect(file.path == folder.path + "/real/new")
            #expect(file.inode == UInt64(status.st_ino))
            #expect(file.isWrite && !file.isRead && file.isCreate)
            #expect(file.mode == UInt32(status.st_mode) & 0o7777)
            #expect(file.type == UInt32(S_IFREG))
            #expect(file.ownerUID == geteuid() && file.ownerGID == status.st_gid)
            #expect(file.result >= 0)
        }

        @Test func overwritingIsNotCreating() throws {
            let folder = try TemporaryDirectory()
            try "old".write(toFile: folder.path + "/there", atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "echo x >> there"], in: folder.path)
            let file = try #require(opens(events, below: folder.path).first)
            #expect(file.isWrite && !file.isCreate, "flags 0\(String(file.flags, radix: 8))")
        }

        @Test(arguments: [
            ("os.open(p, os.O_WRONLY | os.O_TRUNC)", true), ("libc.open(p.encode(), os.O_RDWR | os.O_TRUNC)", true), ("libc.creat(p.encode(), 0o600)", true),
            ("libc.syscall(437, -100, p.encode(), struct.pack('QQQ', os.O_WRONLY | os.O_TRUNC, 0, 0), 24)", true), ("os.open(p, os.O_WRONLY | os.O_APPEND)", false),
        ])
        func emptyingAFileIsToldFromWritingToIt(call: String, isEmptied: Bool) throws {
            let folder = try TemporaryDirectory()
            try "old".write(toFile: folder.path + "/there", atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: kinds)
            let script = "import ctypes, os, struct; libc = ctypes.CDLL(None); p = '\(folder.path)/there'; " + call
            let (_, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script])
            let file = try #require(opens(events, below: folder.path).first)
            #expect((file.flags & UInt32(O_TRUNC) != 0) == isEmptied, "flags 0\(String(file.flags, radix: 8))")
        }

        @Test func anOrdinaryReadStaysInTheKernel() throws {
            let folder = try TemporaryDirectory()
            try "data".write(toFile: folder.path + "/plain", atomically: false, encoding: .utf8)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/cat", [folder.path + "/plain"])
            #expect(opens(events, below: folder.path).isEmpty)
            // nor does the null device that every shell writes to
            #expect(opens(events, below: "/dev/null").isEmpty)
        }

        @Test func aReadOfASensitiveNameIsReportedHoweverItIsReached() throws {
            let folder = try TemporaryDirectory()
            #expect(mkdir(folder.path + "/.ssh", 0o700) == 0)
            for name in ["shadow-like", ".ssh/id_test"] { try "secret".write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8) }
            #expect(symlink("shadow-like", folder.path + "/innocent") == 0)
            let harness = try ProbeHarness(kinds: kinds)
            #expect(harness.probes.watch(files: ["shadow-like"], directories: [".ssh"]) == 0)
            let (_, events) = try harness.events(
                running: "/bin/cat", [folder.path + "/innocent", "/proc/self/root" + folder.path + "/shadow-like", folder.path + "/.ssh/id_test"])
            let found = opens(events, below: folder.path)
            #expect(found.map(\.path) == [folder.path + "/shadow-like", folder.path + "/shadow-like", folder.path + "/.ssh/id_test"])
            #expect(found.allSatisfy { $0.isRead && !$0.isWrite && !$0.isCreate })
        }

        /// What is left of files when the sensor is short of something; the ring buffer's fill is what tells it.
        @Test func onlySensitiveFilesAreReportedWhenNothingElseIsWanted() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: kinds)
            #expect(harness.probes.watch(files: ["shadow-like"], directories: []) == 0)
            let command = "echo x > ordinary; echo x > shadow-like; cat shadow-like > /dev/null"
            harness.probes.configure(kinds: kinds, onlySensitiveFiles: true)
            let few = try harness.events(running: "/bin/sh", ["-c", command], in: folder.path).events
            #expect(opens(few, below: folder.path).map(\.path) == [folder.path + "/shadow-like", folder.path + "/shadow-like"])
            harness.probes.configure(kinds: kinds)
            let all = try harness.events(running: "/bin/sh", ["-c", command], in: folder.path).events
            #expect(opens(all, below: folder.path).map(\.path) == ["/ordinary", "/shadow-like", "/shadow-like"].map { folder.path + $0 })
        }

        @Test func theFillOfTheRingBufferIsSeen() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: kinds, ringBytes: 64 << 10)
            let path = folder.path + "/flooded"
            for _ in 0..<2000 { close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)) }
            #expect(harness.probes.ringFill > 0.5)
            var events: [Event] = []
            let deadline = Date().addingTimeInterval(10)
            while harness.probes.ringFill > 0.5, Date() < deadline { harness.drain(into: &events, milliseconds: 20) }
            #expect(harness.probes.ringFill <= 0.5)
        }

        @Test func aHardLinkMadeBeforeOrAnotherMountDoesNotHideAKnownFile() throws {
            let folder = try TemporaryDirectory()
            try "secret".write(toFile: folder.path + "/original", atomically: false, encoding: .utf8)
            #expect(link(folder.path + "/original", folder.path + "/other") == 0)
            let harness = try ProbeHarness(kinds: kinds)
            // learn device and inode as the kernel says them
            let (_, first) = try harness.events(running: "/bin/sh", ["-c", "echo >> original"], in: folder.path)
            let known = try #require(opens(first, below: folder.path).first)
            #expect(harness.probes.watch(known: [KnownFile(path: "/etc/known", identity: FileIdentity(inode: known.inode, device: known.device))]) == 0)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "cat other; echo >>original"], in: folder.path)
            let found = opens(events, below: "/etc/known")
            #expect(found.map(\.secondPath) == [folder.path + "/other", folder.path + "/original"])
            #expect(found.map(\.isWrite) == [false, true])
            // forgotten again: an ordinary read
            #expect(harness.probes.watch(known: []) == 0)
            let (_, later) = try harness.events(running: "/bin/cat", [folder.path + "/other"])
            #expect(opens(later, below: folder.path).isEmpty && opens(later, below: "/etc/known").isEmpty)
        }

        /// Once a known file is gone its number goes to the next one that is made: that one has another name, and one name only.
        @Test func aNumberThatCameToAnotherFileIsNotTheKnownOne() throws {
            let folder = try TemporaryDirectory()
            for name in ["known", "other"] { try "x".write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8) }
            let harness = try ProbeHarness(kinds: kinds)
            let (_, first) = try harness.events(running: "/bin/sh", ["-c", "echo >> known; echo >>other"], in: folder.path)
            let made = opens(first, below: folder.path)
            try #require(made.count == 2)
            let files = made.map { KnownFile(path: "/etc/known", identity: FileIdentity(inode: $0.inode, device: $0.device)) }
            #expect(harness.probes.watch(known: files) == 0)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "cat known other; echo >>other"], in: folder.path)
            #expect(opens(events, below: "/etc/known").map(\.secondPath) == [folder.path + "/known"])
            #expect(opens(events, below: folder.path).map(\.path) == [folder.path + "/other"])
        }

        @Test func aDeepPathIsCutAndSaysSo() throws {
            let folder = try TemporaryDirectory()
            let deep = (0..<80).map { "d\($0)" }.joined(separator: "/")
            try FileManager.default.createDirectory(atPath: folder.path + "/" + deep, withIntermediateDirectories: true)
            let harness = try ProbeHarness(kinds: kinds)
            let (_, events) = try harness.events(running: "/bin/sh", ["-c", "echo > \(deep)/leaf"], in: folder.path)
            let event = try #require(events.first { if case .file(let file) = $0.details { file.path.hasSuffix("/leaf") } else { false } })
            #expect(event.truncated == .path)
        }
    }
}
