package import Contract
package import Foundation
package import Foundations

/// An automation rule: which cloud events are sent where. `PUT /control/v1/webhooks` takes a list of them.
package struct WebhookRule: Codable, Sendable, Hashable {
    package struct Basic: Codable, Sendable, Hashable {
        package var user: String
        package var password: String
    }
    package struct Authentication: Codable, Sendable, Hashable {
        package var basic: Basic?
        package var bearer: String?
    }
    /// Goes out as `trigger.ruleId`.
    package var id: String
    package var name: String
    /// http or https.
    package var url: String
    /// Events below it are not sent; absent means all are.
    package var minimumSeverity: Severity?
    /// One of the two, or none.
    package var authentication: Authentication?

    package func wants(_ event: CloudEvent) -> Bool { event.severity >= (minimumSeverity ?? .informational) }

    /// The value of the `Authorization` header, nil for none.
    package var authorization: String? {
        if let basic = authentication?.basic { return "Basic \(Data("\(basic.user):\(basic.password)".utf8).base64EncodedString())" }
        return authentication?.bearer.map { "Bearer \($0)" }
    }

    /// The rule as it may be shown: without what opens the receiver's door.
    package var shown: WebhookRule {
        var copy = self
        if copy.authentication?.basic != nil { copy.authentication?.basic?.password = "" }
        if copy.authentication?.bearer != nil { copy.authentication?.bearer = "" }
        return copy
    }
}

package struct WebhookRules: Codable, Sendable, Hashable {
    package static let rulesMax = 32
    package var webhooks: [WebhookRule]
    package init(webhooks: [WebhookRule] = []) { self.webhooks = webhooks }

    /// - Throws: `Diagnostic` naming the field that is wrong.
    package static func read(_ bytes: Data) throws -> WebhookRules {
        let rules = try JSONBody.decode(WebhookRules.self, from: bytes)
        guard rules.webhooks.count <= rulesMax else { throw JSONBody.wrong("webhooks", "must hold at most \(rulesMax)") }
        for (index, rule) in rules.webhooks.enumerated() {
            let place = "webhooks[\(index)]"
            guard !rule.id.isEmpty, !rules.webhooks[..<index].contains(where: { $0.id == rule.id }) else { throw JSONBody.wrong("\(place).id", rule.id.isEmpty ? "is empty" : "'\(rule.id)' is there twice") }
            guard let url = URL(string: rule.url), ["http", "https"].contains(url.scheme ?? ""), url.host?.isEmpty == false else {
                throw JSONBody.wrong("\(place).url", "'\(rule.url)' is no http or https URL")
            }
            if let authentication = rule.authentication, (authentication.basic == nil) == (authentication.bearer == nil) {
                throw JSONBody.wrong("\(place).authentication", "needs either basic or bearer")
            }
        }
        return rules
    }
}

extension PortalStore {
    package func webhooks() async throws -> WebhookRules {
        guard let text = try await meta("webhooks") else { return WebhookRules() }
        return try JSONDecoder().decode(WebhookRules.self, from: Data(text.utf8))
    }

    package func putWebhooks(_ rules: WebhookRules) async throws { try await putMeta("webhooks", String(decoding: try JSONBody.encode(rules), as: UTF8.self)) }
}
