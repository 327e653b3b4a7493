import Events
import Foundations
import Rules
import Testing

@Suite("Conditions")
struct LanguageTests {
    let cat = EventKit("/usr/bin/cat", "/bin/bash", "/usr/sbin/sshd", arguments: ["cat", "-n", "/etc/Shadow"])
    var read: EnrichedEvent { cat.read("/etc/shadow") }
    var connect: EnrichedEvent { cat.connect("192.168.7.9", 8443) }

    @Test(arguments: [
        "proc.name = cat", "proc.name == cat", "proc.name=cat", "proc.name='cat'", "proc.name = \"cat\"", "proc.name != dog", "not proc.name = dog", "not not proc.name = cat",
        "fd.name contains hado", "fd.name icontains HADO", "fd.name bcontains 7368", "fd.name startswith /etc", "fd.name bstartswith 2f65", "fd.name endswith dow",
        "fd.name glob /etc/*", "fd.name glob '/[de]tc/sh?dow'", "fd.name iglob /ETC/*", "fd.name regex '/etc/(shadow|passwd)'", "fd.name pmatch (/etc, /var)",
        "fd.name in (/etc/shadow, /etc/group)", "fd.name exists", "fd.num >= 3", "fd.num < 0x10", "fd.num <= 3", "not fd.num > 3", "fd.num in (1, 3)", "evt.rawres=3",
        "evt.is_open_read = true", "evt.is_open_write=false", "evt.type in (open, openat)", "evt.type=openat and proc.name=cat or proc.name=dog",
        "(evt.type = openat)", "((proc.name = dog) or (proc.name = cat))", "proc.pname = bash", "proc.aname = sshd", "proc.aname[2]=sshd", "proc.aname[0] = cat",
        "proc.aname in (zsh, sshd)", "proc.aname intersects (zsh, sshd)", "proc.pexepath = /bin/bash", "proc.args = \"-n /etc/Shadow\"", "proc.cmdline startswith 'cat -n'",
        "tolower(proc.args) contains shadow", "toupper(proc.name) = CAT", "basename(fd.name) = shadow", "len(proc.name) = 3", "len(fd.name) > 5",
        "tolower(basename(proc.exepath)) = cat", "basename(proc.exepath) = val(proc.name)", "fd.name != val(proc.exepath)", "toupper(proc.name) = toupper(proc.exe)",
        "proc.name startswith oneof (ab, ca)", "proc.aexepath endswith anyof (/sshd, /init)", "user.uid = 0", "user.name=root", "container.id = host", "evt.num>=0",
        "evt.dir = <", "evt.arg.flags contains O_RDONLY", "evt.arg[name] = /etc/shadow", "evt.arg[0] = 3", "evt.rawarg.flags = 0", "fd.directory=/etc", "fd.filename=shadow",
        "evt.type.is.openat=1", "syscall.type = open", "fd.typechar='f'", "fd.type in (file, directory)", "proc.duration >= 5000000000", "evt.category = file",
        "evt.res = SUCCESS", "evt.failed = false", "fs.path.name = /etc/shadow", "proc.cmdnargs = 2", "proc.is_exe_from_memfd=false", "fd.name in ('/etc/shadow')",
    ])
    func holdsForAReadOfShadow(_ condition: String) { #expect(RuleKit.holds(condition, read)) }

    @Test(arguments: [
        "proc.name = dog", "proc.name != cat", "not proc.name = cat", "fd.name contains HADO", "fd.name startswith etc", "fd.name endswith /etc", "fd.name glob /etc",
        "fd.name regex shadow", "fd.name regex '/etc/passw[dD]'", "fd.name pmatch (/et, /etc/shadow/x)", "fd.name in (/etc/passwd)", "fd.name in ()", "fd.num > 3",
        "evt.is_open_write=true", "evt.type = execve", "evt.type=openat and proc.name=dog", "proc.pname = cat", "proc.aname = cat", "proc.aname[1]=sshd", "proc.aname[9] exists",
        "evt.num=0", "fd.sip exists", "fd.sip != 1.2.3.4", "proc.name startswith (cat) or proc.name = dog and proc.name = cat", "fd.name = val(proc.exepath)",
        "proc.aname != sshd", "proc.aname startswith allof (s, b) and proc.name = dog", "container.id != host", "fd.name contains 'shadow '", "len(proc.name) > 3",
        "container.name = x", "k8s.pod.name exists",
    ])
    func doesNotHoldForAReadOfShadow(_ condition: String) {
        // one of them is no condition at all, and says so
        if let problem = RuleKit.problem(condition) {
            #expect(condition.contains("startswith (cat)"), "\(problem.description)")
        } else {
            #expect(!RuleKit.holds(condition, read))
        }
    }

    @Test(arguments: [
        "fd.sip = 192.168.7.9", "fd.sip in (10.1.1.1, 192.168.0.0/16)", "fd.snet in (rfc)", "fd.net != 127.0.0.0/8", "fd.ip = 10.0.0.5", "fd.rip=192.168.7.9", "fd.cip = \"10.0.0.5\"",
        "fd.sport = 8443", "fd.sport in (443, 8443)", "fd.port = 8443", "fd.lport=40000", "fd.l4proto=tcp", "fd.type = ipv4", "fd.typechar = 4",
        "fd.name = 10.0.0.5:40000->192.168.7.9:8443", "fd.name endswith :8443", "evt.type=connect and evt.rawres = -115", "evt.res = EINPROGRESS", "fd.connected=true", "fd.is_server = false",
    ])
    func holdsForAConnection(_ condition: String) {
        #expect(RuleKit.holds(condition, connect, before: "- list: rfc\n  items: ['\"10.9.0.0/16\"', 192.168.0.0/16]\n"))
    }

    @Test func aNetworkAppliesToBothEndsUnlessItIsDenied() {
        // neither end may lie in the network for `!=` to hold
        #expect(!RuleKit.holds("fd.net != 10.0.0.0/8", connect))
        #expect(RuleKit.holds("fd.net = 10.0.0.0/8", connect))
    }

    @Test(arguments: [
        "concat(proc.name, \"-\", proc.pname) = cat-bash", "concat(\"aaa\", \"bbb\") = aaabbb", "join(\"-\", (proc.name, proc.pname)) = cat-bash",
        "join(\"->\", (toupper(proc.name), \"x\", basename(fd.name))) = 'CAT->x->shadow'", "join(\"/\", (\"a\")) = a", "len(concat(proc.name, proc.pname)) = 7",
        "concat(proc.name, concat(\"a\", \"b\")) in (catab, x)", "join(\",\", proc.aname) startswith 'bash,'", "fd.name startswith concat(\"/\", \"etc\")",
        "concat(evt.type, \":\", proc.name) contains :cat", "tolower(concat(proc.name, \"X\")) = catx",
    ])
    func textsArePutTogether(_ condition: String) { #expect(RuleKit.holds(condition, read)) }

    /// Of a fork the parent's side is reported, where the call returns the child's pid.
    @Test func aForkReturnsTheChildsPID() {
        let child = ProcessKey(pid: 4711, start: BootInstant(nanoseconds: 1))
        func fork(_ namespacePID: UInt32, _ flags: UInt64 = 17) -> EnrichedEvent {
            EventKit("/bin/bash").event(.fork, .fork(ForkDetails(child: child, childNamespacePID: namespacePID, flags: flags)))
        }
        #expect(RuleKit.holds("evt.type = fork and evt.rawres > 0 and evt.rawres = 4711 and evt.res = SUCCESS and evt.failed = false", fork(0)))
        #expect(RuleKit.holds("evt.type = clone and evt.rawres = 12", fork(12)))
        #expect(RuleKit.holds("evt.type = clone and evt.rawres = 4711", fork(1, 0x2000_0011)))
    }

    @Test func aComposedTextWithoutOneOfItsPartsIsNone() {
        #expect(!RuleKit.holds("concat(proc.name, fd.sip) exists", read))
        #expect(RuleKit.holds("concat(fd.rip, \":\", fd.rport) = \"192.168.7.9:8443\"", connect))
        let report = RuleKit.load(RuleKit.file("concat(proc.name, evt.buffer) = x")).report
        #expect(report.rejected.isEmpty && report.unsupported.map(\.what) == ["evt.buffer"])
    }

    @Test(arguments: ["concat(proc.name) = x", "concat() = x", "join(proc.name) = x", "join(\"-\", (proc.name) = x", "concat(proc.nmae, \"x\") = y", "cnocat(proc.name, \"x\") = y"])
    func aBadCompositionIsTold(_ condition: String) { #expect(RuleKit.problem(condition) != nil) }

    @Test func namesAsTypedCapabilitiesSocketsAndDomainsAreFields() {
        var file = FileDetails()
        (file.path, file.typed, file.result, file.type) = ("/etc/shadow", "../../etc/shadow", 3, 0o100000)
        #expect(RuleKit.holds("fd.nameraw contains '../' and fd.nameraw glob '*../*../*'", cat.event(.open, .file(file))))
        #expect(!RuleKit.holds("fd.nameraw exists", read))
        (file.typed, file.secondTyped, file.secondPath) = ("a", "b", "/tmp/b")
        #expect(RuleKit.holds("fs.path.nameraw = b and fs.path.sourceraw = a and fs.path.targetraw = b", cat.event(.rename, .file(file))))

        var module = cat.call(.module, "finit_module", [3, 0, 0])
        #expect(!RuleKit.holds("thread.cap_effective exists", module))
        module.event.capabilities = 1 << 16 | 1 << 21
        #expect(RuleKit.holds("thread.cap_effective icontains sys_module and thread.cap_effective contains CAP_SYS_ADMIN", module))
        #expect(RuleKit.holds("thread.cap_effective = 'CAP_SYS_MODULE CAP_SYS_ADMIN'", module))

        let refused = cat.refusedOpen("/etc/shadow", -13)
        for condition in ["evt.type in (open, openat) and evt.failed = true", "evt.res = EACCES", "evt.rawres = -13", "fd.num = -1", "evt.count.error = 1", "fd.typechar = f", "evt.is_open_read = true", "evt.arg.fd = -13"] {
            #expect(RuleKit.holds(condition, refused), "\(condition)")
        }
        for condition in ["fd.num >= 0", "evt.res = SUCCESS", "evt.is_open_create = true", "evt.kind = open"] { #expect(!RuleKit.holds(condition, refused), "\(condition)") }
        let socket = cat.call(.packetSocket, "socket", [17, 3, 0x300], result: 4)
        #expect(RuleKit.holds("evt.type = socket and evt.arg.domain contains AF_PACKET and evt.arg[0] = AF_PACKET and evt.arg.type = 3 and fd.num = 4", socket))
        #expect(!RuleKit.holds("evt.kind = packet-socket", cat.call(.socket, "socket", [2, 1, 0])))

        var named = connect
        named.remoteNames = ["db.example", "www.example"]
        #expect(RuleKit.holds("fd.sip.name = www.example and fd.rip.name in (db.example) and not fd.cip.name exists", named))
        #expect(RuleKit.holds("fd.sproto = 8443 and fd.sproto != https", named))
    }

    @Test func aContainerIsPrivilegedWhenItsPodSaysSoOrItsProcessMayDoEverything() {
        var inside = EventKit.inside("/bin/x").exec()
        #expect(!RuleKit.holds("container.privileged exists", inside))
        inside.event.capabilities = 0x1FF_FFFF_FFFF
        #expect(RuleKit.holds("container.privileged = true", inside))
        inside.event.capabilities = 0xA80425FB
        #expect(!RuleKit.holds("container.privileged exists", inside))
    }

    @Test func andBindsTighterThanOr() {
        #expect(RuleKit.holds("proc.name = cat or proc.name = dog and proc.name = cow", read))
        #expect(!RuleKit.holds("(proc.name = cat or proc.name = dog) and proc.name = cow", read))
    }

    @Test func quotedTextIsNeverTheNameOfAList() {
        let list = "- list: cat\n  items: [dog]\n"
        #expect(!RuleKit.holds("proc.name in (cat)", read, before: list))
        #expect(RuleKit.holds("proc.name in ('cat')", read, before: list))
    }

    @Test func escapesInQuotedText() {
        let kit = EventKit("/bin/sh", arguments: ["sh", "-c", "echo \"a\\b\" it's"])
        #expect(RuleKit.holds(#"proc.args contains "echo \"a\\b\"""#, kit.exec()))
        #expect(RuleKit.holds(#"proc.args contains 'it\'s'"#, kit.exec()))
        #expect(RuleKit.holds(#"proc.args regex '.*\\\\b.*'"#, EventKit("/bin/sh", arguments: ["sh", "x\\b"]).exec()))
    }

    @Test func wordsOnTheRightMayContainBracketsAndColons() {
        let kit = EventKit("/usr/bin/runc", "runc:[0:PARENT]")
        #expect(RuleKit.holds("proc.pname in (runc:[0:PARENT], x)", kit.exec()))
    }

    @Test func base64IsDecodedBeforeItIsCompared() {
        let kit = EventKit("/bin/sh", arguments: ["sh", "Y3VybCBodHRw"])
        #expect(RuleKit.holds("b64(proc.args) startswith curl", kit.exec()))
        #expect(!RuleKit.holds("b64(proc.name) startswith curl", kit.exec()))
    }

    @Test func addressesOfIPv6AreComparedAsNumbersNotAsText() {
        let event = cat.connect("2001:db8:0:0:0:0:0:1", 443)
        #expect(RuleKit.holds("fd.sip = 2001:db8::1", event))
        #expect(RuleKit.holds("fd.snet in (2001:db8::/32)", event))
        #expect(RuleKit.holds("fd.typechar = 6", event))
        #expect(!RuleKit.holds("fd.snet in (0.0.0.0/0)", event))
    }

    @Test func macrosAndListsResolveWhereverTheyAreDefined() {
        let before = """
            - macro: outer
              condition: (inner and proc.name in (names))
            - list: names
              items: [more, x]
            - list: more
              items: [cat]
            - macro: inner
              condition: evt.type = openat

            """
        #expect(RuleKit.holds("outer", read, before: before))
        #expect(RuleKit.holds("not outer or proc.name in names", read, before: before))
    }

    @Test func eventTypesThatShareAProbeAreOneAndThoseThatDoNotAreTold() {
        let dup = cat.call(.dup, "dup2", [3, 0, 0, 2], result: 0)
        #expect(RuleKit.holds("evt.type = dup2", dup))
        #expect(!RuleKit.holds("evt.type = dup3", dup))
        #expect(RuleKit.holds("evt.type in (dup, dup2, dup3)", dup))
        #expect(RuleKit.holds("evt.type != dup3", dup))
        #expect(RuleKit.holds("evt.type startswith dup", dup))
        #expect(!RuleKit.holds("evt.type startswith open", dup))
    }

    @Test func accountsAreComparedByNameWhereItIsKnown() {
        var kit = EventKit("/bin/su")
        (kit.uid, kit.user) = (33, "www-data")
        #expect(RuleKit.holds("evt.arg.uid = root", kit.call(.setuid, "setuid", [0])))
        #expect(RuleKit.holds("evt.arg.uid = www-data", kit.call(.setuid, "setuid", [33])))
        #expect(RuleKit.holds("evt.arg.uid = 1000", kit.call(.setuid, "setuid", [1000])))
        #expect(RuleKit.holds("evt.rawarg.uid = 33", kit.call(.setuid, "setuid", [33])))
        #expect(!RuleKit.holds("evt.arg.uid = root", kit.call(.setuid, "setuid", [33])))
        #expect(RuleKit.holds("evt.arg.gid = root", kit.call(.setgid, "setgid", [0])))
    }

    @Test func fieldsThatFollowFromOthers() {
        let kit = EventKit("/bin/x", "/bin/leader", container: EventKit.container())
        kit.process.exec.namespacePID = 7
        kit.process.exec.processGroup = 6
        kit.process.exec.namespaces.pid = 0xEFFF_FFFC
        kit.process.parent?.exec.namespacePID = 6
        kit.process.parent?.exec.processGroup = 6
        kit.process.parent?.exec.namespaces.pid = 0xEFFF_FFFC
        var event = kit.exec()
        event.event.capabilities = 1 << 21
        #expect(RuleKit.holds("proc.pgid = \(kit.process.parent?.key.pid ?? 0) and proc.pgid.name = leader and proc.is_pgid_leader = false", event))
        #expect(RuleKit.holds("thread.cap_permitted contains CAP_SYS_ADMIN and not thread.cap_permitted contains CAP_SYS_MODULE", event))
        #expect(RuleKit.holds("thread.vtid = 7 and container.host_pid = true", event))
        #expect(!RuleKit.holds("container.host_network exists", event))
        var pod = PodContext(name: "web-1", namespace: "shop", uid: "u")
        (pod.hostNetwork, pod.labels, pod.owners) = (true, ["app": "web"], [PodContext.Owner(kind: "ReplicaSet", name: "web-rs"), PodContext.Owner(kind: "Deployment", name: "web")])
        kit.process.container?.pod = pod
        event = kit.exec()
        #expect(RuleKit.holds("container.host_network = true and k8smeta.pod.name = web-1 and k8smeta.ns.name = shop and k8smeta.pod.label[app] = web and k8smeta.deployment.name = web", event))
    }
}
