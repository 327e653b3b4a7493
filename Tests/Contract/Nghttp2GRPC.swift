import Clocks
import ContractGRPC
import Foundation
import SwiftProtobuf

/// gRPC over HTTP/2 written out by hand (the gRPC repository's `doc/PROTOCOL-HTTP2.md`): length-prefixed messages, status in the trailers.
struct Nghttp2GRPC: Sendable {
    struct Outcome: Sendable {
        /// The number of the status (`doc/statuscodes.md`); -1 when the server did not send one.
        var status: Int
        var message: String
        var replies: [[UInt8]]
        var httpStatus: Int
        var contentType: String
        var tlsVersion: String
    }

    var port: UInt16
    var ca: URL
    var token: String?
    var oldest = TLSVersion.v12
    var newest = TLSVersion.v13

    enum TLSVersion: Int32, Sendable { case v11 = 0x0302, v12 = 0x0303, v13 = 0x0304 }

    /// - Parameters:
    ///   - method: `Fleet/Register`.
    ///   - frames: what follows the headers, as it is; `frame(_:)` makes a well-formed one.
    func call(_ method: String, frames: [UInt8], contentType: String = "application/grpc", timeout: String? = nil) async throws -> Outcome {
        let me = self
        return try await onThread {
            let client = try Nghttp2Client(port: me.port, .init(oldest: me.oldest.rawValue, newest: me.newest.rawValue, ca: me.ca))
            var headers = [("content-type", contentType), ("te", "trailers")]
            if let token = me.token { headers.append(("authorization", "Bearer \(token)")) }
            if let timeout { headers.append(("grpc-timeout", timeout)) }
            let answer = try client.exchange("POST", "/wizsensor.v1.\(method)", headers: headers, body: frames)
            return Outcome(
                status: answer.field("grpc-status").flatMap { Int($0) } ?? -1, message: answer.field("grpc-message")?.removingPercentEncoding ?? "",
                replies: try Self.messages(answer.body), httpStatus: answer.status, contentType: answer.field("content-type") ?? "", tlsVersion: client.tls.version)
        }
    }

    func call<Reply: SwiftProtobuf.Message>(_ method: String, _ request: some SwiftProtobuf.Message, as reply: Reply.Type) async throws -> (outcome: Outcome, replies: [Reply]) {
        let outcome = try await call(method, frames: Self.frame(try request.serializedBytes()))
        return (outcome, try outcome.replies.map { try Reply(serializedBytes: $0) })
    }

    /// One message: not compressed, four bytes of length, the bytes.
    static func frame(_ message: [UInt8], compressed: UInt8 = 0) -> [UInt8] {
        [compressed] + withUnsafeBytes(of: UInt32(message.count).bigEndian, Array.init) + message
    }

    static func messages(_ bytes: [UInt8]) throws -> [[UInt8]] {
        var (rest, out) = (bytes[...], [[UInt8]]())
        while !rest.isEmpty {
            guard rest.count >= 5 else { throw Nghttp2Client.Failure(description: "a frame of \(rest.count) bytes") }
            let length = rest.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard rest.first == 0, rest.count >= 5 + length else { throw Nghttp2Client.Failure(description: "a frame that says \(length) and has \(rest.count - 5)") }
            out.append(Array(rest.dropFirst(5).prefix(length)))
            rest = rest.dropFirst(5 + length)
        }
        return out
    }
}

extension BackendFixture {
    func grpc(token: String?) -> Nghttp2GRPC { Nghttp2GRPC(port: grpcPort, ca: ca, token: token) }

    /// Registers `node-1` and sends its first heartbeat.
    /// - Returns: the sensor's id.
    func registerSensor(token: String, name: String = "node-1") async throws -> String {
        let request = Wizsensor_V1_RegisterRequest.with {
            $0.persistentID = "persistent-\(name)"
            $0.name = name
            $0.host = .with {
                $0.hostname = name
                $0.kernelVersion = "6.1.0"
                $0.machineID = "machine-\(name)"
            }
            $0.versions = .with {
                $0.sensor = "0.1.0"
                $0.definitions = "1.0.0"
                $0.protocol = "1"
            }
        }
        let (outcome, replies) = try await grpc(token: token).call("Fleet/Register", request, as: Wizsensor_V1_RegisterReply.self)
        guard let id = replies.first?.sensorID else { throw Nghttp2Client.Failure(description: "register: status \(outcome.status) \(outcome.message)") }
        let beat = Wizsensor_V1_HeartbeatRequest.with {
            $0.sensorID = id
            $0.sequence = 1
            $0.sentUnixNanos = SystemClock.wall().nanoseconds
            $0.versions = request.versions
            $0.hookSet = "tracepoint"
            $0.visibilityLevel = "full"
            $0.uptimeSeconds = 60
            $0.residentBytes = 42 << 20
            $0.cpuMillicores = 7
            $0.events = [.with {
                $0.kind = "exec"
                $0.seen = 1_000
                $0.dropped = ["ringBuffer": 3]
            }]
        }
        let (answer, _) = try await grpc(token: token).call("Fleet/Heartbeat", beat, as: Wizsensor_V1_HeartbeatReply.self)
        guard answer.status == 0 else { throw Nghttp2Client.Failure(description: "heartbeat: status \(answer.status) \(answer.message)") }
        return id
    }
}
