import Events

extension PackCase {
    static let persistence: [PackCase] = [
        PackCase("Cron job changed") {
            [EventKit("/bin/sh").write("/etc/cron.d/x"), EventKit("/usr/bin/crontab").change(.rename, "/var/spool/cron/crontabs/tmp.X", to: "/var/spool/cron/crontabs/root"), EventKit.inside("/bin/sh").write("/etc/crontab")]
        } twins: {
            var terminal = EventKit("/usr/bin/crontab")
            terminal.process.exec.ttyNumber = 34816
            return [EventKit("/usr/bin/dpkg").change(.rename, "/etc/cron.d/x.dpkg-new", to: "/etc/cron.d/x"), terminal.change(.rename, "/var/spool/cron/crontabs/tmp.X", to: "/var/spool/cron/crontabs/root"), EventKit("/usr/sbin/logrotate").write("/var/log/cron-report"), EventKit("/usr/sbin/cron").read("/etc/crontab")]
        },
        PackCase("Systemd unit changed") {
            [EventKit("/bin/sh").write("/etc/systemd/system/x.service"), EventKit("/usr/bin/mv").change(.rename, "/tmp/x", to: "/lib/systemd/system/x.timer"), EventKit("/usr/bin/python3").write("/home/me/.config/systemd/user/x.service")]
        } twins: {
            [EventKit("/usr/bin/dpkg").write("/lib/systemd/system/x.service"), EventKit("/usr/bin/systemctl").write("/etc/systemd/system/x.service"), EventKit("/bin/sh").write("/srv/rootfs.txt"), EventKit("/usr/lib/systemd/system-generators/x").write("/run/systemd/generator/x.service")]
        },
        PackCase("Start script changed") {
            [EventKit("/bin/sh").write("/etc/rc.local"), EventKit("/usr/bin/cp").write("/etc/init.d/x")]
        } twins: {
            [EventKit("/usr/bin/dpkg").write("/etc/init.d/x"), EventKit("/bin/sh").read("/etc/rc.local")]
        },
        PackCase("Preload file changed") {
            [EventKit("/bin/sh").write("/etc/ld.so.preload"), EventKit.inside("/usr/bin/mv").change(.rename, "/tmp/p", to: "/etc/ld.so.preload"), EventKit("/usr/bin/dpkg").write("/etc/ld.so.preload")]
        } twins: {
            [EventKit("/usr/sbin/ldconfig").write("/etc/ld.so.cache~"), EventKit("/bin/ls").read("/etc/ld.so.preload")]
        },
        PackCase("Library preloaded from a writable directory") {
            [EventKit.run("/bin/sh", "sh", "-c", "LD_PRELOAD=/tmp/x.so id"), EventKit.run("/usr/bin/env", "env", "LD_AUDIT=/dev/shm/a.so", "ls", inside: true)]
        } twins: {
            [EventKit.run("/bin/sh", "sh", "-c", "LD_PRELOAD=/usr/lib/libjemalloc.so.2 redis-server"), EventKit.run("/bin/grep", "grep", "LD_PRELOAD=/tmp/", "notes")]
        },
        PackCase("Program loader replaced") {
            [EventKit("/usr/bin/mv").change(.rename, "/tmp/ld", to: "/lib64/ld-linux-x86-64.so.2"), EventKit.inside("/bin/sh").write("/lib/x86_64-linux-gnu/ld-2.36.so")]
        } twins: {
            [EventKit("/usr/bin/dpkg").change(.rename, "/lib64/ld-linux-x86-64.so.2.dpkg-new", to: "/lib64/ld-linux-x86-64.so.2"), EventKit("/usr/sbin/ldconfig").change(.symlink, "ld-2.36.so", to: "/lib64/ld-linux-x86-64.so.2"), EventKit("/usr/bin/gcc").write("/home/me/lib/libx.so"), EventKit("/usr/bin/builder").write("/var/lib/builds/rootfs/lib64/ld-linux-x86-64.so.2")]
        },
        PackCase("Name service or library configuration changed") {
            [EventKit("/bin/sh").write("/etc/nsswitch.conf"), EventKit("/usr/bin/cp").write("/etc/ld.so.conf.d/x.conf")]
        } twins: {
            [EventKit("/usr/bin/dpkg").write("/etc/ld.so.conf.d/x.conf"), EventKit("/usr/bin/dockerd").write("/etc/hosts"), EventKit("/usr/bin/ls").read("/etc/nsswitch.conf")]
        },
        PackCase("Shell profile changed") {
            [EventKit("/bin/sh").write("/etc/profile.d/x.sh"), EventKit.inside("/bin/sh").open("/root/.bashrc", flags: 0o2001)]
        } twins: {
            var terminal = EventKit("/usr/bin/conda")
            terminal.process.exec.ttyNumber = 34816
            return [terminal.write("/home/me/.bashrc"), EventKit("/usr/sbin/useradd").write("/home/new/.bashrc"), EventKit("/usr/bin/dpkg").write("/etc/profile.d/x.sh"), EventKit("/bin/bash").read("/etc/profile"), EventKit("/usr/bin/builder").write("/tmp/rootfs/root/.bashrc")]
        },
        PackCase("Set-uid bit set") {
            [EventKit("/bin/chmod").change(.chmod, "/tmp/true", mode: 0o4755), EventKit.inside("/usr/bin/python3").change(.chmod, "/var/tmp/x", mode: 0o6755)]
        } twins: {
            [EventKit("/bin/chmod").change(.chmod, "/tmp/true", mode: 0o755), EventKit("/usr/bin/dpkg").change(.chmod, "/usr/bin/sudo", mode: 0o4755), EventKit("/usr/bin/buildah").change(.chmod, "/var/lib/containers/x/usr/bin/su", mode: 0o4755), EventKit("/bin/chmod").change(.chmod, "/srv/shared", mode: 0o2775)]
        },
        PackCase("File given capabilities") {
            [EventKit("/usr/sbin/setcap").change(.setxattr, "/tmp/true", to: "/root/security.capability")]
        } twins: {
            [EventKit("/usr/sbin/setcap", "/usr/bin/dpkg").change(.setxattr, "/usr/bin/ping", to: "/security.capability"), EventKit("/usr/bin/setfattr").change(.setxattr, "/tmp/x", to: "/tmp/user.note")]
        },
        PackCase("Static pod placed") {
            [EventKit("/bin/sh").write("/etc/kubernetes/manifests/x.yaml")]
        } twins: {
            [EventKit("/usr/bin/kubeadm").write("/etc/kubernetes/manifests/etcd.yaml"), EventKit("/usr/bin/kubelet").read("/etc/kubernetes/manifests/etcd.yaml"), EventKit("/bin/sh").write("/etc/kubernetes/notes")]
        },
    ]
}
