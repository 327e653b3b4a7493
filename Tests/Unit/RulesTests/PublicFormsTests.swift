import Events
import Testing

/// What the public incubating, sandbox and archived files look for, in words of our own: each form is found, and its innocent neighbour is not.
struct PublicFormsTests {
    struct Form: Sendable, CustomTestStringConvertible {
        let name: String
        let condition: String
        let found: @Sendable () -> EnrichedEvent
        let left: @Sendable () -> EnrichedEvent
        var testDescription: String { name }

        init(_ name: String, _ condition: String, _ found: @escaping @Sendable () -> EnrichedEvent, not left: @escaping @Sendable () -> EnrichedEvent) {
            (self.name, self.condition, self.found, self.left) = (name, condition, found, left)
        }
    }

    private static let macros = """
        - macro: written
          condition: (evt.type in (open, openat, openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0)
        - macro: read
          condition: (evt.type in (open, openat, openat2) and evt.is_open_read=true and fd.typechar='f' and fd.num>=0)
        - macro: started
          condition: (evt.type in (execve, execveat) and evt.dir=<)
        - macro: inside
          condition: (container.id != host)
        - macro: begun
          condition: ((evt.type = container or (started and proc.vpid=1)) and container.image.repository != incomplete)
        - macro: modes
          condition: (evt.type in (chmod, fchmod, fchmodat) and evt.dir=<)
        - macro: gone
          condition: (evt.type in (rename, renameat, renameat2) or evt.type in (rmdir, unlink, unlinkat))
        - macro: talks
          condition: >
            ((((evt.type in (accept,accept4,listen,connect) and evt.dir=<)) and (fd.typechar = 4 or fd.typechar = 6)) and
             (fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8") and (evt.rawres >= 0 or evt.res = EINPROGRESS))
        - macro: leaves
          condition: >
            (((evt.type = connect and evt.dir=<) or (evt.type in (sendto,sendmsg) and evt.dir=< and fd.l4proto != tcp and fd.connected=false and fd.name_changed=true)) and
             (fd.typechar = 4 or fd.typechar = 6) and (fd.ip != "0.0.0.0" and fd.net != "127.0.0.0/8" and not fd.snet in (private)) and (evt.rawres >= 0 or evt.res = EINPROGRESS))
        - list: private
          items: ['"10.0.0.0/8"', '"172.16.0.0/12"', '"192.168.0.0/16"']
        - list: no_programs
          items: []

        """

    private static func capable(_ capabilities: UInt64, privileged: Bool? = nil) -> EnrichedEvent {
        var container = EventKit.container(image: "registry.example/shop/web:2.4")
        container.privileged = privileged
        container.mounts = privileged == true ? [.init(source: "/proc", destination: "/host/proc", isWritable: true, propagation: "private")] : []
        var event = EventKit("/app/web", "/usr/bin/containerd-shim", container: container).exec { $0.namespacePID = 1 }
        event.event.capabilities = capabilities
        return event
    }

    private static func asUser(_ uid: UInt32, _ name: String, _ path: String, _ arguments: String...) -> EventKit {
        var kit = EventKit(path, "/bin/sh", arguments: arguments)
        (kit.uid, kit.user) = (uid, name)
        return kit
    }

    private static func pod(_ namespace: String, _ address: String) -> EnrichedEvent {
        var container = EventKit.container(image: "registry.example/shop/web:2.4")
        container.pod = PodContext(name: "p", namespace: namespace, uid: "u")
        return EventKit("/usr/bin/curl", container: container).connect(address, 80)
    }

    private static func environment(_ variables: String...) -> EnrichedEvent { EventKit("/usr/bin/curl").exec { $0.environment = variables } }

    private static func opened(_ path: String, flags: UInt32, mode: UInt32) -> EnrichedEvent {
        var file = FileDetails()
        (file.path, file.flags, file.mode, file.type, file.result) = (path, flags, mode, 0o100000, 3)
        return EventKit.inside("/bin/sh").event(.open, .file(file))
    }

    static let processes: [Form] = [
        Form("crontab or a file of cron", "(written and fd.name startswith /etc/cron) or (started and proc.name = \"crontab\")") { EventKit.run("/usr/bin/crontab", "crontab", "-e") } not: { EventKit("/usr/sbin/cron").read("/etc/crontab") },
        Form("child of a database", "started and proc.pname in (mysqld, postgres) and not proc.name in (mysqld, postgres) and not (proc.pname=postgres and proc.cmdline startswith \"sh -c envdir \\\"/run/e\\\" w\")") {
            EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/sbin/mysqld"])
        } not: { EventKit.run("/bin/sh", "sh", "-c", "envdir \"/run/e\" wal", by: ["/usr/lib/postgres"]) },
        Form("privileged container", "begun and inside and container.privileged=true and not container.image.repository in (no_programs)") { capable(0, privileged: true) } not: { capable(0, privileged: false) },
        Form("capable container", "begun and inside and (thread.cap_permitted contains CAP_SYS_ADMIN or thread.cap_permitted contains CAP_BPF)") { capable(1 << 21) } not: { capable(1 << 10) },
        Form("mount of the host", "begun and inside and (container.mount.dest[/proc*] != \"N/A\" or container.mount.dest[/root*] != \"N/A\")") { capable(0, privileged: true) } not: { capable(0) },
        Form("first process of root", "started and inside and proc.vpid=1 and user.uid=0 and not container.image.repository in (no_programs)") { capable(0) } not: { EventKit.run("/bin/ls", inside: true) },
        Form("proxy in the environment", "started and proc.name in (curl, wget) and proc.env icontains HTTP_PROXY") { environment("PATH=/bin", "http_proxy=http://x") } not: { environment("PATH=/bin") },
        Form("management of users", "started and not inside and proc.name in (useradd, passwd) and not proc.cmdline startswith \"passwd -S\" and not (proc.aname[3] startswith omsagent- or proc.aname[2]=yum)") {
            EventKit.run("/usr/sbin/useradd", "useradd", "eve")
        } not: { EventKit.run("/usr/bin/passwd", "passwd", "-S") },
        Form("package manager inside", "started and inside and user.name != \"_apt\" and proc.name in (apt, apk) and not (proc.pname in (apt) or proc.aname[2] in (apt))") { EventKit.run("/sbin/apk", "apk", "add", "x", inside: true) } not: {
            EventKit.run("/sbin/apk", "apk", by: ["/bin/sh", "/usr/bin/apt"], inside: true)
        },
        Form("mount inside", "started and inside and proc.name=mount and not (proc.args=\"\" or proc.args intersects (\"-V\", \"-l\", \"-h\"))") { EventKit.run("/bin/mount", "mount", "/dev/sda1", "/mnt", inside: true) } not: {
            EventKit.run("/bin/mount", "mount", inside: true)
        },
        Form("download", "started and inside and (proc.name = curl and (proc.cmdline contains \" -o \" or proc.cmdline contains \" --remote-name \"))") { EventKit.run("/usr/bin/curl", "curl", "-o", "x", "u", inside: true) } not: {
            EventKit.run("/usr/bin/curl", "curl", "u", inside: true)
        },
        Form("stratum", "started and (proc.cmdline contains \"stratum+tcp\" or proc.cmdline contains \"stratum2+ssl\")") { EventKit.run("/tmp/x", "x", "-o", "stratum+tcp://p:3333") } not: { EventKit.run("/tmp/x", "x", "stratum") },
        Form("sudoedit with a backslash", #"started and user.uid != 0 and (proc.name=sudoedit or proc.name = sudo) and (proc.args contains -s or proc.args contains --login) and (proc.args contains "\ " or proc.args endswith \)"#) {
            asUser(1000, "joe", "/usr/bin/sudoedit", "sudoedit", "-s", "AA\\").exec()
        } not: { asUser(1000, "joe", "/usr/bin/sudoedit", "sudoedit", "-s", "file").exec() },
        Form("pkexec without arguments", "started and user.uid != 0 and proc.name=pkexec and proc.args = ''") { asUser(1000, "joe", "/usr/bin/pkexec").exec() } not: { asUser(1000, "joe", "/usr/bin/pkexec", "pkexec", "id").exec() },
    ]

    static let calls: [Form] = [
        Form("namespace", "evt.type=setns and evt.dir=< and proc.name!=\"<NA>\" and not (container.id=host and proc.name in (nsenter)) and not proc.name startswith \"runc\"") { EventKit.inside("/usr/bin/nsenter").call(.setns, "setns", [3, 0]) } not: {
            EventKit("/usr/bin/nsenter").call(.setns, "setns", [3, 0])
        },
        Form(
            "setuid", "evt.type=setuid and evt.dir=> and ((inside and user.name != \"N/A\") or not inside) and not (user.name=root or user.uid=0) and not (user.name=nobody and evt.arg.uid=nobody) and not proc.name startswith \"runc:\""
        ) { asUser(1000, "joe", "/tmp/x").call(.setuid, "setuid", [0]) } not: { asUser(65534, "nobody", "/tmp/x").call(.setuid, "setuid", [65534]) },
        Form("page faults", "evt.type = userfaultfd and user.uid != 0 and (evt.rawres >= 0 or evt.res != -1) and not proc.name in (no_programs)") { asUser(1000, "joe", "/tmp/x").call(.userfaultfd, "userfaultfd", [0], result: 4) } not: {
            asUser(0, "root", "/tmp/x").call(.userfaultfd, "userfaultfd", [0], result: 4)
        },
        Form("set-uid bit", "modes and (evt.arg.mode contains \"S_ISUID\" or evt.arg.mode contains \"S_ISGID\")") { EventKit("/bin/chmod").change(.chmod, "/tmp/x", mode: 0o4755) } not: { EventKit("/bin/chmod").change(.chmod, "/tmp/x", mode: 0o755) },
        Form("drift by chmod", "modes and inside and evt.rawres>=0 and ((evt.arg.mode contains \"S_IXUSR\") or (evt.arg.mode contains \"S_IXOTH\"))") { EventKit.inside("/bin/chmod").change(.chmod, "/tmp/x", mode: 0o755) } not: {
            EventKit.inside("/bin/chmod").change(.chmod, "/tmp/x", mode: 0o644)
        },
    ]

    static let files: [Form] = [
        Form("SSH folder", "read and (fd.name contains '/.ssh/' and fd.name glob '/home/*/.ssh/*' or fd.name startswith /root/.ssh) and not proc.name in (ssh, sshd)") { EventKit("/bin/cat").read("/home/joe/.ssh/id_rsa") } not: {
            EventKit("/usr/sbin/sshd").read("/root/.ssh/authorized_keys")
        },
        Form("environment of another", "read and inside and (fd.name glob /proc/*/environ)") { EventKit.inside("/bin/cat").read("/proc/1/environ") } not: { EventKit.inside("/bin/cat").read("/proc/1/status") },
        Form("file below /dev", "(evt.type = creat or (evt.type in (open,openat,openat2))) and evt.arg.flags contains O_CREAT and fd.directory = /dev and not fd.name in (/dev/null) and not fd.name startswith /dev/tty") {
            EventKit("/bin/sh").write("/dev/x")
        } not: { EventKit("/bin/sh").write("/dev/null") },
        Form("history cut", "(written and fd.name endswith \"ash_history\" and evt.arg.flags contains \"O_TRUNC\") or (gone and evt.arg.oldpath endswith \"ash_history\")") { EventKit("/bin/sh").write("/root/.bash_history") } not: {
            EventKit("/bin/bash").open("/root/.bash_history", flags: 0o2001)
        },
        Form("history removed", "gone and (evt.arg.name endswith \"ash_history\" or evt.arg.path endswith \"zsh_history\")") { EventKit("/bin/rm").change(.unlink, "/root/.ash_history") } not: { EventKit("/bin/rm").change(.unlink, "/root/notes") },
        Form("package sources", "((written and (fd.directory in (/etc/apt) or (fd.name pmatch (/etc/yum.repos.d, /etc/apt) and fd.filename in (sources.list)))) or (gone and evt.arg.newpath pmatch (/etc/apt/sources.list.d)))") {
            EventKit("/bin/mv").change(.rename, "/tmp/x", to: "/etc/apt/sources.list.d/x.list")
        } not: { EventKit("/bin/sh").write("/etc/aptitude") },
        Form("programs renamed", "gone and (evt.arg.oldpath startswith /usr/bin/ or evt.arg.newpath startswith /bin/ or evt.arg.name startswith /usr/bin/)") { EventKit("/bin/mv").change(.rename, "/usr/bin/ls", to: "/tmp/ls") } not: {
            EventKit("/bin/mv").change(.rename, "/tmp/a", to: "/tmp/b")
        },
        Form("folder among programs", "evt.type in (mkdir, mkdirat) and (evt.arg.path startswith /bin/ or evt.arg.path startswith /usr/sbin/)") { EventKit("/bin/mkdir").change(.mkdir, "/usr/sbin/x") } not: { EventKit("/bin/mkdir").change(.mkdir, "/srv/x") },
        Form("hidden", "(evt.type in (mkdir, mkdirat) and evt.arg.path contains \"/.\") or (written and evt.arg.flags contains \"O_CREAT\" and fd.name contains \"/.\" and not fd.name pmatch (/root/.cassandra))") {
            EventKit("/bin/sh").write("/tmp/.x")
        } not: { EventKit("/bin/sh").write("/root/.cassandra/x") },
        Form("not among the safe folders", "written and fd.name startswith /etc/ and not fd.name pmatch (safe)") { EventKit("/bin/sh").write("/etc/alertmanager") } not: { EventKit("/bin/sh").write("/etc/nginx/conf.d/a") },
        Form("program made by an open", "evt.type in (open,openat,openat2,creat) and evt.rawres>=0 and evt.is_open_exec=true and inside") { opened("/tmp/x", flags: 0o1101, mode: 0o755) } not: { opened("/tmp/x", flags: 0o1101, mode: 0o644) },
        Form("entry point", "written and inside and (fd.name=/proc/self/exe or fd.name startswith /proc/self/fd/) and not proc.cmdline = \"runc:[1:CHILD] init\"") { EventKit.inside("/bin/sh").write("/proc/self/exe") } not: {
            EventKit.inside("/bin/sh").write("/proc/self/comm")
        },
    ]

    static let network: [Form] = [
        Form("system programs talk", "talks and fd.sockfamily = ip and proc.name in (ls, sleep, bash)") { EventKit("/bin/sleep").connect("203.0.113.7", 80) } not: { EventKit("/bin/sleep").connect("127.0.0.1", 80) },
        Form("metadata", "leaves and inside and fd.sip=\"169.254.169.254\" and not (k8s.ns.name = \"kube-system\")") { pod("shop", "169.254.169.254") } not: { pod("kube-system", "169.254.169.254") },
        Form("outside the subnet", "talks and inside and k8s.ns.name in (shop) and not (fd.rnet in (private) or fd.ip = \"0.0.0.0\" or fd.net = \"127.0.0.0/8\")") { pod("shop", "203.0.113.7") } not: { pod("shop", "10.1.2.3") },
        Form("port of a node", "talks and inside and fd.sport >= 30000 and fd.sport <= 32767") { EventKit.inside("/usr/bin/curl").connect("192.168.7.8", 30080) } not: { EventKit.inside("/usr/bin/curl").connect("192.168.7.8", 8080) },
        Form("pool", "evt.type in (sendto, sendmsg, connect) and evt.dir=< and (fd.net != \"127.0.0.0/8\" and not fd.snet in (private)) and ((fd.sport=\"443\" and fd.sip.name in (pool.example)) or fd.sport in (3333, 45700))") {
            EventKit("/tmp/x").connect("203.0.113.7", 3333)
        } not: { EventKit("/tmp/x").connect("203.0.113.7", 443) },
        Form("destination", "leaves and not ((fd.sip in ('8.8.8.8')) or (fd.snet in ('127.0.0.1/8')) or (fd.sip.name in (good.example)))") { EventKit("/tmp/x").connect("203.0.113.7", 443) } not: { EventKit("/tmp/x").connect("8.8.8.8", 53) },
    ]

    @Test(arguments: processes + calls + files + network)
    func isFoundAndItsNeighbourIsNot(_ form: Form) {
        let before = Self.macros + "- list: safe\n  items: [/etc/nginx/conf.d, /etc/fluent/configs.d. /etc/alertmanager]\n"
        #expect(RuleKit.holds(form.condition, form.found(), before: before), "\(form.name): not found")
        #expect(!RuleKit.holds(form.condition, form.left(), before: before), "\(form.name): found in vain")
    }
}
