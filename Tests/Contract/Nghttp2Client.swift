import CNghttp2
import Foundation

/// An HTTP/2 client on nghttp2 (RFC 9113): one connection, one exchange after the other, everything the server said kept.
final class Nghttp2Client {
    struct Answer {
        var headers: [(name: String, value: String)] = []
        /// Fields that came after the body.
        var trailers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// Of the RST_STREAM frame or 0 (RFC 9113, section 7).
        var streamError: UInt32 = 0
        var isWhole = false

        func field(_ name: String) -> String? { (headers + trailers).first { $0.name == name }?.value }
        var status: Int { field(":status").flatMap { Int($0) } ?? 0 }
    }

    struct Failure: Error, CustomStringConvertible { var description: String }

    let tls: Nghttp2TLS
    private var session: OpaquePointer?
    private let exchanges = Exchanges()

    init(port: UInt16, _ options: Nghttp2TLS.Options) throws {
        tls = try Nghttp2TLS(port: port, options)
        var callbacks: OpaquePointer?
        nghttp2_session_callbacks_new(&callbacks)
        defer { nghttp2_session_callbacks_del(callbacks) }
        nghttp2_session_callbacks_set_on_header_callback(callbacks, Exchanges.onHeader)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Exchanges.onData)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Exchanges.onClose)
        nghttp2_session_client_new(&session, callbacks, Unmanaged.passUnretained(exchanges).toOpaque())
        nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil, 0)
        try flush()
    }

    deinit { nghttp2_session_del(session) }

    /// Sends a request and reads until its stream closes.
    func exchange(_ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil) throws -> Answer {
        let fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)] + headers
        exchanges.start(body ?? [])
        let texts = fields.map { (strdup($0.0), strdup($0.1)) }
        defer { for text in texts.flatMap({ [$0.0, $0.1] }) { free(text) } }
        let values = texts.map { name, value in
            nghttp2_nv(
                name: UnsafeMutableRawPointer(name)?.assumingMemoryBound(to: UInt8.self), value: UnsafeMutableRawPointer(value)?.assumingMemoryBound(to: UInt8.self),
                namelen: strlen(name!), valuelen: strlen(value!), flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
        }
        var provider = nghttp2_data_provider()
        provider.read_callback = Exchanges.onBodyWanted
        let stream = body == nil ? nghttp2_submit_request(session, nil, values, values.count, nil, nil) : nghttp2_submit_request(session, nil, values, values.count, &provider, nil)
        guard stream > 0 else { throw Failure(description: "request: \(String(cString: nghttp2_strerror(stream)))") }
        while !exchanges.isClosed {
            try flush()
            let bytes = try tls.read()
            guard !bytes.isEmpty else { return exchanges.answer }
            let taken = nghttp2_session_mem_recv(session, bytes, bytes.count)
            guard taken == bytes.count else { throw Failure(description: "frames: \(String(cString: nghttp2_strerror(Int32(taken))))") }
        }
        try flush()
        return exchanges.answer
    }

    private func flush() throws {
        while true {
            var data: UnsafePointer<UInt8>?
            let n = nghttp2_session_mem_send(session, &data)
            guard n > 0, let data else { return }
            try tls.write(Array(UnsafeBufferPointer(start: data, count: n)))
        }
    }

    /// What the C callbacks write to, handed to them as their user data.
    private final class Exchanges {
        private(set) var answer = Answer()
        private(set) var isClosed = false
        private var unsent: ArraySlice<UInt8> = []

        func start(_ body: [UInt8]) { (answer, isClosed, unsent) = (Answer(), false, body[...]) }

        private static func from(_ userData: UnsafeMutableRawPointer?) -> Exchanges? { userData.map { Unmanaged<Exchanges>.fromOpaque($0).takeUnretainedValue() } }

        static let onHeader: nghttp2_on_header_callback = { _, frame, name, nameLength, value, valueLength, _, userData in
            func text(_ start: UnsafePointer<UInt8>?, _ count: Int) -> String { String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self) }
            let field = (name: text(name, nameLength), value: text(value, valueLength))
            // nghttp2 calls the second block of a stream, and a first block after data, plain HEADERS.
            if frame?.pointee.headers.cat == NGHTTP2_HCAT_HEADERS {
                from(userData)?.answer.trailers.append(field)
            } else {
                from(userData)?.answer.headers.append(field)
            }
            return 0
        }

        static let onData: nghttp2_on_data_chunk_recv_callback = { _, _, _, data, length, userData in
            from(userData)?.answer.body += UnsafeBufferPointer(start: data, count: length)
            return 0
        }

        static let onClose: nghttp2_on_stream_close_callback = { _, _, code, userData in
            guard let exchanges = from(userData) else { return 0 }
            exchanges.isClosed = true
            exchanges.answer.streamError = code
            exchanges.answer.isWhole = code == 0
            return 0
        }

        static let onBodyWanted: nghttp2_data_source_read_callback = { _, _, buffer, length, flags, _, userData in
            guard let exchanges = from(userData) else { return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue) }
            let part = exchanges.unsent.prefix(length)
            for (offset, byte) in part.enumerated() { buffer?[offset] = byte }
            exchanges.unsent = exchanges.unsent.dropFirst(part.count)
            if exchanges.unsent.isEmpty { flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue) }
            return part.count
        }
    }
}

/// Runs blocking work on a thread of its own: the backend in this process needs the few threads of the pool.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Result(catching: work)) }.start()
    }
}
