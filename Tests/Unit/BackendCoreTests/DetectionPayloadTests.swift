import BackendCore
import Contract
import Foundation
import Foundations
import Testing

@Suite("Detection payload")
struct DetectionPayloadTests {
    private func rule(_ text: String = #"{"webhooks": [{"id": "r", "name": "R", "url": "http://x/"}]}"#) throws -> WebhookRule {
        try #require(try WebhookRules.read(Data(text.utf8)).webhooks.first)
    }

    private func payload(_ event: CloudEvent) throws -> String {
        String(decoding: DetectionPayload.make(event, rule: try rule(), createdAt: PortalFixtures.wall, page: "https://portal").bytes, as: UTF8.self)
    }

    @Test func keysStandInTheVendorsOrderAndEmptyOnesAreNull() throws {
        let text = try payload(PortalFixtures.event(id: "e 1"))
        #expect(text.hasPrefix(#"{"trigger":{"source":"DETECTIONS","type":"Created","ruleId":"r","ruleName":"R"},"id":"e 1","threatId":null,"threatURL":null,"title":"Reverse shell opened""#))
        #expect(text.contains(#""cloudAccounts":[],"cloudOrganizations":[],"detectionUrl":"https://portal/#/events/e%201","timeframe":{"start":"2026-03-01T10:00:00.000Z""#))
        #expect(text.contains(#""runtimeDetails":{"processTree":[{"id":"7","command":"bash -i","path":"/usr/bin/bash","hash":null,"size":null"#))
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    }

    @Test func textOfSensorsIsEscaped() throws {
        let nasty = "quote \" backslash \\ line\n tab\t bell\u{7} nul\u{0} delete\u{7F} smile 😀 separator\u{2028}"
        var event = PortalFixtures.event(id: "e", name: nasty)
        event.runtimeDetails.processTree[0].command = nasty
        let object = try JSONSerialization.jsonObject(with: Data(try payload(event).utf8)) as? [String: Any]
        #expect(object?["title"] as? String == nasty)
    }

    @Test func anEventWithoutAProcessStillNamesAnActorAndAResource() throws {
        var event = PortalFixtures.event(id: "e")
        event.runtimeDetails.processTree = []
        let object = try #require(try JSONSerialization.jsonObject(with: Data(try payload(event).utf8)) as? [String: Any])
        let actors = (object["actors"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        let resources = (object["resources"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        let inner = (object["triggeringEvents"] as? [[String: Any]])?.first
        #expect(actors == ["sensor##s-1"] && (inner?["actor"] as? [String: Any])?["id"] as? String == "sensor##s-1")
        #expect(resources == ["host##node-1"] && (inner?["resources"] as? [[String: Any]])?.compactMap { $0["id"] as? String } == resources)
    }

    @Test func aRuleWantsWhatIsSevereEnoughAndHidesItsSecrets() throws {
        let strict = try rule(#"{"webhooks": [{"id": "r", "name": "R", "url": "https://x/", "minimumSeverity": "HIGH", "authentication": {"basic": {"user": "u", "password": "secret"}}}]}"#)
        #expect(Severity.allCases.filter { strict.wants(PortalFixtures.event(id: "e", severity: $0)) } == [.high, .critical])
        #expect(strict.authorization == "Basic dTpzZWNyZXQ=")
        #expect(!String(decoding: try JSONBody.encode(strict.shown), as: UTF8.self).contains("secret"))
        #expect(try rule().authorization == nil)
    }
}
