import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    @Suite struct LibraryHooks {
        private func libraries(_ events: [Event]) -> [FileDetails] {
            events.compactMap { event in
                guard event.kind == .library, case .file(let file) = event.details else { return nil }
                return file
            }
        }

        /// Maps a file executable as a dynamic loader does.
        private static let map = """
            import ctypes, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_void_p
            def map(fd, protection=5): assert libc.mmap(None, ctypes.c_size_t(4096), protection, 2, fd, ctypes.c_long(0)) != ctypes.c_void_p(-1).value

            """

        @Test func theFirstMappingOfAFileIsReportedAndNoOther() throws {
            let folder = try TemporaryDirectory()
            try Data(repeating: 1, count: 4096).write(to: URL(fileURLWithPath: folder.path + "/libx.so"))
            #expect(chmod(folder.path + "/libx.so", 0o755) == 0)
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .library])
            let script = Self.map + "fd = os.open('libx.so', os.O_RDONLY); map(fd, 1); map(fd); map(fd)"
            let (_, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script], in: folder.path)
            let found = libraries(events).filter { $0.path == folder.path + "/libx.so" }
            #expect(found.count == 1)
            let library = try #require(found.first)
            var status = stat()
            #expect(fstatat(AT_FDCWD, library.path, &status, 0) == 0)
            #expect(library.inode == UInt64(status.st_ino) && library.mode == 0o755 && library.type == UInt32(S_IFREG))
            #expect(library.ownerUID == geteuid() && library.flags == 0)
            #expect(!library.isMemfd && !library.isDeleted && !library.isUpperLayer)
            // a program's own libraries come the same way
            #expect(libraries(events).contains { $0.path.hasSuffix("/libc.so.6") })
            // in the same mount namespace it is known by now
            let (_, again) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script], in: folder.path)
            #expect(!libraries(again).contains { $0.path == folder.path + "/libx.so" })
            // in another one, which is to say in a container, it is not
            let (_, elsewhere) = try harness.events(running: "/usr/bin/unshare", ["-m", "python3", "-c", script], in: folder.path)
            #expect(libraries(elsewhere).count { $0.path == folder.path + "/libx.so" } == 1)
        }

        @Test func aLibraryWithoutAFileSaysSo() throws {
            let folder = try TemporaryDirectory()
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .library])
            let script = Self.map + """
                fd = os.memfd_create('implant'); os.truncate(fd, 4096); map(fd)
                fd = os.open('gone.so', os.O_RDWR | os.O_CREAT, 0o755); os.truncate(fd, 4096); os.unlink('gone.so'); map(fd)
                """
            let (_, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", script], in: folder.path)
            let memfd = try #require(libraries(events).first { $0.isMemfd })
            #expect(memfd.path == "memfd:implant" && memfd.isDeleted)
            let deleted = try #require(libraries(events).first { $0.isDeleted && !$0.isMemfd })
            #expect(deleted.path == folder.path + "/gone.so")
        }

        @Test func anonymousCodeIsNoLibrary() throws {
            let harness = try ProbeHarness(kinds: [.exec, .fork, .exit, .library])
            let (_, events) = try harness.events(
                running: "/usr/bin/env", ["python3", "-c", Self.map + "libc.mmap(None, ctypes.c_size_t(4096), 7, 0x22, -1, ctypes.c_long(0))"])
            #expect(libraries(events).allSatisfy { $0.inode != 0 && !$0.path.isEmpty })
        }
    }
}
