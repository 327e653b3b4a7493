import CProbeABI

/// Puts probe messages together the way the programs do, for tests of the decoder.
struct MessageBuilder {
    var bytes: [UInt8] = []
    private static let sizeOffset = MemoryLayout<probe_header>.offset(of: \.size)!

    init<Body>(kind: UInt32, flags: UInt32 = 0, comm: String = "test", body: Body, strings: [(probe_tag, [UInt8])] = []) {
        var header = probe_header()
        header.boot_ns = 2_000
        header.start_ns = 1_000
        header.kind = kind
        header.pid = 42
        header.tid = 43
        header.ppid = 1
        header.uid = 1000
        header.gid = 100
        header.cgroup_id = 7
        header.capabilities = 1 << 21
        header.flags = flags
        withUnsafeMutableBytes(of: &header.comm) { $0.copyBytes(from: comm.utf8.prefix(15)) }
        withUnsafeBytes(of: &header) { bytes += $0 }
        withUnsafeBytes(of: body) { bytes += $0 }
        for (tag, content) in strings {
            withUnsafeBytes(of: probe_string(tag: UInt16(tag.rawValue), length: UInt16(content.count))) { bytes += $0 }
            bytes += content
        }
        setSize(UInt32(bytes.count))
    }

    mutating func setSize(_ size: UInt32) {
        withUnsafeBytes(of: size) { bytes.replaceSubrange(Self.sizeOffset..<Self.sizeOffset + 4, with: $0) }
    }

    /// Components from the leaf to the root, as the kernel walks them.
    static func components(_ path: String) -> [UInt8] { path.split(separator: "/").reversed().flatMap { Array($0.utf8) + [0] } }
    static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}
