import BackendCore
import Foundations
import Hummingbird

/// `webhooks` below the control port: where new cloud events are sent.
struct WebhookRoutes: Sendable {
    let portal: Portal

    private struct Report: Codable {
        var webhooks: [WebhookRule]
        var counts: WebhookSender.Counts
    }

    func add(to router: RouterGroup<PortalRequestContext>) {
        let portal = portal
        router.put("/webhooks") { request, _ in
            let rules = try WebhookRules.read(try await ControlRoutes.body(request))
            try await portal.store.putWebhooks(rules)
            return try Response.json(WebhookRules(webhooks: rules.webhooks.map(\.shown)))
        }
        router.get("/webhooks") { _, _ in
            try await Response.json(Report(webhooks: portal.store.webhooks().webhooks.map(\.shown), counts: portal.webhooks.counts))
        }
        router.delete("/webhooks") { _, _ in
            try await portal.store.putWebhooks(WebhookRules())
            return Response(status: .noContent)
        }
    }
}
