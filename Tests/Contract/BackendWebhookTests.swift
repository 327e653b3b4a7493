import BackendCore
import Contract
import Foundation
import Testing

/// Webhooks held against a strict receiver in Python, and the agentless scanner's way in.
@Suite("Webhooks", .timeLimit(.minutes(2)))
struct BackendWebhookTests {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Python/webhook_receiver.py").path

    private struct Line: Decodable, Equatable {
        var rule: String
        var event: String
        var authorization: String
        var description: String
        var url: String
        var processes: [String]
    }

    /// A receiver in Python; its lines as they come.
    private func withReceiver(expecting count: Int, _ body: (_ url: String, _ lines: inout AsyncStream<String>.Iterator) async throws -> Void) async throws {
        let process = Process()
        process.executableURL = URL(filePath: try BackendSubprocess.find("python3"))
        process.arguments = [Self.script, String(count)]
        let output = Pipe()
        process.standardOutput = output
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        try process.run()
        let descriptor = output.fileHandleForReading.fileDescriptor
        Thread {
            var (pending, chunk) = (Data(), [UInt8](repeating: 0, count: 4_096))
            while case let n = read(descriptor, &chunk, chunk.count), n > 0 {
                pending.append(contentsOf: chunk[..<n])
                while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                    continuation.yield(String(decoding: pending[..<end], as: UTF8.self))
                    pending = Data(pending[(end + 1)...])
                }
            }
            continuation.finish()
            withExtendedLifetime(output) {}
        }.start()
        defer { if process.isRunning { process.terminate() } }
        var lines = stream.makeAsyncIterator()
        let port = try #require(await lines.next())
        try await body("http://127.0.0.1:\(port)/", &lines)
    }

    @Test func newEventsReachTheReceiversThatWantThemInTheVendorsForm() async throws {
        try await BackendFixture.run { backend in
            try await withReceiver(expecting: 3) { url, lines in
                let rules = """
                    {"webhooks": [
                      {"id": "all", "name": "Everything", "url": "\(url)", "authentication": {"basic": {"user": "u", "password": "p:w"}}},
                      {"id": "urgent", "name": "Urgent", "url": "\(url)", "minimumSeverity": "CRITICAL", "authentication": {"bearer": "t0ken"}}]}
                    """
                let put = try await backend.control("PUT", "/webhooks", body: rules)
                #expect(put.status == 200 && !put.text.contains("t0ken") && !put.text.contains("p:w"), "secrets go in and do not come out")
                let token = try await backend.token()
                var low = BackendSample.event(id: "low", sensor: "s-1", severity: .low)
                low.runtimeDetails.processTree = []
                let first = try BackendSample.batch([BackendSample.event(id: "urgent", sensor: "s-1"), low], sensor: "s-1", id: "1")
                #expect(try await backend.ingest(.detections, first, token: token, key: "1").status == 200)
                // The same again, and the same event with a higher count: nothing new.
                #expect(try await backend.ingest(.detections, first, token: token, key: "1").status == 200)
                let more = try BackendSample.batch([BackendSample.event(id: "urgent", sensor: "s-1", count: 9)], sensor: "s-1", id: "2", from: 3)
                #expect(try await backend.ingest(.detections, more, token: token, key: "2").status == 200)
                var received: [Line] = []
                while received.count < 3, let line = await lines.next() { received.append(try JSONDecoder().decode(Line.self, from: Data(line.utf8))) }
                #expect(received.map { "\($0.rule) \($0.event) \($0.authorization)" }.sorted() == ["all low Basic u:p:w", "all urgent Basic u:p:w", "urgent urgent Bearer t0ken"])
                let urgent = try #require(received.first { $0.event == "urgent" })
                #expect(urgent.processes == ["/usr/bin/bash", "/usr/sbin/nginx", "/usr/bin/containerd-shim-runc-v2"], "the one that did it first")
                #expect(urgent.description == "The program /usr/sbin/nginx executed the program /usr/bin/bash on container web")
                #expect(urgent.url == "\(backend.endpoints.http)/#/events/urgent")
            }
        }
    }

    @Test(arguments: [
        (#"{"webhooks": [{"id": "a", "name": "n", "url": "ftp://x/"}]}"#, "webhooks[0].url 'ftp://x/' is no http or https URL"),
        (#"{"webhooks": [{"id": "", "name": "n", "url": "http://x/"}]}"#, "webhooks[0].id is empty"),
        (#"{"webhooks": [{"id": "a", "name": "n", "url": "http://x/", "authentication": {}}]}"#, "webhooks[0].authentication needs either basic or bearer"),
        (#"{"webhooks": [{"id": "a", "url": "http://x/"}]}"#, "webhooks[0].name is missing"),
    ])
    func aWrongRuleIsNamedAndTheOldOnesStay(_ body: String, _ complaint: String) async throws {
        try await BackendFixture.run { backend in
            #expect(try await backend.control("PUT", "/webhooks", body: #"{"webhooks": [{"id": "old", "name": "n", "url": "http://127.0.0.1:9/"}]}"#).status == 200)
            let answer = try await backend.control("PUT", "/webhooks", body: body)
            #expect(answer.status == 400)
            #expect(try answer.decoded(ErrorReply.self).error_description == complaint)
            #expect(try await backend.control("GET", "/webhooks").text.contains("\"id\":\"old\""))
        }
    }

    @Test func aScanIsTakenFromThoseWithATokenOnly() async throws {
        try await BackendFixture.run {
            $0.webNeedsToken = false
        } body: { backend in
            let token = try await backend.token()
            let sensor = try await backend.registerSensor(token: token)
            let record = RuntimeRecord(kind: "process", executable: "/usr/bin/curl", package: "dpkg:curl@7.88", count: 3, firstSeen: "2026-03-01T10:00:00Z", lastSeen: "2026-03-01T11:00:00Z")
            let scan = try JSONBody.encode(RuntimeScan(persistentId: "persistent-node-1", scannedAt: "2026-03-01T12:00:00Z", records: [record]))
            let headers = ["content-type": "application/json"]
            #expect(try await backend.send("POST", "/api/v1/scan/runtime-data", headers: headers, body: scan).status == 401)
            let signed = headers.merging(["authorization": "Bearer \(token)"]) { _, new in new }
            let reply = try await backend.send("POST", "/api/v1/scan/runtime-data", headers: signed, body: scan)
            #expect(try reply.decoded(RuntimeScanReply.self) == RuntimeScanReply(sensorId: sensor, rows: 1, new: 1))
            #expect(try await backend.send("GET", "/api/v1/runtime-data?sensor=\(sensor)").decoded(Page<RuntimeDataView>.self).nodes.map(\.record) == [record])
            let wrong = try await backend.send("POST", "/api/v1/scan/runtime-data", headers: signed, body: Data(#"{"persistentId": "p", "scannedAt": "now", "records": []}"#.utf8))
            #expect(try wrong.status == 400 && wrong.decoded(ErrorReply.self).error_description == "scannedAt is not an RFC 3339 time")
        }
    }
}
