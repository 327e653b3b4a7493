internal import Glibc

/// The pages of the own program files: code and constants.
///
/// A start runs much that a running sensor never comes back to: the rule compiler, the loader of the probes with their images, TLS and
/// database set-up. Those pages stay mapped, and count as resident, until the node is short of memory.
package enum ProgramPages {
    /// Unmaps them all; what is still needed comes back from the page cache with its next use, at a minor fault each.
    ///
    /// Only mappings that nobody can have written to: of files, without write permission and without a private copy of any page
    /// (relocated tables have those).
    /// - Returns: how many mappings were given back.
    @discardableResult
    package static func giveBack() -> Int {
        guard let text = ProcFile.text("/proc/self/smaps", limit: 8 << 20) else { return 0 }
        var given = 0
        var current: (start: UInt, end: UInt)?
        for line in text.split(separator: "\n") {
            if let mapping = mapping(line) {
                current = mapping.isOfFile ? (mapping.start, mapping.end) : nil
            } else if line.hasPrefix("Anonymous:"), let (start, end) = current {
                current = nil
                guard line.split(separator: " ").dropFirst().first == "0" else { continue }
                if madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED) == 0 { given += 1 }
            }
        }
        return given
    }

    /// A line as `7f00-7f10 r-xp 00000000 fe:00 1234 /usr/lib/libc.so.6` (proc(5)); nil for the lines between.
    private static func mapping(_ line: Substring) -> (start: UInt, end: UInt, isOfFile: Bool)? {
        let fields = line.split(separator: " ", maxSplits: 5)
        guard fields.count >= 5, let dash = fields[0].firstIndex(of: "-"), let start = UInt(fields[0][..<dash], radix: 16),
            let end = UInt(fields[0][fields[0].index(after: dash)...], radix: 16)
        else { return nil }
        let permissions = fields[1]
        let isReadOnly = permissions.hasPrefix("r-") && permissions.hasSuffix("p")
        return (start, end, isReadOnly && fields.count == 6 && fields[5].drop { $0 == " " }.hasPrefix("/"))
    }
}
