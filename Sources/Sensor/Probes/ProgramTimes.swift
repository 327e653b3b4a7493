internal import CLibbpf
internal import Foundation
internal import Glibc

/// What the kernel counted for the BPF programs that a process holds: how often each ran, and for how long.
package struct ProgramTimes: Sendable, Hashable {
    package var id: UInt32
    /// As the kernel keeps it: the first 15 bytes.
    package var name: String
    package var nanoseconds: UInt64
    package var runs: UInt64

    /// Counting, for as long as this lives; otherwise the kernel counts nothing.
    package final class Counting {
        private let descriptor: Int32

        /// - Throws: when this process may not, or the kernel is older than 5.8.
        package init() throws(ProbeError) {
            descriptor = bpf_enable_stats(BPF_STATS_RUN_TIME)
            guard descriptor >= 0 else { throw .refused(program: "bpf_stats", errno: errno, log: []) }
        }

        deinit { close(descriptor) }
    }

    /// Of each program once, in the order of their ids. Times are zero for what ran while nobody counted.
    package static func read(ofProcess pid: Int32) -> [ProgramTimes] {
        let folder = "/proc/\(pid)/fdinfo"
        var out: [UInt32: ProgramTimes] = [:]
        for descriptor in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let text = try? String(contentsOfFile: folder + "/" + descriptor, encoding: .utf8), text.contains("run_cnt:") else { continue }
            var fields: [Substring: UInt64] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, let value = UInt64(parts[1].trimmingCharacters(in: .whitespaces)) { fields[parts[0]] = value }
            }
            guard let id = fields["prog_id"].flatMap({ UInt32(exactly: $0) }) else { continue }
            out[id] = ProgramTimes(id: id, name: name(of: id), nanoseconds: fields["run_time_ns"] ?? 0, runs: fields["run_cnt"] ?? 0)
        }
        return out.values.sorted { $0.id < $1.id }
    }

    private static func name(of id: UInt32) -> String {
        let descriptor = bpf_prog_get_fd_by_id(id)
        guard descriptor >= 0 else { return "\(id)" }
        defer { close(descriptor) }
        var info = bpf_prog_info()
        var length = UInt32(MemoryLayout<bpf_prog_info>.size)
        guard bpf_obj_get_info_by_fd(descriptor, &info, &length) == 0 else { return "\(id)" }
        return withUnsafeBytes(of: &info.name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
