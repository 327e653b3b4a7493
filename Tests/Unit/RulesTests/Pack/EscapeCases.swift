import Events

extension PackCase {
    private static let newUser: UInt64 = 0x1000_0000

    private static func ordinary(_ path: String, _ kind: EventKind, _ name: String, _ arguments: [UInt64] = [], uid: UInt32 = 1000) -> EnrichedEvent {
        var kit = EventKit(path)
        kit.uid = uid
        return kit.call(kind, name, arguments)
    }

    private static func unix(_ kit: EventKit, _ path: String) -> EnrichedEvent {
        var network = NetworkDetails()
        network.transport = .unix
        network.path = path
        return kit.event(.connect, .network(network))
    }

    static let escape: [PackCase] = [
        PackCase("Kernel module loaded") {
            [EventKit.inside("/opt/attack/process").call(.module, "finit_module", [3, 0, 0], result: -8), EventKit("/tmp/loader").call(.module, "init_module", [1, 2, 3])]
        } twins: {
            [EventKit("/usr/bin/kmod").call(.module, "finit_module", [3, 0, 0]), EventKit("/usr/lib/systemd/systemd-udevd").call(.module, "finit_module", [3, 0, 0])]
        },
        PackCase("eBPF program loaded by an unknown program") {
            [EventKit.inside("/opt/attack/process").call(.bpf, "bpf", [5, 0, 120], result: 4), EventKit("/tmp/x").call(.bpf, "bpf", [5, 0, 120], result: 4)]
        } twins: {
            [EventKit.inside("/usr/bin/cilium-agent").call(.bpf, "bpf", [5, 0, 120], result: 4), EventKit("/usr/lib/systemd/systemd").call(.bpf, "bpf", [5, 0, 120]), EventKit.inside("/app").call(.bpf, "bpf", [1, 0, 120])]
        },
        PackCase("User namespace made in a container") {
            [EventKit.inside("/usr/bin/unshare").call(.unshare, "unshare", [newUser | 0x2_0000])]
        } twins: {
            [EventKit("/usr/bin/unshare").call(.unshare, "unshare", [newUser]), EventKit.inside("/usr/bin/bwrap").call(.unshare, "unshare", [newUser]), EventKit.inside("/app/x").call(.unshare, "unshare", [0x400])]
        },
        PackCase("Namespace entered from a container") {
            [EventKit.inside("/opt/attack/process").call(.setns, "setns", [3, 0]), EventKit.run("/usr/bin/nsenter", "nsenter", "-t", "1", "-m", "-u", inside: true)]
        } twins: {
            [EventKit("/usr/bin/nsenter").call(.setns, "setns", [3, 0]), EventKit.inside("runc:[1:CHILD]").call(.setns, "setns", [3, 0]), EventKit.run("/usr/bin/nsenter", "nsenter", "-t", "1", "-m")]
        },
        PackCase("Release agent written in a container") {
            [EventKit.inside("/bin/sh").write("/sys/fs/cgroup/rdma/release_agent"), EventKit.inside("/bin/sh").write("/tmp/cg/x/notify_on_release")]
        } twins: {
            [EventKit("/usr/lib/systemd/systemd").write("/sys/fs/cgroup/systemd/release_agent"), EventKit.inside("/bin/sh").read("/sys/fs/cgroup/rdma/release_agent")]
        },
        PackCase("Kernel helper changed from a container") {
            [EventKit.inside("/bin/sh").write("/proc/sys/kernel/core_pattern"), EventKit.inside("/bin/sh").write("/host/proc/sys/kernel/modprobe")]
        } twins: {
            [EventKit("/usr/share/apport/apport").write("/proc/sys/kernel/core_pattern"), EventKit.inside("/bin/sh").read("/proc/sys/kernel/core_pattern"), EventKit.inside("/bin/sh").write("/proc/sys/net/core/somaxconn")]
        },
        PackCase("Device mounted in a container") {
            [EventKit.inside("/bin/mount").change(.mount, "/mnt", to: "/dev/sda1")]
        } twins: {
            [EventKit.inside("/bin/mount").change(.mount, "/mnt", to: "tmpfs"), EventKit("/bin/mount").change(.mount, "/mnt", to: "/dev/sda1"), EventKit.inside("/bin/fusermount").change(.mount, "/mnt", to: "/dev/fuse")]
        },
        PackCase("Disk written directly from a container") {
            [EventKit.inside("/bin/dd").open("/dev/sda", flags: 1, type: 0o060000), EventKit.run("/sbin/debugfs", "debugfs", "/dev/sda1", inside: true)]
        } twins: {
            [EventKit("/bin/dd").open("/dev/sda", flags: 1, type: 0o060000), EventKit.inside("/bin/sh").write("/dev/pts/0"), EventKit.run("/sbin/debugfs", "debugfs", "/dev/sda1")]
        },
        PackCase("Host file system reached through /proc") {
            [EventKit.run("/bin/cat", "cat", "/proc/1/root/etc/hostname", inside: true)]
        } twins: {
            [EventKit.run("/bin/cat", "cat", "/proc/1/root/etc/hostname"), EventKit.run("/bin/cat", "cat", "/proc/1/status", inside: true)]
        },
        PackCase("Kernel memory or symbols read in a container") {
            [EventKit.inside("/bin/cat").read("/proc/kallsyms"), EventKit.inside("/app/x").read("/proc/kcore")]
        } twins: {
            [EventKit("/usr/bin/perf").read("/proc/kallsyms"), EventKit.inside("/bin/cat").read("/proc/meminfo")]
        },
        PackCase("Container runtime driven from a container") {
            [unix(EventKit.inside("/usr/bin/curl"), "/var/run/docker.sock"), unix(EventKit.inside("/tmp/x"), "@/containerd-shim/default/web/shim.sock"), EventKit.run("/usr/bin/curl", "curl", "--unix-socket", "/var/run/docker.sock", "http://x/containers/json", inside: true)]
        } twins: {
            [unix(EventKit("/usr/bin/docker"), "/var/run/docker.sock"), unix(EventKit("/usr/bin/containerd"), "@/containerd-shim/default/web/shim.sock"), unix(EventKit.inside("/usr/bin/psql"), "/run/postgresql/.s.PGSQL.5432"), EventKit.run("/usr/bin/docker", "docker", "-H", "unix:///run/docker.sock", "ps")]
        },
        PackCase("Code injected by ptrace") {
            [EventKit("/opt/attack/process").call(.ptrace, "ptrace", [5, 77, 0, 42]), EventKit.inside("/tmp/x").call(.ptrace, "ptrace", [13, 77])]
        } twins: {
            [EventKit("/usr/bin/gdb").call(.ptrace, "ptrace", [5, 77, 0, 42]), EventKit("/usr/bin/app").call(.ptrace, "ptrace", [16, 77]), EventKit("/opt/x").call(.ptrace, "ptrace", [5, 77], result: -1)]
        },
        PackCase("Memory of another process written") {
            [EventKit("/opt/attack/process").call(.vmWrite, "process_vm_writev", [77, 1, 1], result: 8), EventKit.inside("/tmp/x").open("/proc/77/mem", flags: 2)]
        } twins: {
            [EventKit("/usr/bin/gdb").open("/proc/77/mem", flags: 2), EventKit("/usr/sbin/runc").open("/proc/77/mem", flags: 2), EventKit("/usr/bin/x").read("/proc/77/mem"), EventKit("/opt/x").call(.vmWrite, "process_vm_writev", [77, 1, 1], result: -1)]
        },
        PackCase("Program refuses to be debugged") {
            [EventKit("/opt/attack/process", "/bin/sh").call(.ptrace, "ptrace", [0, 0])]
        } twins: {
            [EventKit("/usr/bin/app", "/usr/bin/gdb").call(.ptrace, "ptrace", [0, 0]), EventKit("/usr/bin/strace", "/bin/sh").call(.ptrace, "ptrace", [0, 0])]
        },
        PackCase("Page faults handled by an unprivileged program") {
            [ordinary("/opt/attack/process", .userfaultfd, "userfaultfd", [0])]
        } twins: {
            [ordinary("/opt/attack/process", .userfaultfd, "userfaultfd", [0], uid: 0), ordinary("/usr/bin/qemu-system-x86_64", .userfaultfd, "userfaultfd", [0])]
        },
    ]
}
