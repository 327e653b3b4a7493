internal import Glibc

/// Small files of the kernel, read whole up to a bound.
enum ProcFile {
    static func read(_ path: String, limit: Int = 64 << 10) -> [UInt8]? {
        let fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        return read(fd: fd, limit: limit)
    }

    static func read(fd: Int32, limit: Int) -> [UInt8]? {
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while out.count < limit {
            let n = Glibc.read(fd, &chunk, min(chunk.count, limit - out.count))
            if n < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if n == 0 { break }
            out += chunk[..<n]
        }
        return out
    }

    static func text(_ path: String, limit: Int = 64 << 10) -> String? { read(path, limit: limit).map { String(decoding: $0, as: UTF8.self) } }

    static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let n = buffer.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { readlink(path, $0, bytes.count) } ?? -1 }
        }
        guard n > 0 else { return nil }
        return String(decoding: buffer[..<n], as: UTF8.self)
    }

    /// The number in a namespace link such as `mnt:[4026531832]`.
    static func namespace(pid: String, _ kind: String) -> UInt32 {
        guard let link = link("/proc/\(pid)/ns/\(kind)"), let open = link.firstIndex(of: "["), let close = link.lastIndex(of: "]") else { return 0 }
        return UInt32(link[link.index(after: open)..<close]) ?? 0
    }
}
