import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2
import NIOPosix

/// Makes pods and containers through a runtime's CRI socket, as a kubelet does. The sensor itself only ever asks, so these messages are
/// not in its `.proto`; they are put together here, field by field, by the numbers of `runtime.v1`.
struct CRIDriver {
    let socket: String

    struct Pod {
        var name: String
        var namespace: String
        var uid: String
        var labels: [String: String]

        /// `PodSandboxConfig` of a pod in the host's network, which needs no network plugin.
        fileprivate var configuration: Message {
            var config = Message()
            config.message(1) { $0.text(1, name); $0.text(2, uid); $0.text(3, namespace) }
            let own = ["io.kubernetes.pod.name": name, "io.kubernetes.pod.namespace": namespace, "io.kubernetes.pod.uid": uid]
            config.map(6, labels.merging(own) { $1 })
            config.message(8) { linux in
                linux.text(1, "/kubepods/besteffort/pod\(uid)")
                // NamespaceMode NODE
                linux.message(2) { $0.message(1) { $0.number(1, 2) } }
            }
            return config
        }
    }

    /// Runs the pod's sandbox and gives its id.
    func run(_ pod: Pod) async throws -> String {
        var request = Message()
        request.bytes(1, pod.configuration.data)
        return try await call("RunPodSandbox", request).text(1)
    }

    /// Makes and starts a container in it and gives its id.
    func run(_ name: String, image: String, command: [String], mounts: [(host: String, container: String)] = [], labels: [String: String] = [:], in sandbox: String, of pod: Pod) async throws -> String {
        var request = Message()
        request.text(1, sandbox)
        request.message(2) { config in
            config.message(1) { $0.text(1, name) }
            config.message(2) { $0.text(1, image) }
            for word in command { config.text(3, word) }
            for mount in mounts { config.message(7) { $0.text(1, mount.container); $0.text(2, mount.host); $0.number(3, 1) } }
            config.map(9, labels)
        }
        request.bytes(3, pod.configuration.data)
        let id = try await call("CreateContainer", request).text(1)
        var start = Message()
        start.text(1, id)
        _ = try await call("StartContainer", start)
        return id
    }

    /// Ends and removes the pod with its containers.
    func remove(sandbox: String) async throws {
        var request = Message()
        request.text(1, sandbox)
        _ = try await call("StopPodSandbox", request)
        _ = try await call("RemovePodSandbox", request)
    }

    private func call(_ method: String, _ request: Message) async throws -> Message {
        let transport = try HTTP2ClientTransport.Posix(target: .unixDomainSocket(path: socket, authority: "localhost"), transportSecurity: .plaintext)
        return try await withGRPCClient(transport: transport) { client in
            var options = CallOptions.defaults
            options.timeout = .seconds(60)
            options.waitForReady = true
            let descriptor = MethodDescriptor(fullyQualifiedService: "runtime.v1.RuntimeService", method: method)
            return try await client.unary(request: ClientRequest(message: request), descriptor: descriptor, serializer: Message.Coder(), deserializer: Message.Coder(), options: options) {
                try $0.message
            }
        }
    }
}

/// A protobuf message as it is written: fields one after another.
private struct Message: Sendable {
    private(set) var data: [UInt8] = []

    mutating func number(_ field: Int, _ value: UInt64) {
        varint(UInt64(field << 3))
        varint(value)
    }

    mutating func text(_ field: Int, _ value: String) { bytes(field, Array(value.utf8)) }

    mutating func message(_ field: Int, _ fill: (inout Message) -> Void) {
        var inner = Message()
        fill(&inner)
        bytes(field, inner.data)
    }

    mutating func map(_ field: Int, _ entries: [String: String]) {
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) { message(field) { $0.text(1, key); $0.text(2, value) } }
    }

    mutating func bytes(_ field: Int, _ value: [UInt8]) {
        varint(UInt64(field << 3 | 2))
        varint(UInt64(value.count))
        data += value
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            data.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        data.append(UInt8(rest))
    }

    /// A short text that is the message's first field; empty when it is not.
    func text(_ field: Int) -> String {
        guard data.count > 2, data[0] == UInt8(field << 3 | 2), data[1] < 0x80, data.count >= 2 + Int(data[1]) else { return "" }
        return String(decoding: data[2..<2 + Int(data[1])], as: UTF8.self)
    }

    struct Coder: MessageSerializer, MessageDeserializer {
        func serialize<Bytes: GRPCContiguousBytes>(_ message: Message) throws -> Bytes { Bytes(message.data) }
        func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Message { bytes.withUnsafeBytes { Message(data: Array($0)) } }
    }
}
