import Contract
import ContractGRPC
import Foundation
import Testing

/// The gRPC port held against a client on nghttp2 and OpenSSL that shares no line with the stack it talks to.
@Suite("gRPC by nghttp2 and OpenSSL", .timeLimit(.minutes(2)))
struct Nghttp2BackendTests {
    @Test(arguments: [(Nghttp2GRPC.TLSVersion.v12, "TLSv1.2"), (.v13, "TLSv1.3")])
    func speaksTLSAndGRPC(_ version: Nghttp2GRPC.TLSVersion, _ name: String) async throws {
        try await BackendFixture.run { backend in
            var grpc = backend.grpc(token: try await backend.token())
            (grpc.oldest, grpc.newest) = (version, version)
            // Written by hand: field 1 `persistent_id` = "p1", field 2 `name` = "n1" (both length-delimited).
            let outcome = try await grpc.call("Fleet/Register", frames: Nghttp2GRPC.frame([0x0A, 2, 0x70, 0x31, 0x12, 2, 0x6E, 0x31]))
            #expect(outcome.status == 0 && outcome.httpStatus == 200 && outcome.tlsVersion == name)
            #expect(outcome.contentType.hasPrefix("application/grpc"))
            let reply = try #require(outcome.replies.first)
            // Field 1 `sensor_id`: a UUID of 36 bytes.
            #expect(reply.starts(with: [0x0A, 36]))
            let id = String(decoding: reply.dropFirst(2).prefix(36), as: UTF8.self)
            #expect(UUID(uuidString: id) != nil)
            #expect(try await backend.send("GET", "/api/v1/sensors", headers: ["authorization": "Bearer \(backend.directory.viewerToken)"]).decoded(Page<SensorView>.self).nodes.map(\.id) == [id])
        }
    }

    @Test func aWholeConversation() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            let id = try await backend.registerSensor(token: token)
            let grpc = backend.grpc(token: token)
            let rules = String(repeating: "- rule: something\n", count: 40_000)
            #expect(try await backend.control("POST", "/definitions", body: "{\"version\": \"1.2.3\", \"rules\": [{\"name\": \"a.yaml\", \"content\": \"\(rules.replacing("\n", with: "\\n"))\"}]}").status == 201)
            let (_, current) = try await grpc.call("Definitions/Current", Wizsensor_V1_CurrentDefinitionsRequest.with { $0.sensorID = id }, as: Wizsensor_V1_CurrentDefinitionsReply.self)
            #expect(current.first?.version == "1.2.3" && current.first?.manifest.signatures.map(\.count) == [64] && current.first?.roots.count == 1)
            let (_, chunks) = try await grpc.call(
                "Definitions/Download", Wizsensor_V1_DownloadDefinitionsRequest.with { ($0.sensorID, $0.version) = (id, "1.2.3") }, as: Wizsensor_V1_DefinitionsChunk.self)
            #expect(chunks.count > 1 && chunks.allSatisfy { (1...262_144).contains($0.data.count) })
            #expect(chunks.reduce(0) { $0 + $1.data.count } == Int(current.first?.size ?? 0))
            #expect(zip(chunks, chunks.dropFirst()).allSatisfy { $0.offset + UInt64($0.data.count) == $1.offset }, "chunks follow each other")

            #expect(try await backend.control("POST", "/indicators", body: "{\"indicators\": [{\"kind\": \"ip\", \"value\": \"198.51.100[.]0/24\", \"disposition\": \"malicious\", \"family\": \"net\"}]}").status == 200)
            let lookup = Wizsensor_V1_LookupRequest.with {
                $0.sensorID = id
                $0.indicators = ["198.51.100.9", "203.0.113.1"].map { address in .with { ($0.kind, $0.value) = (.ip, address) } }
            }
            let (_, verdicts) = try await grpc.call("Reputation/Lookup", lookup, as: Wizsensor_V1_LookupReply.self)
            #expect(verdicts.first?.verdicts.map(\.disposition) == [.malicious, .unknown])
            #expect(verdicts.first?.verdicts.first?.matched == "198.51.100.0/24")

            let goodbye = Wizsensor_V1_DeregisterRequest.with { ($0.sensorID, $0.reason) = (id, "stopped") }
            #expect(try await grpc.call("Fleet/Deregister", goodbye, as: Wizsensor_V1_DeregisterReply.self).outcome.status == 0)
            #expect(try await grpc.call("Fleet/Deregister", goodbye, as: Wizsensor_V1_DeregisterReply.self).outcome.status == 5, "NOT_FOUND")
        }
    }

    @Test func olderTLSAndStrangersAreRefusedAtTheHandshake() async throws {
        try await BackendFixture.run { backend in
            let (port, ca) = (backend.grpcPort, backend.ca)
            func refusal(_ options: Nghttp2TLS.Options) async throws -> String {
                try await onThread {
                    do {
                        let client = try Nghttp2Client(port: port, options)
                        let answer = try client.exchange("POST", "/wizsensor.v1.Fleet/Register", headers: [("content-type", "application/grpc"), ("te", "trailers")], body: [])
                        return answer.isWhole ? "answered over \(client.tls.version) \(client.tls.chosenProtocol)" : "closed"
                    } catch let failure as Nghttp2TLS.Failure { return failure.reason }
                }
            }
            let old = try await refusal(.init(oldest: Nghttp2GRPC.TLSVersion.v11.rawValue, newest: Nghttp2GRPC.TLSVersion.v11.rawValue, ca: ca))
            #expect(old.contains("protocol version"), "\(old)")
            let noALPN = try await refusal(.init(protocols: [], ca: ca))
            #expect(!noALPN.hasPrefix("answered"), "\(noALPN)")
            let otherALPN = try await refusal(.init(protocols: ["http/1.1"], ca: ca))
            #expect(!otherALPN.hasPrefix("answered"), "\(otherALPN)")
            // The client's own refusals: it proves that the certificate is what it says it is.
            #expect(try await refusal(.init(ca: nil)) == "certificate verify failed")
            #expect(try await refusal(.init(ca: ca, name: "portal.example")) == "certificate verify failed")
            #expect(try await refusal(.init(ca: ca)).hasPrefix("answered"))
        }
    }

    @Test func whoMayNotIsTold() async throws {
        try await BackendFixture.run { backend in
            let frame = Nghttp2GRPC.frame(try Wizsensor_V1_RegisterRequest.with { ($0.persistentID, $0.name) = ("p", "n") }.serializedBytes())
            let none = try await backend.grpc(token: nil).call("Fleet/Register", frames: frame)
            #expect(none.status == 16 && none.message == "a bearer token is needed")
            let forged = try await backend.grpc(token: "eyJhbGciOiJub25lIn0.e30.").call("Fleet/Register", frames: frame)
            #expect(forged.status == 16 && forged.message == "the token is not one of ours")
            let token = try await backend.token()
            #expect(try await backend.control("PUT", "/faults", body: #"{"faults": [{"match": {"surface": "grpc"}, "fault": {"disableEntitlement": true}}]}"#).status == 200)
            let refused = try await backend.grpc(token: token).call("Fleet/Register", frames: frame)
            #expect(refused.status == 7 && refused.message == "RUNTIME_SENSOR feature is not enabled")
        }
    }

    @Test func malformedAndOversizedMessagesHaveTheirStatus() async throws {
        try await BackendFixture.run { backend in
            let grpc = backend.grpc(token: try await backend.token())
            func status(_ method: String, _ frames: [UInt8]) async throws -> Int { try await grpc.call(method, frames: frames).status }
            // Four MiB is the bound; a field 1 of that length is beyond it by its own header.
            let large = [0x0A, 0x80, 0x80, 0x80, 0x02] + [UInt8](repeating: 0x78, count: 4 << 20)
            #expect(try await status("Fleet/Register", Nghttp2GRPC.frame(large)) == 8, "RESOURCE_EXHAUSTED")
            #expect(try await status("Fleet/Register", Nghttp2GRPC.frame([0x0A, 0x7F, 0x70])) != 0, "a field that claims more than follows")
            #expect(try await status("Fleet/Nothing", Nghttp2GRPC.frame([])) == 12, "UNIMPLEMENTED")
            let empty = try await grpc.call("Fleet/Register", frames: Nghttp2GRPC.frame([]))
            #expect(empty.status == 3 && empty.message == "persistent_id must be 1 to 256 bytes")
            let many = Wizsensor_V1_LookupRequest.with { $0.indicators = (0...1_000).map { n in .with { ($0.kind, $0.value) = (.domain, "d\(n).example") } } }
            #expect(try await grpc.call("Reputation/Lookup", many, as: Wizsensor_V1_LookupReply.self).outcome.status == 3)
            let unknown = Wizsensor_V1_LookupRequest.with { $0.indicators = [.with { $0.value = "x" }] }
            #expect(try await grpc.call("Reputation/Lookup", unknown, as: Wizsensor_V1_LookupReply.self).outcome.message == "indicators[0].kind is unknown")
            #expect(try await grpc.call("Fleet/Register", frames: Nghttp2GRPC.frame([]), contentType: "application/json").httpStatus == 415)
            // What came before left the port well.
            #expect(try await !backend.registerSensor(token: try await backend.token()).isEmpty)
        }
    }

    @Test func faultsReachTheWire() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            let id = try await backend.registerSensor(token: token)
            let beat = Wizsensor_V1_HeartbeatRequest.with { $0.sensorID = id }
            func plan(_ fault: String) async throws {
                #expect(try await backend.control("PUT", "/faults", body: "{\"faults\": [{\"match\": {\"surface\": \"grpc\"}, \"fault\": {\(fault)}}]}").status == 200)
            }
            try await plan("\"grpcStatus\": 13")
            #expect(try await backend.grpc(token: token).call("Fleet/Heartbeat", beat, as: Wizsensor_V1_HeartbeatReply.self).outcome.status == 13)
            try await plan("\"badPayload\": true")
            let spoiled = try await backend.grpc(token: token).call("Fleet/Heartbeat", frames: Nghttp2GRPC.frame(try beat.serializedBytes()))
            #expect(spoiled.replies.count == 1)
            #expect(throws: (any Error).self) { try Wizsensor_V1_HeartbeatReply(serializedBytes: spoiled.replies[0]) }
            try await plan("\"expiredCertificate\": true")
            await #expect(throws: Nghttp2TLS.Failure.self) { _ = try await backend.grpc(token: token).call("Fleet/Heartbeat", beat, as: Wizsensor_V1_HeartbeatReply.self) }
            try await plan("\"refuse\": true")
            await #expect(throws: (any Error).self) {
                let outcome = try await backend.grpc(token: token).call("Fleet/Heartbeat", beat, as: Wizsensor_V1_HeartbeatReply.self).outcome
                if outcome.status == -1 { throw Nghttp2Client.Failure(description: "closed without an answer") }
            }
            #expect(try await backend.control("DELETE", "/faults").status == 204)
            #expect(try await backend.grpc(token: token).call("Fleet/Heartbeat", beat, as: Wizsensor_V1_HeartbeatReply.self).outcome.status == 0)
        }
    }
}
