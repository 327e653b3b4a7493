import Events

extension PackCase {
    static let evasion: [PackCase] = [
        PackCase("System log cleared") {
            [EventKit("/bin/sh").write("/var/log/auth.log"), EventKit("/bin/rm").change(.unlink, "/var/log/wtmp"), EventKit("/usr/bin/truncate").change(.truncate, "/var/log/syslog")]
        } twins: {
            [EventKit("/usr/sbin/logrotate").change(.unlink, "/var/log/syslog"), EventKit("/bin/gzip", "/usr/sbin/logrotate").change(.unlink, "/var/log/syslog"), EventKit("/bin/sh").open("/var/log/app.log", flags: 0o2101), EventKit("/usr/sbin/rsyslogd").open("/var/log/auth.log", flags: 0o2101), EventKit("/app/x").write("/var/log/app/today")]
        },
        PackCase("Shell history tampered with") {
            [EventKit("/bin/rm").change(.unlink, "/root/.bash_history"), EventKit("/bin/ln").change(.symlink, "/dev/null", to: "/root/.bash_history"), EventKit.run("/bin/bash", "bash", "-c", "unset HISTFILE; id")]
        } twins: {
            [EventKit("/bin/bash").open("/root/.bash_history", flags: 0o2001), EventKit("/usr/sbin/userdel").change(.unlink, "/home/old/.bash_history"), EventKit("/bin/rm").change(.unlink, "/root/history.txt"), EventKit("/bin/rm").change(.unlink, "/tmp/rootfs/root/.bash_history")]
        },
        PackCase("File time forged") {
            [EventKit.run("/bin/touch", "touch", "-r", "/bin/ls", "/tmp/x", inside: true), EventKit.run("/bin/touch", "touch", "--date=2001-01-01", "/tmp/x", inside: true)]
        } twins: {
            [EventKit.run("/bin/touch", "touch", "/tmp/x", inside: true), EventKit.run("/bin/touch", "touch", "-r", "a", "b"), EventKit("/bin/tar").change(.utimes, "/tmp/x"), EventKit.run("/bin/touch", "touch", "-r", "a", "b", by: ["/usr/bin/make"], inside: true)]
        },
        PackCase("Files shredded") {
            [EventKit.run("/usr/bin/shred", "shred", "-u", "/tmp/x"), EventKit.run("/sbin/mkfs.ext4", "mkfs.ext4", "/dev/sda1", inside: true)]
        } twins: {
            [EventKit.run("/bin/rm", "rm", "-f", "/tmp/x"), EventKit.run("/sbin/mkfs.ext4", "mkfs.ext4", "/dev/sdb1")]
        },
        PackCase(series: "Mass deletion") {
            [(0..<200).map { EventKit("/bin/rm").change(.unlink, "/home/me/documents/\($0)", after: UInt64($0)) }]
        } twins: {
            [
                (0..<300).map { EventKit("/bin/rm").change(.unlink, "/home/me/app/node_modules/\($0)", after: UInt64($0)) }, (0..<300).map { EventKit("/bin/rm").change(.unlink, "/tmp/\($0)", after: UInt64($0)) },
                (0..<300).map { EventKit("/usr/bin/git").change(.unlink, "/home/me/a/\($0)", after: UInt64($0)) }, (0..<190).map { EventKit("/bin/rm").change(.unlink, "/home/me/\($0)", after: UInt64($0)) },
            ]
        },
        PackCase(series: "Files renamed like by ransomware") {
            [(0..<50).map { EventKit("/tmp/x").change(.rename, "/srv/\($0).doc", to: "/srv/\($0).doc.locked", after: UInt64($0)) }]
        } twins: {
            [
                (0..<100).map { EventKit("/usr/bin/app").change(.rename, "/srv/\($0).doc", to: "/srv/\($0).doc.gz", after: UInt64($0)) }, (0..<100).map { EventKit("/usr/bin/mv").change(.rename, "/srv/a\($0)", to: "/srv/b\($0)", after: UInt64($0)) },
                (0..<100).map { EventKit("/usr/sbin/logrotate").change(.rename, "/var/log/a\($0)", to: "/var/log/a\($0).2", after: UInt64($0)) }, (0..<40).map { EventKit("/tmp/x").change(.rename, "/srv/\($0)", to: "/srv/\($0).x", after: UInt64($0)) },
            ]
        },
        PackCase("Defence switched off") {
            [
                EventKit.run("/usr/bin/systemctl", "systemctl", "stop", "auditd"), EventKit.run("/usr/sbin/setenforce", "setenforce", "0"), EventKit.run("/sbin/auditctl", "auditctl", "-e", "0"),
                EventKit.run("/usr/sbin/service", "service", "rsyslog", "stop"),
            ]
        } twins: {
            [
                EventKit.run("/usr/bin/systemctl", "systemctl", "stop", "nginx"), EventKit.run("/usr/bin/systemctl", "systemctl", "status", "auditd"), EventKit.run("/usr/sbin/setenforce", "setenforce", "1"),
                EventKit.run("/usr/bin/systemctl", "systemctl", "stop", "auditd", by: ["/var/lib/dpkg/info/auditd.prerm", "/usr/bin/dpkg"]), EventKit.run("/sbin/auditctl", "auditctl", "-l"),
            ]
        },
        PackCase("Firewall emptied") {
            [EventKit.run("/usr/sbin/iptables", "iptables", "-F"), EventKit.run("/usr/sbin/iptables", "iptables", "-P", "INPUT", "ACCEPT"), EventKit.run("/usr/sbin/nft", "nft", "flush", "ruleset", inside: true), EventKit.run("/usr/sbin/ufw", "ufw", "disable")]
        } twins: {
            [
                EventKit.run("/usr/sbin/iptables", "iptables", "-F", "KUBE-X", by: ["/usr/local/bin/kube-proxy"]), EventKit.run("/usr/sbin/iptables", "iptables", "-L"),
                EventKit.run("/usr/sbin/iptables", "iptables", "-A", "INPUT", "-j", "DROP"), EventKit.run("/usr/sbin/ufw", "ufw", "status"),
            ]
        },
        PackCase("Sensor tampered with") {
            [EventKit("/bin/rm").change(.unlink, "/var/lib/wiz/spool.db"), EventKit("/bin/sh").write("/opt/wiz/sensor/host-store/config.yaml"), EventKit("/bin/mv").change(.rename, "/wiz-host-cache/definitions", to: "/tmp/d")]
        } twins: {
            [EventKit("/opt/wiz/sensor/wiz-sensor").write("/var/lib/wiz/spool.db"), EventKit("/bin/ls").read("/opt/wiz/sensor/host-store/config.yaml"), EventKit("/usr/bin/dpkg").write("/opt/wiz/sensor/wiz-sensor")]
        },
        PackCase("Asynchronous system calls in a container") {
            [EventKit.inside("/tmp/x").call(.ioUring, "io_uring_setup", [8], result: 3)]
        } twins: {
            [EventKit("/usr/bin/x").call(.ioUring, "io_uring_setup", [8], result: 3), EventKit.inside("/usr/bin/postgres").call(.ioUring, "io_uring_setup", [8], result: 3), EventKit.inside("/app/x").call(.ioUring, "io_uring_setup", [8], result: -1)]
        },
    ]
}
