internal import Glibc

/// What the portal shows about a node.
package struct HostFactsReader: Sendable {
    package var hostname: String
    package var os: String
    package var kernelVersion: String
    package var architecture: String
    package var cpuCores: Int
    package var memoryBytes: UInt64
    package var machineID: String
    package var bootID: String

    package static func read() -> HostFactsReader {
        var names = utsname()
        uname(&names)
        func field<T>(_ value: T) -> String { withUnsafeBytes(of: value) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } }
        let memory = UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(getpagesize())
        return HostFactsReader(
            hostname: hostname ?? field(names.nodename), os: osName(), kernelVersion: field(names.release), architecture: field(names.machine),
            cpuCores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))), memoryBytes: memory, machineID: line(hostFile("/etc/machine-id")), bootID: line("/proc/sys/kernel/random/boot_id"))
    }

    // In a container these files are the image's, or not there: the first process of the host has the host's.
    private static func hostFile(_ path: String) -> String {
        let host = "/proc/1/root" + path
        return ProcFile.read(host, limit: 1) == nil ? path : host
    }

    // A pod has a host name of its own; nil where there is no other than this process sees.
    private static var hostname: String? {
        let first = ProcFile.namespace(pid: "1", "uts")
        guard first != 0, first != ProcFile.namespace(pid: "self", "uts") else { return nil }
        let name = line("/proc/1/root/etc/hostname")
        return name.isEmpty ? nil : name
    }

    private static func line(_ path: String) -> String { ProcFile.text(path, limit: 256).map { String($0.prefix { !$0.isNewline }) } ?? "" }

    private static func osName() -> String {
        for entry in (ProcFile.text(hostFile("/etc/os-release")) ?? "").split(separator: "\n") where entry.hasPrefix("PRETTY_NAME=") {
            return entry.dropFirst(12).trimming("\"")
        }
        return "Linux"
    }
}

extension Substring {
    fileprivate func trimming(_ mark: Character) -> String {
        var text = self
        if text.first == mark { text.removeFirst() }
        if text.last == mark { text.removeLast() }
        return String(text)
    }
}
