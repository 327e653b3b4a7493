import CZlib
import NIOCore

/// Packs request bodies (RFC 1952).
enum Gzip {
    /// nil when the memory for it is not there: the body then goes as it is.
    static func pack(_ body: ByteBuffer) -> ByteBuffer? {
        var stream = z_stream()
        // 16 + 15: a gzip header and the largest window; level 6 is zlib's own balance.
        guard deflateInit2_(&stream, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(body.readableBytes)))
        var out = ByteBufferAllocator().buffer(capacity: bound)
        let status = body.withUnsafeReadableBytes { source -> Int32 in
            var status = Z_STREAM_ERROR
            out.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { target in
                // zlib takes a mutable pointer for input that it only reads
                stream.next_in = UnsafeMutablePointer(mutating: source.bindMemory(to: UInt8.self).baseAddress)
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.avail_out = UInt32(target.count)
                status = deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
            return status
        }
        return status == Z_STREAM_END ? out : nil
    }
}
