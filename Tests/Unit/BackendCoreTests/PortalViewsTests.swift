import BackendCore
import Contract
import Foundation
import Foundations
import Testing

@Suite("Portal views")
struct PortalViewsTests {
    private let now = PortalFixtures.wall

    private func finding(_ id: String, package: String, image: String? = nil, host: String? = nil) -> VulnerabilityFinding {
        VulnerabilityFinding(id: id, name: "CVE-\(id)", severity: .high, package: package, image: image, host: host)
    }

    private func validated(_ store: PortalStore, _ wanted: Bool?) async throws -> [String] {
        try await store.vulnerabilities(validated: wanted, PageRequest()).nodes.map(\.finding.id).sorted()
    }

    @Test func aFindingIsValidatedWhereThePackageIsInUse() async throws {
        let store = try PortalFixtures.store()
        _ = try await store.register(PortalFixtures.registration(), newID: "s-1", at: now)
        let uses = [
            PortalFixtures.use(of: "dpkg:openssl@3.0.11", executable: "/usr/bin/openssl", image: "web:1"), PortalFixtures.use(of: "pkg:deb/debian/curl@7.88?arch=amd64", executable: "/usr/bin/curl"),
            PortalFixtures.use(of: "npm:@babel/core@7.1.0", executable: "/app/node", image: "web:1"),
        ]
        _ = try await store.ingest(.runtimeData, body: PortalFixtures.batch(uses.enumerated().map { ($0 + 1, $1) }, id: "b"), at: now)
        try await store.importFindings([
            finding("image", package: "openssl", image: "web:1"), finding("otherImage", package: "openssl", image: "web:2"), finding("anyHost", package: "curl"),
            finding("thisHost", package: "curl", host: "node-1"), finding("otherHost", package: "curl", host: "node-2"), finding("scoped", package: "@babel/core", image: "web:1"),
            finding("notOnHost", package: "openssl"),
        ])
        #expect(try await validated(store, true) == ["anyHost", "image", "scoped", "thisHost"])
        #expect(try await validated(store, false) == ["notOnHost", "otherHost", "otherImage"])
        #expect(try await validated(store, nil).count == 7)
        let image = try await store.vulnerabilities(validated: true, PageRequest()).nodes.first { $0.finding.id == "image" }
        #expect(image?.evidence.map(\.executable) == ["/usr/bin/openssl"])
    }

    @Test func aFindingImportedAgainReplacesItself() async throws {
        let store = try PortalFixtures.store()
        try await store.importFindings([finding("1", package: "curl")])
        try await store.importFindings([finding("1", package: "wget")])
        #expect(try await store.vulnerabilities(validated: nil, PageRequest()).nodes.map(\.finding.package) == ["wget"])
        #expect(await complaint { try await store.importFindings([finding("1", package: "a"), finding("", package: "b")]) }?.subject == "findings[1].id")
    }

    @Test func theOverviewAgreesWithTheLists() async throws {
        let store = try PortalFixtures.store()
        for n in 1...3 { _ = try await store.register(PortalFixtures.registration("p-\(n)", machine: "m-\(n)"), newID: "id-\(n)", at: now) }
        _ = try await store.heartbeat(PortalFixtures.beat(), from: "id-1", issues: [.init(code: "a", severity: "LOW", message: "", since: now)], at: now + .seconds(200))
        _ = try await store.deregister("id-3", at: now + .seconds(200))
        let events = [
            PortalFixtures.event(id: "old", severity: .low, at: now), PortalFixtures.event(id: "new", severity: .critical, at: now + .seconds(200)),
            PortalFixtures.event(id: "edge", severity: .critical, at: now + .seconds(141)), PortalFixtures.event(id: "future", severity: .low, rule: "other", at: now + .hours(1), name: "Other"),
        ]
        _ = try await store.ingest(.detections, body: PortalFixtures.batch(events.enumerated().map { ($0 + 1, $1) }, id: "b"), at: now)
        let overview = try await store.overview(over: .seconds(60), at: now + .seconds(200))
        #expect(overview.sensors == ["ACTIVE": 1, "DISCONNECTED": 1, "DEREGISTERED": 1])
        #expect(overview.cloudEvents == ["LOW": 2, "CRITICAL": 2] && overview.cloudEventsTotal == 4)
        #expect(overview.openHealthIssues == 1)
        #expect(overview.timeline.buckets.count == 60 && overview.timeline.bucketSeconds == 1)
        #expect(overview.timeline.buckets[1] == ["CRITICAL": 1] && overview.timeline.buckets[59] == ["CRITICAL": 1])
        #expect(overview.timeline.buckets.reduce(0) { $0 + $1.values.reduce(0, +) } == 2, "neither what is older nor what claims to come from the future")
        #expect(overview.topRules.map(\.name) == ["Reverse shell opened", "Other"])
        #expect(overview.topRules.map(\.severity) == ["CRITICAL", "LOW"])
    }

    @Test func secretsOpenOnlyTheirOwnAccount() async throws {
        let store = try PortalFixtures.store()
        try await store.addAccount(ServiceAccount(clientID: "c", type: "SENSOR", entitled: true), secret: "right", at: now)
        #expect(try await store.account(clientID: "c", secret: "right")?.entitled == true)
        #expect(try await store.account(clientID: "c", secret: "wrong") == nil)
        #expect(try await store.account(clientID: "d", secret: "right") == nil)
    }

    @Test func resetForgetsAllButAccountsAndDefinitions() async throws {
        let store = try PortalFixtures.store()
        try await store.addAccount(ServiceAccount(clientID: "c", type: "SENSOR", entitled: true), secret: "s", at: now)
        _ = try await store.register(PortalFixtures.registration(), newID: "id-1", at: now)
        _ = try await store.ingest(.detections, body: PortalFixtures.batch([(1, PortalFixtures.event(id: "a"))], id: "b"), at: now)
        try await store.reset()
        #expect(try await store.overview(over: .seconds(60), at: now).cloudEventsTotal == 0)
        #expect(try await store.sensors(PageRequest(), at: now).totalCount == 0)
        #expect(try await store.ledger().isEmpty)
        #expect(try await store.account(clientID: "c") != nil)
        let again = try await store.ingest(.detections, body: PortalFixtures.batch([(1, PortalFixtures.event(id: "a"))], id: "b"), at: now)
        #expect(again.reply.accepted == 1, "a batch remembered from before the reset would count as a duplicate")
    }
}
