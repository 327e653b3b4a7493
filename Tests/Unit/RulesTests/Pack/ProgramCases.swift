import Events

extension PackCase {
    private static let second: UInt64 = 1_000_000_000

    /// What is run, and from where.
    static let programs: [PackCase] = [
        PackCase("Fileless execution") {
            [
                EventKit.run("/x/implant", by: ["/opt/attack/process"]) {
                    $0.isMemfd = true
                    $0.path = "memfd:implant"
                }
            ]
        } twins: {
            [
                EventKit.run("/usr/bin/runc", "runc", "init", by: ["/usr/bin/containerd-shim"]) {
                    $0.isMemfd = true
                    $0.path = "memfd:runc_cloned:/proc/self/exe"
                },
                EventKit.run("/usr/bin/date"),
            ]
        },
        PackCase("Executable not in the image") {
            [EventKit.run("/usr/bin/x", inside: true) { $0.isUpperLayer = true }, EventKit.run("/dev/shm/x", inside: true)]
        } twins: {
            [
                EventKit.run("/usr/bin/x", inside: true), EventKit.run("/usr/bin/x") { $0.isUpperLayer = true },
                EventKit.run("/var/lib/dpkg/info/x.postinst", by: ["/usr/bin/dpkg"], inside: true) { $0.isUpperLayer = true },
            ]
        },
        PackCase("Execution from shared memory") {
            [EventKit.run("/dev/shm/x")]
        } twins: {
            [EventKit.run("/usr/bin/x"), EventKit("/usr/bin/chrome").write("/dev/shm/.com.google.Chrome.x")]
        },
        PackCase("Hidden program in a temporary directory") {
            [EventKit.run("/tmp/.x/run"), EventKit.run("/var/tmp/.hidden", inside: true)]
        } twins: {
            [EventKit.run("/tmp/build/run"), EventKit.run("/tmp/checkout/.build/release/x"), EventKit.run("/home/me/.venv/bin/python"), EventKit.run("/root/.cache/x/node")]
        },
        PackCase(series: "Program downloaded, made executable and run") {
            let (curl, chmod, payload) = (EventKit.inside("/usr/bin/curl"), EventKit.inside("/bin/chmod"), EventKit.inside("/tmp/payload"))
            return [[curl.write("/tmp/payload"), chmod.change(.chmod, "/tmp/payload", mode: 0o755), payload.exec()]]
        } twins: {
            let (curl, chmod, payload, app) = (EventKit.inside("/usr/bin/curl"), EventKit.inside("/bin/chmod"), EventKit.inside("/tmp/payload"), EventKit.inside("/usr/bin/app"))
            return [
                [curl.write("/tmp/payload"), app.exec()], [chmod.change(.chmod, "/tmp/payload", mode: 0o755), payload.exec()],
                [curl.write("/tmp/payload"), chmod.change(.chmod, "/tmp/payload", mode: 0o644), payload.exec()],
                [curl.write("/tmp/payload"), chmod.change(.chmod, "/tmp/payload", mode: 0o755), payload.event(.exec, .exec(payload.process.exec), after: 61 * second)],
                [curl.write("/usr/bin/app"), chmod.change(.chmod, "/usr/bin/app", mode: 0o755), app.exec()],
                // a developer: something is downloaded, something else is built and run
                [curl.exec(), curl.write("/root/page"), chmod.change(.chmod, "/root/app", mode: 0o755), EventKit("/root/app").exec()],
            ]
        },
        PackCase("Package installed in a container") {
            [EventKit.run("/usr/bin/apt-get", "apt-get", "install", "-y", "nmap", inside: true), EventKit.run("/sbin/apk", "apk", "add", "curl", inside: true)]
        } twins: {
            [EventKit.run("/sbin/apk", "apk", "info", inside: true), EventKit.run("/usr/bin/apt-get", "apt-get", "install", "-y", "nmap"), EventKit.run("/usr/bin/dpkg", "dpkg", "-l", inside: true)]
        },
        PackCase("Decoded text piped to a shell") {
            [
                EventKit.run("/bin/sh", "sh", "-c", "echo dHJ1ZQ== | base64 -d | sh"), EventKit.run("/bin/bash", "bash", "-c", "base64 --decode < /tmp/x | /bin/bash -s", inside: true),
                EventKit.run("/bin/sh", "sh", "-c", "sh -c 'echo dHJ1ZQ== | base64 -d | sh'; true"),
                EventKit.run("/bin/sh", "sh", "-c", "echo 74727565 | xxd -r -p | python3"),
            ]
        } twins: {
            [
                EventKit.run("/bin/sh", "sh", "-c", "echo $CERT | base64 -d > /etc/ssl/x.pem"), EventKit.run("/bin/sh", "sh", "-c", "kubectl get secret x | base64 -d | jq ."),
                EventKit.run("/bin/sh", "sh", "-c", "tar c . | base64 | ssh host"),
            ]
        },
        PackCase("Program named like a kernel thread") {
            [
                EventKit.run("/tmp/x", "[kworker/0:1]"), EventKit.run("/usr/bin/x", "kworker/u8:3", inside: true),
                EventKit("/usr/bin/x").call(.processRename, "prctl", [15, 1], text: "kworker/0:2"),
            ]
        } twins: {
            [EventKit.run("/usr/bin/[", "[", "-f", "/etc/x", "]"), EventKit("/usr/bin/node").call(.processRename, "prctl", [15, 1], text: "libuv-worker"), EventKit.run("/usr/sbin/nginx", "nginx: worker process")]
        },
        PackCase("Privileged program started without arguments") {
            [EventKit.run("/usr/bin/pkexec") { $0.arguments = [] }, EventKit.run("/usr/bin/sudo") { $0.arguments = [""] }]
        } twins: {
            [EventKit.run("/usr/bin/pkexec", "pkexec", "id"), EventKit.run("/usr/bin/su", "su"), EventKit.run("/usr/bin/x") { $0.arguments = [] }]
        },
        PackCase("Cryptocurrency miner") {
            [EventKit.run("/tmp/xmrig", "xmrig"), EventKit.run("/usr/bin/kthr", "kthr", "-o", "stratum+tcp://pool:3333", inside: true), EventKit.run("/usr/bin/true", "true", "--donate-level", "1")]
        } twins: {
            [EventKit.run("/usr/bin/app", "app", "--pool", "10"), EventKit.run("/usr/bin/grep", "grep", "-r", "stratum+tcp://", "."), EventKit.run("/usr/bin/psql", "psql", "-c", "select * from pool")]
        },
        PackCase(series: "Burst of reconnaissance") {
            [["whoami", "id", "uname", "ps"].map { EventKit.inside("/usr/bin/" + $0, "/bin/sh").exec() }]
        } twins: {
            [
                ["whoami", "id", "uname"].map { EventKit.inside("/usr/bin/" + $0, "/bin/sh").exec() }, ["whoami", "id", "uname", "ps"].map { EventKit("/usr/bin/" + $0, "/bin/sh").exec() },
                (0..<10).map { _ in EventKit.inside("/usr/bin/id", "/bin/sh").exec() }, ["whoami", "id", "uname", "ps"].map { EventKit.inside("/usr/bin/" + $0, "/bin/sh").exec { $0.ttyNumber = 34816 } },
                ["uname", "ss", "w", "ps"].map { EventKit.inside("/usr/bin/" + $0, "/usr/bin/run-parts").exec() },
            ]
        },
        PackCase("Network tool below a package installer") {
            [
                EventKit.run("/usr/bin/curl", "curl", "http://127.0.0.1/x", by: ["/bin/sh", "/usr/bin/npm"]),
                EventKit(lineage: ["/usr/bin/wget", "/bin/sh", "/usr/bin/pip3"], arguments: ["wget", "x"], container: EventKit.container()).exec(),
            ]
        } twins: {
            [EventKit.run("/usr/bin/curl", "curl", "http://127.0.0.1/x", by: ["/bin/sh", "/usr/bin/bash"]), EventKit.run("/usr/bin/gcc", "gcc", by: ["/bin/sh", "/usr/bin/npm"])]
        },
    ]
}
