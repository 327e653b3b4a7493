import Events
import Foundation
import Glibc
import Probes
import Testing

extension KernelTests {
    /// Ways to touch a file that hide it from those who look at the words of a call.
    @Suite struct FileBlindSpots {
        private func run(_ script: String, kinds: Set<EventKind> = [.open], in folder: TemporaryDirectory, files: Set<String> = [], directories: Set<String> = []) throws -> [(EventKind, FileDetails)] {
            let harness = try ProbeHarness(kinds: kinds.union([.exec, .fork, .exit]))
            #expect(harness.probes.watch(files: files, directories: directories) == 0)
            let prelude = "import ctypes, os, struct\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            let (pid, events) = try harness.events(running: "/usr/bin/env", ["python3", "-c", prelude + script], in: folder.path)
            #expect(events.contains { if case .exit(let exit) = $0.details { $0.process.pid == pid && exit == ExitDetails(code: 0, signal: 0) } else { false } })
            return events.compactMap { event in
                guard kinds.contains(event.kind), case .file(let file) = event.details, file.path.hasPrefix(folder.path) || file.secondPath.hasPrefix(folder.path) else { return nil }
                return (event.kind, file)
            }
        }

        @Test(arguments: [
            "libc.open(b'secret', 0)", "libc.openat(-100, b'secret', 0)", "assert libc.syscall(437, -100, b'secret', struct.pack('QQQ', 0, 0, 0), 24) >= 0",
            "libc.openat(os.open('.', os.O_PATH), b'secret', 0)", "open('sub/../secret')", "open('directory-link/secret')", "open('/proc/self/root' + os.getcwd() + '/secret')",
            "open('/proc/self/cwd/secret')", "open('/proc/%d/cwd/secret' % os.getpid())",
        ]) func everyWayToOpenASensitiveFileIsSeen(call: String) throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/secret", atomically: false, encoding: .utf8)
            #expect(mkdir(folder.path + "/sub", 0o700) == 0 && symlink(".", folder.path + "/directory-link") == 0)
            let found = try run(call, in: folder, files: ["secret"])
            #expect(found.map(\.1.path) == [folder.path + "/secret"])
        }

        /// The name is swapped while the calls run: the events are those of the files that were opened, whatever was shown.
        @Test func aRacingThreadCannotHideWhatWasOpened() throws {
            let folder = try TemporaryDirectory()
            for name in ["secret", "public"] { try "x".write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8) }
            let found = try run(
                """
                import threading
                name = ctypes.create_string_buffer(b'secret')
                done = False
                def swap():
                    while not done: ctypes.memmove(name, b'public', 6); ctypes.memmove(name, b'secret', 6)
                thread = threading.Thread(target=swap); thread.start()
                secrets = 0
                for i in range(3000):
                    fd = libc.open(name, 0)
                    if fd >= 0:
                        secrets += os.readlink('/proc/self/fd/%d' % fd).endswith('/secret')
                        os.close(fd)
                done = True; thread.join()
                os.mkdir('count-%d' % secrets)
                """, kinds: [.open, .mkdir], in: folder, files: ["secret"])
            let opens = found.filter { $0.0 == .open }
            #expect(opens.allSatisfy { $0.1.path == folder.path + "/secret" })
            #expect(found.last?.1.path == folder.path + "/count-\(opens.count)")
            #expect(!opens.isEmpty)
        }

        @Test func openByHandleIsAnOpen() throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/secret", atomically: false, encoding: .utf8)
            let found = try run(
                """
                handle = ctypes.create_string_buffer(struct.pack('Ii', 128, 0), 136)
                mount = ctypes.c_int()
                assert libc.name_to_handle_at(-100, b'secret', handle, ctypes.byref(mount), 0) == 0
                assert libc.open_by_handle_at(os.open('.', os.O_RDONLY), handle, 0) >= 0
                """, in: folder, files: ["secret"])
            #expect(found.map(\.1.path) == [folder.path + "/secret"])
        }

        @Test func creatIsACreatingOpen() throws {
            let folder = try TemporaryDirectory()
            let found = try run("assert libc.creat(b'made', 0o640) >= 0", in: folder)
            #expect(found.count == 1)
            #expect(found.first?.1.path == folder.path + "/made" && found.first?.1.isCreate == true && found.first?.1.isWrite == true)
        }

        @Test func aFileWithoutANameThatGetsOneLeavesBothEvents() throws {
            let folder = try TemporaryDirectory()
            let found = try run(
                """
                fd = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o700)
                os.write(fd, b'payload')
                assert libc.linkat(fd, b'', -100, b'dropped', 0x1000) == 0
                """, kinds: [.open, .link], in: folder)
            #expect(found.map(\.0) == [.open, .link])
            let open = try #require(found.first?.1)
            #expect(open.path.hasPrefix(folder.path + "/#") && open.isWrite && open.isCreate)
            // the link says which nameless file it names
            #expect(found.last?.1.path == open.path && found.last?.1.secondPath == folder.path + "/dropped")
        }

        @Test func theNameOfTheDescriptorServesLinkatToo() throws {
            let folder = try TemporaryDirectory()
            let found = try run(
                """
                fd = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o700)
                assert libc.linkat(-100, b'/proc/self/fd/%d' % fd, -100, b'dropped', 0x400) == 0
                """, kinds: [.link], in: folder)
            #expect(found.map(\.1.secondPath) == [folder.path + "/dropped"])
        }

        @Test func aFileRenamedOverASensitiveOneAndReadAgain() throws {
            let folder = try TemporaryDirectory()
            for name in ["secret", "mine"] { try "x".write(toFile: folder.path + "/" + name, atomically: false, encoding: .utf8) }
            let found = try run("os.rename('mine', 'secret'); open('secret')", kinds: [.open, .rename], in: folder, files: ["secret"])
            #expect(found.map(\.0) == [.rename, .open])
            #expect(found.first?.1.path == folder.path + "/mine" && found.first?.1.secondPath == folder.path + "/secret")
            #expect(found.last?.1.path == folder.path + "/secret")
        }

        @Test func linksToASensitiveFileNameIt() throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/secret", atomically: false, encoding: .utf8)
            #expect(mkdir(folder.path + "/sub", 0o700) == 0)
            let found = try run("os.link('secret', 'sub/hard'); os.symlink('../secret', 'sub/soft'); os.chdir('/'); open('\(folder.path)/sub/soft')", kinds: [.open, .link, .symlink], in: folder, files: ["secret"])
            #expect(found.map(\.0) == [.link, .symlink, .open])
            #expect(found.allSatisfy { $0.1.path == folder.path + "/secret" })
            #expect(found.prefix(2).map(\.1.secondPath) == [folder.path + "/sub/hard", folder.path + "/sub/soft"])
        }

        @Test func aPathOfFourThousandBytesIsWhole() throws {
            let folder = try TemporaryDirectory()
            let part = String(repeating: "d", count: 200)
            let count = (4000 - folder.path.utf8.count) / 201
            let found = try run(
                """
                for i in range(\(count)): os.mkdir('\(part)'); os.chdir('\(part)')
                open('leaf', 'w')
                """, in: folder)
            #expect(found.map(\.1.path) == [folder.path + String(repeating: "/" + part, count: count) + "/leaf"])
            // FileManager cannot remove what is too long to be named
            let (_, _) = try ProbeHarness(kinds: [.exec, .fork, .exit]).events(running: "/bin/rm", ["-rf", folder.path])
        }

        @Test func aNameThatIsNotUTF8IsShown() throws {
            let folder = try TemporaryDirectory()
            let found = try run(#"os.close(os.open(b'a\xff\xfeb', os.O_WRONLY | os.O_CREAT))"#, in: folder)
            #expect(found.map(\.1.path) == [folder.path + "/a\u{FFFD}\u{FFFD}b"])
        }

        @Test(arguments: ["os.chown('file', 3, 4)", "os.lchown('file', 3, 4)", "libc.fchownat(-100, b'file', 3, 4, 0)"]) func aNewOwnerIsNamed(call: String) throws {
            let folder = try TemporaryDirectory()
            try "x".write(toFile: folder.path + "/file", atomically: false, encoding: .utf8)
            let found = try run(call, kinds: [.chown], in: folder)
            #expect(found.map(\.1.path) == [folder.path + "/file"])
            #expect(found.first?.1.ownerUID == 3 && found.first?.1.ownerGID == 4)
        }

        @Test func aDeletedFileIsStillNamed() throws {
            let folder = try TemporaryDirectory()
            let found = try run("fd = os.open('gone', os.O_CREAT | os.O_RDWR); os.unlink('gone'); os.open('/proc/self/fd/%d' % fd, os.O_WRONLY)", in: folder)
            #expect(found.map(\.1.path) == [folder.path + "/gone", folder.path + "/gone"])
        }

        @Test func attributesAndDescriptorsAndDirectories() throws {
            let folder = try TemporaryDirectory()
            let all = try run(
                """
                fd = os.open('file', os.O_CREAT | os.O_RDWR)
                os.setxattr('file', 'trusted.one', b'1'); os.setxattr(fd, 'trusted.two', b'2'); os.setxattr('file', 'trusted.three', b'3', follow_symlinks=False)
                os.ftruncate(fd, 3); os.utime(fd); os.fchmod(fd, 0o4711); os.fchown(fd, 3, 4)
                os.mkdir('sub'); os.symlink('sub', 'other'); os.chdir('other'); os.chdir('..'); os.fchdir(os.open('sub', os.O_PATH))
                """, kinds: [.setxattr, .truncate, .utimes, .chmod, .chown, .chdir], in: folder)
            // the first change of directory is the test's own, before the program
            let found = all.drop { $0.0 == .chdir }
            #expect(found.map(\.0) == [.setxattr, .setxattr, .setxattr, .truncate, .utimes, .chmod, .chown, .chdir, .chdir, .chdir])
            #expect(found.prefix(3).map(\.1.secondPath) == ["trusted.one", "trusted.two", "trusted.three"])
            #expect(found.prefix(7).allSatisfy { $0.1.path == folder.path + "/file" })
            // where it led, not what was said
            #expect(found.suffix(3).map(\.1.path) == [folder.path + "/sub", folder.path, folder.path + "/sub"])
            #expect(found.first { $0.0 == .chmod }?.1.mode == 0o4711)
            let chown = found.first { $0.0 == .chown }?.1
            #expect(chown?.ownerUID == 3 && chown?.ownerGID == 4)
        }
    }
}
