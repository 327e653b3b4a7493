/// Text as the probes send it. Bytes that are not UTF-8 become U+FFFD: names are for people and rules, not for opening files.
enum KernelText {
    /// The bytes up to the first NUL.
    static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        let end = bytes.firstIndex(of: 0) ?? bytes.count
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
    }

    /// NUL-ended strings one after the other, as argv lies in memory. An unended last one was cut and is kept.
    static func list(_ bytes: UnsafeRawBufferPointer) -> [String] {
        var out: [String] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
            out.append(String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self))
            start = end + 1
        }
        return out
    }

    /// A path from its components, leaf first and NUL-ended.
    ///
    /// `isDetached` marks a file whose file system is mounted nowhere: its one component is its whole name (`memfd:x`),
    /// without a slash before it.
    static func path(_ bytes: UnsafeRawBufferPointer, isDetached: Bool) -> String {
        if bytes.isEmpty { return "/" }
        return withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { out in
            // from the back: each component moves in front of what is there already
            var front = 0
            var end = bytes.count
            while end > 0 {
                // bytes[end - 1] is the NUL of the last component that is left
                let stop = bytes[end - 1] == 0 ? end - 1 : end
                var start = stop
                while start > 0, bytes[start - 1] != 0 { start -= 1 }
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<stop])
                // the root of a file system is called "/" itself
                if !(part.count == 1 && part[0] == 0x2F) {
                    out[front] = 0x2F
                    front += 1
                    UnsafeMutableRawBufferPointer(rebasing: out[front..<front + part.count]).copyMemory(from: part)
                    front += part.count
                }
                end = start
            }
            let skip = isDetached && front > 0 ? 1 : 0
            return front == 0 ? "/" : String(decoding: UnsafeRawBufferPointer(rebasing: out[skip..<front]), as: UTF8.self)
        }
    }

    /// The inline name of a thread.
    static func comm(_ header: inout (Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8, Int8)) -> String {
        withUnsafeBytes(of: &header) { string(UnsafeRawBufferPointer($0)) }
    }
}
