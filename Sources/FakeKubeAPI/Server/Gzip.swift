import CZlib

/// Packs an answer (RFC 1952), at the speed-minded level that the real server uses.
enum Gzip {
    static func pack(_ input: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // 16 + 15: a gzip header and the largest window.
        guard deflateInit2_(&stream, 1, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var source = input
        var out = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
        let status = source.withUnsafeMutableBufferPointer { source in
            out.withUnsafeMutableBufferPointer { out in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = out.baseAddress
                stream.avail_out = UInt32(out.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard status == Z_STREAM_END else { return nil }
        out.removeLast(Int(stream.avail_out))
        return out
    }
}
