import BackendCore
import Contract
import Foundation
import Testing

/// Token endpoint, ingest and API held against curl.
@Suite("REST by curl", .timeLimit(.minutes(2)))
struct BackendRESTTests {
    private func refusal(_ answer: BackendCurl.Answer) -> String {
        let reply = try? answer.decoded(ErrorReply.self)
        return "\(answer.status) \(reply?.error ?? "no body"): \(reply?.error_description ?? "")"
    }

    @Test func tlsIsNeverOptionalAndNeverOld() async throws {
        try await BackendFixture.run { backend in
            let url = backend.endpoints.http + "/healthz"
            // Nobody but the backend's own authority vouches for it: 60, "peer certificate cannot be authenticated".
            #expect(try await BackendCurl.send("GET", url, ca: nil).exit == 60)
            #expect(try await BackendCurl.send("GET", url, ca: backend.ca).status == 200)
            let other = url.replacing("127.0.0.1", with: "portal.example")
            let misnamed = try await BackendCurl.send("GET", other, ca: backend.ca, options: ["--resolve", "portal.example:\(backend.httpPort):127.0.0.1"])
            #expect(misnamed.exit == 60, "the certificate is for another name")
            let old = try await BackendCurl.send("GET", url, ca: backend.ca, options: ["--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0"])
            #expect(old.exit == 35 && old.status == 0)
            for version in ["1.2", "1.3"] {
                #expect(try await BackendCurl.send("GET", url, ca: backend.ca, options: ["--tlsv\(version)", "--tls-max", version]).status == 200)
            }
            let plain = try await BackendCurl.send("GET", url.replacing("https", with: "http"), ca: nil)
            #expect(plain.exit != 0 && plain.status == 0, "no answer without TLS")
            #expect(try await BackendCurl.send("GET", url, ca: backend.ca, options: ["--http2"]).version == "2")
            #expect(try await BackendCurl.send("GET", url, ca: backend.ca, options: ["--http1.1"]).version == "1.1")
        }
    }

    @Test func tokensAreGivenToSensorsOnly() async throws {
        try await BackendFixture.run { backend in
            let given = try await backend.askToken()
            let reply = try given.decoded(TokenReply.self)
            #expect(given.status == 200 && reply.token_type == "Bearer" && reply.expires_in == 3_600 && reply.access_token.split(separator: ".").count == 3)
            #expect(given.headers["cache-control"] == "no-store")
            #expect(refusal(try await backend.askToken(secret: "wrong")) == "401 invalid_client: client_id or client_secret is wrong")
            #expect(refusal(try await backend.askToken(clientID: "nobody")) == "401 invalid_client: client_id or client_secret is wrong")
            #expect(refusal(try await backend.askToken(audience: "other")) == "400 invalid_request: audience must be wiz-agent-api")
            let account = try await backend.control("POST", "/accounts", body: #"{"type": "BROKER"}"#).decoded(AccountReply.self)
            let broker = try await backend.askToken(clientID: account.clientId, secret: account.clientSecret)
            #expect(refusal(broker) == "400 unauthorized_client: the service account is of the type BROKER, a sensor needs SENSOR")
            let form = ["content-type": "application/x-www-form-urlencoded"]
            #expect(refusal(try await backend.send("POST", "/oauth/token", headers: form, body: Data("grant_type=password".utf8))) == "400 unsupported_grant_type: grant_type must be client_credentials")
            #expect(refusal(try await backend.send("POST", "/oauth/token", headers: form, body: Data())) == "400 invalid_request: grant_type is missing")
            #expect(refusal(try await backend.send("POST", "/oauth/token", headers: form, body: Data("grant_type=%zz".utf8))) == "400 invalid_request: the form is malformed")
            #expect(try await backend.send("POST", "/oauth/token", headers: ["content-type": "application/json"], body: Data("{}".utf8)).status == 415)
            #expect(try await backend.send("POST", "/oauth/token", headers: form, body: Data(repeating: 0x61, count: 20_000)).status == 413)
        }
    }

    @Test func whatIsSentTwiceCountsOnceInPlainAndInGzip() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            let body = try BackendSample.batch([BackendSample.event(id: "a", sensor: "s-1"), BackendSample.event(id: "b", sensor: "s-1")], sensor: "s-1", id: "1")
            #expect(try await backend.ingest(.detections, body, token: token, key: "1").decoded(UploadReply.self) == UploadReply(accepted: 2, duplicates: 0, watermark: 2))
            let packed = try await BackendSubprocess.run(try BackendSubprocess.find("gzip"), ["-c"], input: body).output
            let again = try await backend.send(
                "POST", "/api/v1/ingest/detections", headers: ["authorization": "Bearer \(token)", "content-type": "application/json", "content-encoding": "gzip", "idempotency-key": "1"],
                body: packed)
            #expect(try again.decoded(UploadReply.self) == UploadReply(accepted: 0, duplicates: 2, watermark: 2))
            let ledger = try await backend.control("GET", "/ledger").decoded(LedgerReport.self)
            #expect(ledger.sensors["s-1"]?["detections"]?.received == 2 && ledger.sensors["s-1"]?["detections"]?.duplicates == 2)
            #expect(ledger.requests["rest"] == 2 && ledger.requests["token"] == 1)
        }
    }

    @Test func refusedIngestNamesTheFieldAndTakesNothing() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            func answer(_ body: String, key: String = "1", _ headers: [String: String] = [:]) async throws -> String {
                let fields = ["authorization": "Bearer \(token)", "content-type": "application/json", "idempotency-key": key].merging(headers) { _, new in new }
                return refusal(try await backend.send("POST", "/api/v1/ingest/detections", headers: fields, body: Data(body.utf8)))
            }
            #expect(try await answer("{") == "400 invalid_request: is not JSON")
            #expect(try await answer(#"{"sensorId": "s", "items": []}"#) == "400 invalid_request: batchId is missing")
            #expect(try await answer(#"{"sensorId": "s", "batchId": "1", "items": [{"sequence": 1, "record": {}}]}"#) == "400 invalid_request: items[0].record.id is missing")
            #expect(try await answer(#"{"sensorId": "s", "batchId": "1", "items": [{"sequence": "one", "record": {}}]}"#).hasPrefix("400 invalid_request: items[0].sequence"))
            #expect(try await answer(#"{"sensorId": "s", "batchId": "2", "items": []}"#) == "400 invalid_request: batchId is '2', the Idempotency-Key header says '1'")
            #expect(try await answer("{}", ["content-type": "text/plain"]).hasPrefix("415"))
            #expect(try await answer("{}", ["content-encoding": "br"]).hasPrefix("415"))
            #expect(try await answer("not gzip", ["content-encoding": "gzip"]) == "400 invalid_request: the body is not gzip")
            #expect(try await answer("{}", ["authorization": "Bearer x.y.z"]) == "401 invalid_token: the token is not one of ours")
            let bare = try await backend.send("POST", "/api/v1/ingest/detections", headers: ["content-type": "application/json"], body: Data("{}".utf8))
            #expect(refusal(bare) == "401 invalid_request: a bearer token is needed" && bare.headers["www-authenticate"] == "Bearer")
            let counts = try await backend.control("GET", "/ledger").decoded(LedgerReport.self).sensors
            #expect(counts["s"]?["detections"]?.received == 0 && counts["s"]?["detections"]?.refused == 3, "those whose envelope could be read")
            #expect((counts["unknown"]?["detections"]?.refused ?? 0) >= 5)
        }
    }

    @Test func aBodyBeyondEightMiBIsRefusedPackedAndUnpacked() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            let large = Data(repeating: UInt8(ascii: " "), count: (8 << 20) + 1)
            #expect(try await backend.ingest(.telemetry, large, token: token, key: "1").status == 413)
            // A megabyte of nothing unpacks to a thousand: the bound holds for what comes out.
            let bomb = try await BackendSubprocess.run(try BackendSubprocess.find("gzip"), ["-c", "-9"], input: Data(repeating: 0, count: 64 << 20)).output
            #expect(bomb.count < 1 << 20)
            let answer = try await backend.send(
                "POST", "/api/v1/ingest/telemetry", headers: ["authorization": "Bearer \(token)", "content-type": "application/json", "content-encoding": "gzip"], body: bomb)
            #expect(refusal(answer) == "413 invalid_request: the body may have at most 8388608 bytes, packed and unpacked")
        }
    }

    @Test func pagesOfTheAPIFollowEachOther() async throws {
        try await BackendFixture.run {
            $0.webNeedsToken = false
        } body: { backend in
            let events = (1...7).map { BackendSample.event(id: "e-\($0)", sensor: "s-1", severity: $0.isMultiple(of: 2) ? .low : .critical) }
            #expect(try await backend.ingest(.detections, BackendSample.batch(events, sensor: "s-1", id: "1"), token: backend.token(), key: "1").status == 200)
            var (ids, after) = ([String](), "")
            repeat {
                let page = try await backend.send("GET", "/api/v1/cloud-events?first=3&after=\(after)").decoded(Page<CloudEvent>.self)
                #expect(page.totalCount == 7)
                ids += page.nodes.map(\.id)
                after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor ?? "" : ""
            } while !after.isEmpty
            #expect(ids.sorted() == events.map(\.id))
            #expect(try await backend.send("GET", "/api/v1/cloud-events?severity=low").decoded(Page<CloudEvent>.self).totalCount == 3)
            let one = try await backend.send("GET", "/api/v1/cloud-events/e-3").decoded(CloudEvent.self)
            #expect(one == events[2], "what went in comes out")
            #expect(refusal(try await backend.send("GET", "/api/v1/cloud-events/e-9")) == "404 not_found: there is no cloud event 'e-9'")
            for (query, complaint) in [
                ("first=0", "query parameter 'first' must be 1 to 500"), ("after=x", "query parameter 'after' is not a cursor of this API"), ("since=noon", "query parameter 'since' is not an RFC 3339 time"),
                ("limit=3", "query parameter 'limit' is unknown; known are after, first, rule, sensor, severity, since"), ("severity=BAD", "query parameter 'severity' 'BAD' is none of INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL"),
            ] { #expect(refusal(try await backend.send("GET", "/api/v1/cloud-events?\(query)")) == "400 invalid_request: \(complaint)") }
        }
    }

    @Test func faultsReachTheWire() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            func plan(_ fault: String) async throws {
                #expect(try await backend.control("PUT", "/faults", body: "{\"faults\": [{\"match\": {\"surface\": \"rest\"}, \"fault\": {\(fault)}}]}").status == 200)
            }
            func ingest(_ id: String) async throws -> BackendCurl.Answer {
                try await backend.ingest(.detections, BackendSample.batch([BackendSample.event(id: id, sensor: "s-1")], sensor: "s-1", id: id, from: UInt64(id) ?? 0), token: token, key: id)
            }
            try await plan("\"httpStatus\": 429, \"retryAfterSeconds\": 7")
            let slow = try await ingest("1")
            #expect(slow.status == 429 && slow.headers["retry-after"] == "7")
            try await plan("\"dropReply\": true")
            let lost = try await ingest("2")
            #expect(lost.exit != 0 && lost.status == 0, "the answer is lost")
            try await plan("\"badPayload\": true")
            let garbled = try await ingest("3")
            #expect(garbled.status == 200 && (try? JSONSerialization.jsonObject(with: garbled.body)) == nil)
            try await plan("\"cutMidStream\": true")
            #expect(try await ingest("4").exit != 0)
            try await plan("\"expireTokens\": true")
            #expect(refusal(try await ingest("5")) == "401 invalid_token: the token has expired")
            try await plan("\"refuse\": true")
            #expect(try await ingest("6").exit != 0)
            #expect(try await backend.control("DELETE", "/faults").status == 204)
            let counts = try await backend.control("GET", "/ledger").decoded(LedgerReport.self).sensors["s-1"]?["detections"]
            // 2, 3 and 4 took effect although their answers did not arrive whole.
            #expect(counts?.received == 3)
            #expect(try await ingest("2").decoded(UploadReply.self).duplicates == 1)
            #expect(try await backend.send("GET", "/healthz").status == 200, "viewers are spared")
        }
    }

    @Test func aSensorThatAsksTooMuchIsSlowedAndOthersAreNot() async throws {
        try await BackendFixture.run {
            ($0.requestsPerSecond, $0.requestBurst) = (0.01, 2)
        } body: { backend in
            let token = try await backend.token()
            var answers: [BackendCurl.Answer] = []
            for n in 1...3 { answers.append(try await backend.ingest(.telemetry, Data("{\"sensorId\": \"busy\", \"batchId\": \"\(n)\", \"items\": [{\"sequence\": \(n), \"record\": 1}]}".utf8), token: token, key: "\(n)")) }
            #expect(answers.map(\.status) == [200, 200, 429])
            #expect((Int(answers[2].headers["retry-after"] ?? "") ?? 0) > 1)
            #expect(try await backend.ingest(.telemetry, Data(#"{"sensorId": "calm", "batchId": "1", "items": [{"sequence": 1, "record": 1}]}"#.utf8), token: token, key: "1").status == 200)
        }
    }

    @Test func metricsAreTextAndNameNobody() async throws {
        try await BackendFixture.run { backend in
            let token = try await backend.token()
            _ = try await backend.registerSensor(token: token)
            let answer = try await backend.send("GET", "/metrics")
            #expect(answer.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(answer.text.contains("portal_sensors{status=\"ACTIVE\"} 1\n") && answer.text.contains("portal_requests_total{surface=\"token\"} 1\n"))
            #expect(!answer.text.contains("node-1"))
        }
    }
}
