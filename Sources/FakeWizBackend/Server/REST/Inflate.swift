import CZlib

/// Unpacks gzip (RFC 1952) with a bound on what comes out.
enum Inflate {
    enum Failure: Error, Equatable { case malformed, tooLarge }

    /// - Parameter limit: most bytes that may come out; a small body must not unpack to a large one.
    static func gunzip(_ input: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        // 16 + 15: a gzip header and the largest window.
        guard inflateInit2_(&stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { throw .malformed }
        defer { inflateEnd(&stream) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        var source = input
        let status = source.withUnsafeMutableBufferPointer { source -> Int32 in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            while true {
                let (status, made) = chunk.withUnsafeMutableBufferPointer { chunk -> (Int32, Int) in
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = UInt32(chunk.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, chunk.count - Int(stream.avail_out))
                }
                out += chunk[..<made]
                guard status == Z_OK, out.count <= limit else { return status }
                // No progress and no end: the input stops short.
                if made == 0 && stream.avail_in == 0 { return Z_BUF_ERROR }
            }
        }
        guard out.count <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END else { throw .malformed }
        return out
    }
}
