import CProbeABI
import Events
import Foundations
import Testing

@Suite struct EventDecoderTests {
    private func decode(_ builder: MessageBuilder) -> Event? {
        var decoder = EventDecoder()
        return builder.bytes.withUnsafeBytes { decoder.decode($0) }
    }

    @Test func readsEveryFieldOfAnExec() throws {
        var body = probe_exec()
        body.inode = 99
        body.device = 0x800001
        body.flags = PROBE_EXEC_UPPER_LAYER.rawValue | PROBE_EXEC_SCRIPT.rawValue
        body.euid = 5
        body.login_uid = 1001
        body.session_id = 40
        body.tty = 136 << 20
        body.mount_ns = 11
        body.pid_ns = 12
        body.ns_pid = 3
        body.stdio = (3, 3, 2)
        let event = try #require(
            decode(
                MessageBuilder(
                    kind: 1, body: body,
                    strings: [
                        (PROBE_TAG_PATH, MessageBuilder.components("/usr/bin/dash")), (PROBE_TAG_FILENAME, MessageBuilder.text("./run.sh")),
                        (PROBE_TAG_ARGUMENTS, MessageBuilder.text("sh") + MessageBuilder.text("") + MessageBuilder.text("run.sh")),
                        (PROBE_TAG_CWD, MessageBuilder.components("/srv/app")), (PROBE_TAG_CGROUP, MessageBuilder.components("/a/b")),
                    ])))
        #expect(event.kind == .exec)
        #expect(event.process == ProcessKey(pid: 42, start: BootInstant(nanoseconds: 1000)))
        #expect(event.time == BootInstant(nanoseconds: 2000))
        #expect((event.threadID, event.parentPID, event.uid, event.gid, event.cgroupID) == (43, 1, 1000, 100, 7))
        #expect(event.comm == "test")
        guard case .exec(let exec) = event.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.path == "/usr/bin/dash")
        #expect(exec.script == "./run.sh")
        #expect(exec.arguments == ["sh", "", "run.sh"])
        #expect(exec.cwd == "/srv/app")
        #expect(exec.cgroupPath == "/a/b")
        #expect(exec.inode == 99 && exec.device == 0x800001)
        #expect(exec.isUpperLayer && !exec.isMemfd && !exec.isDeleted)
        #expect(exec.stdio == [.socket, .socket, .pipe])
        #expect(exec.loginUID == 1001 && exec.sessionID == 40 && exec.ttyNumber == 136 << 20 && exec.namespacePID == 3)
        #expect(exec.namespaces == Namespaces(mount: 11, pid: 12))
    }

    @Test func theEnvironmentIsThereWhenItWasAskedFor() throws {
        let strings = [(PROBE_TAG_PATH, MessageBuilder.components("/bin/sh")), (PROBE_TAG_ENVIRONMENT, MessageBuilder.text("A=1") + MessageBuilder.text("B=") + Array("CUT=o".utf8))]
        let with = try #require(decode(MessageBuilder(kind: 1, flags: PROBE_CUT_ENVIRONMENT.rawValue, body: probe_exec(), strings: strings)))
        guard case .exec(let exec) = with.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.environment == ["A=1", "B=", "CUT=o"])
        #expect(with.truncated == .environment)
        let without = try #require(decode(MessageBuilder(kind: 1, body: probe_exec(), strings: Array(strings.prefix(1)))))
        guard case .exec(let exec) = without.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.environment == nil)
    }

    /// The hooks that see the file of a script say which it is; the word of the caller stays beside it.
    @Test func aScriptsFileCountsMoreThanItsName() throws {
        var body = probe_exec()
        body.flags = PROBE_EXEC_SCRIPT.rawValue
        let event = decode(
            MessageBuilder(
                kind: 1, body: body,
                strings: [
                    (PROBE_TAG_SCRIPT, MessageBuilder.components("/dev/shm/payload")), (PROBE_TAG_PATH, MessageBuilder.components("/usr/bin/dash")),
                    (PROBE_TAG_FILENAME, MessageBuilder.text("./innocent")),
                ]))
        guard case .exec(let exec)? = event?.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.script == "/dev/shm/payload" && exec.filename == "./innocent" && exec.path == "/usr/bin/dash")
    }

    @Test(arguments: [("/root/old", "/etc/shadow", "/root/old"), ("/etc/shadow", "/etc/shadow", ""), ("/etc/other", "", "")])
    func aKnownFileIsThatFileWhateverItWasOpenedAs(opened: String, known: String, beside: String) throws {
        let strings = [(PROBE_TAG_PATH, MessageBuilder.components(opened))] + (known.isEmpty ? [] : [(PROBE_TAG_SECOND_TEXT, MessageBuilder.text(known))])
        guard case .file(let file)? = decode(MessageBuilder(kind: 4, body: probe_file(), strings: strings))?.details else { return #expect(Bool(false), "not a file") }
        #expect(file.path == (known.isEmpty ? opened : known) && file.secondPath == beside)
    }

    @Test(arguments: [
        ("/run/app", "docker.sock", "/run/app/docker.sock"), ("/run/app", "@odd", "/run/app/@odd"), (nil, "/run/docker.sock", "/run/docker.sock"),
        (nil, "@/containerd-shim/x.sock", "@/containerd-shim/x.sock"), ("/run/docker.sock", nil, "/run/docker.sock"),
    ] as [(String?, String?, String)])
    func aUnixSocketHasItsNameByFileByWordOrAbstract(base: String?, typed: String?, path: String) throws {
        var body = probe_network()
        body.family = 1
        var strings: [(probe_tag, [UInt8])] = []
        if let base { strings.append((PROBE_TAG_PATH, MessageBuilder.components(base))) }
        if let typed { strings.append((PROBE_TAG_TEXT, MessageBuilder.text(typed))) }
        guard case .network(let network)? = decode(MessageBuilder(kind: 5, body: body, strings: strings))?.details else { return #expect(Bool(false), "no connect") }
        #expect(network.transport == .unix && network.path == path)
    }

    @Test func aMemfdKeepsItsOwnName() throws {
        var body = probe_exec()
        body.flags = PROBE_EXEC_MEMFD.rawValue
        let event = decode(MessageBuilder(kind: 1, flags: PROBE_PATH_DETACHED.rawValue, body: body, strings: [(PROBE_TAG_PATH, MessageBuilder.text("memfd:payload"))]))
        guard case .exec(let exec)? = event?.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.path == "memfd:payload")
        #expect(exec.isMemfd && exec.isDeleted)
    }

    @Test func aDetachedExecPathIsNoArgumentAgainstItsWorkingDirectory() throws {
        let event = decode(MessageBuilder(kind: 1, body: probe_exec(), strings: [(PROBE_TAG_CWD, [])]))
        guard case .exec(let exec)? = event?.details else { return #expect(Bool(false), "not an exec") }
        #expect(exec.cwd == "/")
    }

    @Test func relativeNamesAreResolvedAgainstTheirDirectory() throws {
        let event = decode(
            MessageBuilder(
                kind: EventKind.rename.rawValue, body: probe_file(),
                strings: [
                    (PROBE_TAG_PATH, MessageBuilder.components("/srv/app")), (PROBE_TAG_TEXT, MessageBuilder.text("../x/./y")),
                    (PROBE_TAG_SECOND_PATH, MessageBuilder.components("/srv")), (PROBE_TAG_SECOND_TEXT, MessageBuilder.text("/etc/passwd")),
                ]))
        guard case .file(let file)? = event?.details else { return #expect(Bool(false), "not a file event") }
        #expect(file.path == "/srv/x/y")
        // an absolute name starts from the root that the process has
        #expect(file.secondPath == "/srv/etc/passwd")
    }

    @Test(arguments: [("/etc/shadow", "/", "/etc/shadow"), ("/../a/./b", "/jail", "/jail/a/b"), ("/..", "/jail", "/jail"), ("x", "/jail/in", "/jail/in/x"), ("/etc", nil, "/etc")])
    func aNameStartsFromItsDirectory(typed: String, base: String?, path: String) throws {
        let strings = (base.map { [(PROBE_TAG_PATH, MessageBuilder.components($0))] } ?? []) + [(PROBE_TAG_TEXT, MessageBuilder.text(typed))]
        let event = decode(MessageBuilder(kind: EventKind.openFailed.rawValue, body: probe_file(), strings: strings))
        guard case .file(let file)? = event?.details else { return #expect(Bool(false), "not a file event") }
        #expect(file.path == path && file.typed == typed)
    }

    @Test func mappedAddressesAreTheAddressesTheyStandFor() throws {
        var body = probe_network()
        body.family = 10
        body.protocol = 6
        body.remote_port = 443
        withUnsafeMutableBytes(of: &body.remote) { $0.copyBytes(from: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 7]) }
        withUnsafeMutableBytes(of: &body.local) { $0.copyBytes(from: [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]) }
        guard case .network(let network)? = decode(MessageBuilder(kind: 5, body: body))?.details else { return #expect(Bool(false), "not a connect") }
        #expect(network.remote?.description == "192.0.2.7")
        #expect(network.local?.description == "2001:db8::1")
        #expect(network.remotePort == 443 && network.transport == .tcp)
    }

    @Test func unknownKindsAreCountedNotDecoded() {
        var decoder = EventDecoder()
        let builder = MessageBuilder(kind: 4711, body: probe_exit())
        let event = builder.bytes.withUnsafeBytes { decoder.decode($0) }
        #expect(event == nil)
        #expect(decoder.unknownKinds == 1 && decoder.malformed == 0)
    }

    @Test func lengthsThatLieAreMalformed() {
        var decoder = EventDecoder()
        var long = MessageBuilder(kind: 3, body: probe_exit())
        long.setSize(4096)
        var short = MessageBuilder(kind: 3, body: probe_exit())
        short.setSize(8)
        var string = MessageBuilder(kind: 1, body: probe_exec(), strings: [(PROBE_TAG_PATH, [1, 2, 3])])
        string.bytes.removeLast()
        string.setSize(UInt32(string.bytes.count))
        for builder in [long, short, string] { #expect(builder.bytes.withUnsafeBytes { decoder.decode($0) } == nil) }
        #expect([].withUnsafeBytes { decoder.decode($0) } == nil)
        #expect(decoder.malformed == 4)
    }

    @Test func aDNSAnswerGivesNameTypeAndAddresses() throws {
        // header, one question for a.Example, one A answer by a compression pointer
        let packet: [UInt8] =
            [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1, 97, 7, 69, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1] + [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
        var body = probe_network()
        body.family = 2
        guard case .dns(let dns)? = decode(MessageBuilder(kind: 22, body: body, strings: [(PROBE_TAG_PAYLOAD, packet)]))?.details else {
            return #expect(Bool(false), "not a DNS event")
        }
        #expect(dns.isAnswer && dns.name == "a.example" && dns.type == 1 && dns.rcode == 0)
        #expect(dns.addresses.map(\.description) == ["192.0.2.1"])
    }

    @Test func aDNSNameThatPointsAtItselfEnds() {
        let packet: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]
        #expect(decode(MessageBuilder(kind: 22, body: probe_network(), strings: [(PROBE_TAG_PAYLOAD, packet)])) == nil)
    }

    @Test func garbageOnPort53IsNotHeldAgainstTheKernelSide() {
        var decoder = EventDecoder()
        let garbage = MessageBuilder(kind: 22, body: probe_network(), strings: [(PROBE_TAG_PAYLOAD, [UInt8](repeating: 0xFF, count: 30))])
        var cut = garbage
        cut.bytes.removeLast()
        cut.setSize(UInt32(cut.bytes.count))
        for builder in [garbage, cut] { #expect(builder.bytes.withUnsafeBytes { decoder.decode($0) } == nil) }
        #expect(decoder.unreadablePackets == 1 && decoder.malformed == 1)
    }

    @Test func aLibraryTellsWhatItsFileIs() throws {
        var body = probe_file()
        body.flags = PROBE_EXEC_MEMFD.rawValue
        let memfd = decode(MessageBuilder(kind: EventKind.library.rawValue, flags: PROBE_PATH_DETACHED.rawValue, body: body, strings: [(PROBE_TAG_PATH, MessageBuilder.text("memfd:x"))]))
        guard case .file(let file)? = memfd?.details else { return #expect(Bool(false), "not a file event") }
        #expect(file.path == "memfd:x" && file.isMemfd && file.isDeleted && !file.isUpperLayer && file.flags == 0)
    }

    @Test func aSymlinkIsReadFromWhereItLies() throws {
        let event = decode(
            MessageBuilder(
                kind: EventKind.symlink.rawValue, body: probe_file(),
                strings: [(PROBE_TAG_TEXT, MessageBuilder.text("../shadow")), (PROBE_TAG_SECOND_PATH, MessageBuilder.components("/srv/app")), (PROBE_TAG_SECOND_TEXT, MessageBuilder.text("sub/link"))]))
        guard case .file(let file)? = event?.details else { return #expect(Bool(false), "not a file event") }
        #expect(file.path == "/srv/app/shadow" && file.secondPath == "/srv/app/sub/link")
    }

    @Test func attributesAndFileSystemsStandForThemselves() throws {
        for (kind, text) in [(EventKind.setxattr, "security.capability"), (.mount, "tmpfs")] {
            let event = decode(
                MessageBuilder(
                    kind: kind.rawValue, body: probe_file(), strings: [(PROBE_TAG_SECOND_TEXT, MessageBuilder.text(text)), (PROBE_TAG_TEXT, MessageBuilder.text("/srv/file"))]))
            guard case .file(let file)? = event?.details else { return #expect(Bool(false), "not a file event") }
            #expect(file.path == "/srv/file" && file.secondPath == text)
        }
    }
}
