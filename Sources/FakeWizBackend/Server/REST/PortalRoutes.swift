import BackendCore
import Contract
import Foundation
import Foundations
import Hummingbird

/// The portal's API for people and scripts: what INTERFACES lists below `/api/v1`, each list in pages.
struct PortalRoutes: Sendable {
    /// Thirty days: what cloud events live.
    static let overviewSecondsMax = 2_592_000
    let portal: Portal

    func add(to router: RouterGroup<PortalRequestContext>) {
        let store = portal.store
        let clock = portal.clock
        router.get("/overview") { request, _ in
            let query = try QueryReader(request, known: ["seconds"])
            let seconds = try query.number("seconds", in: 60...Self.overviewSecondsMax) ?? 3_600
            return try await Response.json(store.overview(over: .seconds(seconds), at: clock().wall))
        }
        router.get("/sensors") { request, _ in
            let query = try QueryReader(request, known: [])
            return try await Response.json(store.sensors(query.page(), at: clock().wall))
        }
        router.get("/sensors/{id}/heartbeats") { request, context in
            let query = try QueryReader(request, known: [])
            let id = try Self.id(context)
            guard let page = try await store.heartbeats(of: id, query.page()) else { throw Refusal(.notFound, "not_found", "there is no sensor '\(id)'") }
            return try Response.json(page)
        }
        router.get("/cloud-events") { request, _ in
            let query = try QueryReader(request, known: ["severity", "rule", "since", "sensor"])
            var filter = CloudEventFilter()
            filter.severities = try query.choices("severity", of: Severity.self)
            filter.rule = query.text("rule")
            filter.since = try query.instant("since")
            filter.sensor = query.text("sensor")
            return try await Response.json(store.cloudEvents(filter, query.page(), at: clock().wall))
        }
        router.get("/cloud-events/{id}") { _, context in
            let id = try Self.id(context)
            guard let event = try await store.cloudEvent(id, at: clock().wall) else { throw Refusal(.notFound, "not_found", "there is no cloud event '\(id)'") }
            return try Response.json(event)
        }
        router.get("/health-issues") { request, _ in
            let query = try QueryReader(request, known: ["status", "sensor"])
            let status = try query.choices("status", of: HealthIssueView.Status.self)
            return try await Response.json(store.healthIssues(status: status.count == 1 ? status.first : nil, sensor: query.text("sensor"), query.page()))
        }
        router.get("/vulnerabilities") { request, _ in
            let query = try QueryReader(request, known: ["validatedInRuntime"])
            return try await Response.json(store.vulnerabilities(validated: query.flag("validatedInRuntime"), query.page()))
        }
        router.get("/definitions") { request, _ in
            let query = try QueryReader(request, known: [])
            return try await Response.json(store.definitionsList(query.page()))
        }
        router.get("/runtime-data") { request, _ in
            let query = try QueryReader(request, known: ["sensor", "image"])
            return try await Response.json(store.runtimeData(sensor: query.text("sensor"), image: query.text("image"), query.page()))
        }
    }
    /// The id in the path; ids are the sensors' own words and may need escapes there.
    private static func id(_ context: PortalRequestContext) throws -> String {
        let written = try context.parameters.require("id")
        guard let id = written.removingPercentEncoding else { throw Refusal(.badRequest, "invalid_request", "'\(written)' has a broken escape") }
        return id
    }
}
