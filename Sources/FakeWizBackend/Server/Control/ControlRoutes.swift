import BackendCore
import Contract
import Foundation
import Foundations
import Hummingbird
import NIOCore

/// The control port: what scenarios and tests do to the backend. No authentication, so it listens on the loopback unless told otherwise.
struct ControlRoutes: Sendable {
    static let bodyBytesMax = 64 * 1024 * 1024
    let portal: Portal

    func add(to root: Router<PortalRequestContext>) {
        let router = root.group("/control/v1")
        let portal = portal
        router.post("/reset") { request, _ in
            let query = try QueryReader(request, known: ["definitions"])
            try await portal.store.reset(alsoDefinitions: query.flag("definitions") ?? false)
            portal.gate.reset(at: portal.clock())
            for change in ChangeFeed.Change.allCases { portal.changes.publish(change) }
            return Response(status: .noContent)
        }
        FaultRoutes(portal: portal).add(to: router)
        WebhookRoutes(portal: portal).add(to: router)
        router.get("/ledger") { _, _ in
            try await Response.json(LedgerReport(sensors: portal.store.ledger(), requests: portal.gate.counts))
        }
        router.get("/requests") { _, _ in try Response.json(portal.gate.requests) }
        router.get("/indicators") { _, _ in try await Response.json(portal.store.indicatorCounts()) }
        router.post("/indicators") { request, _ in
            let text = String(decoding: try await Self.body(request), as: UTF8.self)
            let file = try IndicatorFile.read(text, file: "body")
            // All or nothing over the wire: a script that posts a slip of the pen must hear of it.
            if let first = file.diagnostics.first { throw first }
            try await portal.store.addIndicators(file.entries)
            return try Response.json(["imported": file.entries.count])
        }
        router.post("/definitions") { request, _ in
            let publication = try JSONBody.decode(DefinitionsPublication.self, from: try await Self.body(request))
            let signed = try SignedDefinitions(
                publication, authority: portal.directory.definitionsAuthority(), seed: DataDirectory.randomBytes(32), at: portal.clock().wall)
            try await portal.store.publish(signed)
            portal.changes.publish(.definitions)
            return try Response.json(["version": signed.version.description], status: .created)
        }
        router.post("/findings") { request, _ in
            let body = try JSONBody.decode(FindingImport.self, from: try await Self.body(request))
            try await portal.store.importFindings(body.findings)
            portal.changes.publish(.runtimeData)
            return try Response.json(["imported": body.findings.count])
        }
        router.get("/settings") { _, _ in try await Response.json(portal.store.settings()) }
        router.put("/settings") { request, _ in
            let settings = try JSONBody.decode(SensorSettings.self, from: try await Self.body(request))
            return try await Response.json(portal.store.putSettings(settings))
        }
        router.post("/accounts") { request, _ in
            let wanted = try JSONBody.decode(AccountRequest.self, from: try await Self.body(request))
            guard Self.accountTypes.contains(wanted.type) else {
                throw JSONBody.wrong("type", "is none of \(Self.accountTypes.joined(separator: ", "))")
            }
            let reply = AccountReply(clientId: DataDirectory.randomWord(20), clientSecret: DataDirectory.randomWord(48), type: wanted.type)
            try await portal.store.addAccount(
                ServiceAccount(clientID: reply.clientId, type: wanted.type, entitled: wanted.entitled ?? true), secret: reply.clientSecret, at: portal.clock().wall)
            return try Response.json(reply, status: .created)
        }
    }

    static func body(_ request: Request) async throws -> Data {
        Data(try await request.body.collect(upTo: bodyBytesMax).readableBytesView)
    }

    /// The vendor's public account types.
    private static let accountTypes = [
        "SENSOR", "THIRD_PARTY", "KUBERNETES_ADMISSION_CONTROLLER", "BROKER", "KUBERNETES_CONNECTOR", "FIRST_PARTY", "INTEGRATION",
    ]
}

/// `faults` below the control port, and below `/web/v1` for the page.
struct FaultRoutes: Sendable {
    let portal: Portal

    func add(to router: RouterGroup<PortalRequestContext>) {
        let portal = portal
        router.put("/faults") { request, _ in
            let plan = try FaultPlanReader.read(try await ControlRoutes.body(request))
            portal.gate.put(plan, at: portal.clock())
            portal.changes.publish(.faults)
            return try Response.json(plan)
        }
        router.get("/faults") { _, _ in
            let (plan, strikes) = (portal.gate.plan, portal.gate.strikes)
            return try Response.json(FaultReport(seed: plan.seed, faults: plan.faults, strikes: strikes, remaining: portal.gate.remaining(at: portal.clock())))
        }
        router.delete("/faults") { _, _ in
            portal.gate.put(FaultPlan(), at: portal.clock())
            portal.changes.publish(.faults)
            return Response(status: .noContent)
        }
    }

    /// The plan in force and how often each of its rules struck.
    private struct FaultReport: Codable {
        var seed: UInt64
        var faults: [FaultPlan.Rule]
        var strikes: [Int]
        /// Whether each may still strike.
        var remaining: [Bool]
    }
}
