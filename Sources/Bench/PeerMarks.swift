/// What Falco 0.44.1 (modern eBPF probe, 25 stable rules, stock configuration) took for the same loads on such a machine: docs/PERFORMANCE.md,
/// "The peer's marks", says how that was measured. The aim is a third.
enum PeerMarks {
    static let cpu: [Load.Mode: String] = [.exec: "6.4 s", .read: "1.1 to 1.7 s", .write: "1.1 to 1.7 s", .connect: "0.30 to 0.46 s"]
    static let resident = "55 to 57 MiB"
    static let start = "4 to 8 s, 3.5 to 4 s processor time"
    static let programs = "1.1 us a system call's exit, 16.5 us an exec"
    static let lossWithAllRules = "41 to 50 % of 200,000 open + close"
}
