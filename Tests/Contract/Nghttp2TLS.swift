import COpenSSL
import Foundation

/// A TLS connection by OpenSSL on a plain blocking socket: no line of the stack under test is in it.
final class Nghttp2TLS {
    struct Options {
        /// As OpenSSL numbers them: `TLS1_VERSION`, `TLS1_1_VERSION`, `TLS1_2_VERSION`, `TLS1_3_VERSION`.
        var oldest = TLS1_2_VERSION
        var newest = TLS1_3_VERSION
        /// Protocols offered by ALPN (RFC 7301); empty to offer none.
        var protocols = ["h2"]
        /// The only authority trusted; nil trusts nobody.
        var ca: URL?
        /// The name the certificate must be for.
        var name = "localhost"
    }

    struct Failure: Error, CustomStringConvertible {
        var step: String
        /// What OpenSSL says, e.g. `tlsv1 alert protocol version`.
        var reason: String
        var description: String { "\(step): \(reason)" }
    }

    private let socketDescriptor: Int32
    private let context: OpaquePointer
    private let ssl: OpaquePointer

    /// Connects to a port of the loopback and shakes hands; no step takes longer than 20 seconds.
    init(port: UInt16, _ options: Options) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        socketDescriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size)) }
        let connected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0, let context = SSL_CTX_new(TLS_client_method()), let ssl = SSL_new(context) else {
            Glibc.close(descriptor)
            throw Failure(step: "connect", reason: String(cString: strerror(errno)))
        }
        (self.context, self.ssl) = (context, ssl)
        // Debian's OpenSSL offers nothing below TLS 1.2 at its default security level.
        if options.oldest < TLS1_2_VERSION { SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0") }
        SSL_ctrl(ssl, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(options.oldest), nil)
        SSL_ctrl(ssl, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(options.newest), nil)
        if let ca = options.ca { SSL_CTX_load_verify_locations(SSL_get_SSL_CTX(ssl), ca.path, nil) }
        SSL_set_verify(ssl, SSL_VERIFY_PEER, nil)
        SSL_set1_host(ssl, options.name)
        _ = options.name.withCString { SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name), UnsafeMutableRawPointer(mutating: $0)) }
        if !options.protocols.isEmpty {
            let wire = options.protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
            SSL_set_alpn_protos(ssl, wire, UInt32(wire.count))
        }
        SSL_set_fd(ssl, descriptor)
        ERR_clear_error()
        let code = SSL_connect(ssl)
        // All is set by now: `deinit` frees it also when this throws.
        guard code == 1 else { throw Failure(step: "handshake", reason: Self.reason(of: code, ssl)) }
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
        Glibc.close(socketDescriptor)
    }

    /// `TLSv1.2` or `TLSv1.3`.
    var version: String { String(cString: SSL_get_version(ssl)) }

    /// What the server chose of the protocols offered; empty when nothing.
    var chosenProtocol: String {
        var (name, length) = (UnsafePointer<UInt8>?.none, UInt32(0))
        SSL_get0_alpn_selected(ssl, &name, &length)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            ERR_clear_error()
            let n = bytes[sent...].withUnsafeBytes { SSL_write(ssl, $0.baseAddress, Int32(min($0.count, 1 << 20))) }
            guard n > 0 else { throw Failure(step: "write", reason: Self.reason(of: n, ssl)) }
            sent += Int(n)
        }
    }

    /// What has arrived, at least one byte; empty at the end of the connection.
    func read() throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        ERR_clear_error()
        let n = SSL_read(ssl, &chunk, Int32(chunk.count))
        if n > 0 { return Array(chunk[..<Int(n)]) }
        let code = SSL_get_error(ssl, n)
        if code == SSL_ERROR_ZERO_RETURN { return [] }
        let why = Self.reason(of: n, ssl)
        // The server may leave without a TLS goodbye.
        if why.contains("unexpected eof") || why == "end of connection" { return [] }
        throw Failure(step: "read", reason: why)
    }

    private static func reason(of code: Int32, _ ssl: OpaquePointer) -> String {
        let system = errno
        let queued = ERR_get_error()
        if queued != 0 { return ERR_reason_error_string(queued).map { String(cString: $0) } ?? "error \(queued)" }
        return SSL_get_error(ssl, code) == SSL_ERROR_SYSCALL && system != 0 ? String(cString: strerror(system)) : "end of connection"
    }
}
