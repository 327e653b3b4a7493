package import Events
internal import Foundations

/// What asking the rules costs: nanoseconds per event, by kind, over events as a busy machine makes them.
///
/// Called by the bench; the clock is handed in, so that the room reads none.
package enum RuleBenchmark {
    package struct Result: Sendable {
        package var kind: EventKind
        /// Rules that events of this kind are asked.
        package var rules: Int
        /// Distinct checks, after what rules share has been brought together.
        package var nodes: Int
        package var nanosecondsPerEvent: Double
        /// Detections of one round over the samples: 0 where they are what they should be, benign.
        package var detections: Int
    }

    /// - Parameters:
    ///   - rounds: times that the samples of a kind are gone through, after a tenth of that to warm up.
    ///   - nanoseconds: a clock, the processor time of the calling thread for preference.
    package static func run(_ rules: RuleSet, rounds: Int = 2000, nanoseconds: () -> UInt64) -> [Result] {
        var out: [Result] = []
        for kind in EventKind.allCases {
            let events = samples(of: kind)
            guard !events.isEmpty else { continue }
            let evaluator = RuleEvaluator(rules)
            var found: [Detection] = []
            for event in events { evaluator.evaluate(event, into: &found) }
            let detections = found.count
            func go(_ rounds: Int) {
                for _ in 0..<rounds {
                    for event in events { evaluator.evaluate(event, into: &found) }
                    found.removeAll(keepingCapacity: true)
                }
            }
            go(max(1, rounds / 10))
            let before = nanoseconds()
            go(rounds)
            let spent = nanoseconds() - before
            let bucket = rules.buckets[Int(kind.rawValue)]
            out.append(
                Result(
                    kind: kind, rules: Set(bucket.roots.map(\.rule)).count, nodes: bucket.nodes.count, nanosecondsPerEvent: Double(spent) / Double(rounds * events.count),
                    detections: detections))
        }
        return out
    }

    /// Events of a web server, a database, a build, a shell script and a node's daemons, on the host and in a container.
    package static func samples(of kind: EventKind) -> [EnrichedEvent] {
        var events: [EnrichedEvent] = []
        for (n, process) in processes().enumerated() {
            for details in self.details(of: kind, n) {
                let time = BootInstant(nanoseconds: 60_000_000_000 + UInt64(n) * 1_000_000)
                events.append(
                    EnrichedEvent(
                        event: Event(
                            kind: kind, time: time, process: process.key, threadID: process.key.pid, parentPID: process.parentPID, uid: process.uid, gid: process.gid,
                            cgroupID: 1, comm: process.comm, details: details(process)),
                        wallTime: WallInstant(nanoseconds: 1_767_225_600_000_000_000 + Int64(time.nanoseconds)), process: process, userName: "app", groupName: "app"))
            }
        }
        return events
    }

    private static func processes() -> [ProcessRecord] {
        let lines: [(path: String, arguments: [String], isInside: Bool)] = [
            ("/usr/sbin/nginx", ["nginx: worker process"], true), ("/usr/lib/postgresql/15/bin/postgres", ["postgres: writer"], true),
            ("/usr/bin/make", ["make", "-j8", "all"], false), ("/usr/bin/dash", ["sh", "-c", "test -f /etc/app.conf && exec app --config /etc/app.conf"], true),
            ("/usr/bin/python3.11", ["python3", "-m", "app.worker", "--queue", "default", "--concurrency", "8"], true), ("/usr/bin/containerd", ["containerd"], false),
        ]
        var container = ContainerContext(id: "3ad7b26ded6d8e7b23da7d48fe889434573036c27ae5a74837233de441c3601e")
        container.image = "registry.example/shop/web:2.4"
        container.runtime = "containerd"
        return lines.enumerated().map { n, line in
            var parent: ProcessRecord?
            for (level, path) in ["/usr/lib/systemd/systemd", "/usr/bin/containerd-shim-runc-v2", "/usr/bin/dumb-init", line.path].enumerated() {
                var exec = ExecDetails()
                exec.path = path
                exec.filename = path
                exec.arguments = level == 3 ? line.arguments : [path]
                exec.cwd = "/srv/app"
                exec.stdio = [.null, .pipe, .pipe]
                let name = path.split(separator: "/").last.map(String.init) ?? path
                let record = ProcessRecord(
                    key: ProcessKey(pid: UInt32(1000 + n * 10 + level), start: BootInstant(nanoseconds: UInt64(level + 1) * 1_000_000_000)), parent: parent,
                    parentPID: parent?.key.pid ?? 0, comm: level == 3 && n == 3 ? "sh" : String(name.prefix(15)), exec: exec,
                    execTime: BootInstant(nanoseconds: UInt64(level + 1) * 1_000_000_000), uid: 1000, gid: 1000)
                record.container = line.isInside ? container : nil
                parent = record
            }
            return parent ?? ProcessRecord(key: ProcessKey(pid: 1, start: BootInstant(nanoseconds: 0)), parent: nil, parentPID: 0, comm: "", exec: ExecDetails(), execTime: BootInstant(nanoseconds: 0), uid: 0, gid: 0)
        }
    }

    private static func details(of kind: EventKind, _ n: Int) -> [(ProcessRecord) -> Event.Details] {
        switch kind {
        case .exec: return [{ .exec($0.exec) }]
        case .fork: return [{ .fork(ForkDetails(child: ProcessKey(pid: $0.key.pid + 1, start: $0.key.start))) }]
        case .exit: return [{ _ in .exit(ExitDetails(code: 0, signal: 0)) }]
        case .open:
            let paths = ["/var/lib/postgresql/15/main/base/16384/2619", "/srv/app/.build/debug/App.build/main.swift.o", "/var/log/nginx/access.log", "/tmp/sess_8f14e45fceea167a"]
            return paths.enumerated().map { at, path in { _ in .file(file(path, flags: at == 3 ? 0 : 0o2101)) } }
        case .openFailed: return [{ _ in .file(file("/etc/app/override.conf", result: -2)) }]
        case .rename, .link, .symlink: return [{ _ in .file(file("/srv/app/cache/tmp.1", second: "/srv/app/cache/entry")) }]
        case .unlink, .mkdir, .rmdir, .chmod, .chown, .truncate, .utimes, .chdir, .library, .umount: return [{ _ in .file(file("/srv/app/cache/entry/8f/14e45fceea167a")) }]
        case .setxattr, .mount: return [{ _ in .file(file("/srv/app/cache", second: "tmpfs")) }]
        case .connect, .accept, .listen, .bind, .datagram: return [{ _ in .network(network("10.96.0.\(n + 1)", 5432)) }, { _ in .network(network("203.0.113.\(n + 1)", 443)) }]
        case .dns:
            return [
                { _ in
                    var dns = DNSDetails()
                    dns.name = "postgres.shop.svc.cluster.local"
                    dns.type = 1
                    return .dns(dns)
                }
            ]
        default: return [{ _ in .systemCall(SystemCallDetails(name: EventNames.names(of: kind)[0], arguments: [3, 7, 0, 1, 0, 0], result: 7)) }]
        }
    }

    private static func file(_ path: String, second: String = "", flags: UInt32 = 0, result: Int64 = 5) -> FileDetails {
        var out = FileDetails()
        out.path = path
        out.secondPath = second
        out.flags = flags
        out.mode = 0o644
        out.type = 0o100000
        out.result = result
        return out
    }

    private static func network(_ address: String, _ port: UInt16) -> NetworkDetails {
        var out = NetworkDetails()
        out.local = IPAddress("10.244.0.7")
        out.localPort = 40_212
        out.remote = IPAddress(address)
        out.remotePort = port
        out.fd = 9
        return out
    }
}
