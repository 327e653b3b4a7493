import BackendCore
import BackendServer
import Contract
import Foundation
import Testing

/// The portal's page in a real browser: fed over the wire, looked at as a document and as a picture.
@Suite("Portal page", .serialized, .timeLimit(.minutes(2)))
struct WebPageTests {
    /// Pictures for people to look at, beside the build.
    private static let pictures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.output/portal").standardized

    private func withPage(
        noAuth: Bool = true, _ body: @escaping @Sendable (BackendFixture, WebBrowser, _ sensor: String, _ token: String) async throws -> Void
    ) async throws {
        try await BackendFixture.run {
            $0.webNeedsToken = !noAuth
        } body: { backend in
            let token = try await backend.token()
            let sensor = try await backend.registerSensor(token: token)
            let browser = try await WebBrowser()
            do {
                try await browser.resize(width: 1380, height: 1080)
                try await body(backend, browser, sensor, token)
                #expect(browser.complaints.isEmpty, "the page breaks neither its own policy nor itself")
            } catch {
                await browser.close()
                throw error
            }
            await browser.close()
        }
    }

    @Test func showsSensorsAndCloudEventsAndTheirProcessTreeLive() async throws {
        try await withPage { backend, browser, sensor, token in
            let first = try BackendSample.batch([BackendSample.event(id: "event-1", sensor: sensor)], sensor: sensor, id: "1")
            #expect(try await backend.ingest(.detections, first, token: token, key: "1").status == 200)
            try await browser.open(backend.endpoints.http + "/")
            try await browser.when("document.querySelector('a.row[href=\"#/events/event-1\"]')")
            try await browser.when("document.getElementById('live').textContent === 'live'")
            #expect(try await browser.text("document.querySelector('a.row[href^=\"#/sensors/\"] strong').textContent") == "node-1")
            #expect(try await browser.text("document.querySelector('a.row[href^=\"#/sensors/\"] .pill').textContent") == "active")

            // The page is open and told nothing: what comes now arrives by the event stream.
            let second = try BackendSample.batch([BackendSample.event(id: "event-2", sensor: sensor, name: "Program run from memory", severity: .high)], sensor: sensor, id: "2", from: 2)
            #expect(try await backend.ingest(.detections, second, token: token, key: "2").status == 200)
            try await browser.when("document.querySelector('li.new a.row[href=\"#/events/event-2\"]')")
            try await browser.screenshot(to: Self.pictures.appending(path: "overview.png"))

            try await browser.open(backend.endpoints.http + "/#/events/event-1")
            try await browser.when("!document.getElementById('drawer').hidden && document.querySelector('tr[data-event=\"event-2\"]')")
            let names = try await browser.text("[...document.querySelectorAll('#process-tree .process strong')].map((e) => e.textContent).join('>')")
            #expect(names == "containerd-shim>nginx>bash", "from the ancestor down to the one that did it")
            #expect(try await browser.text("document.querySelector('#process-tree .actor strong').textContent") == "bash")
            let document = try await browser.document()
            for fact in ["CRITICAL", "198.51.100.23:4444", "shop / shop-web-x2k4p", "Deployment shop-web", "T1059.004", "Command and Control", "shell on the network", "registry.example/shop/web:2.8.1"] {
                #expect(document.contains(fact), "\(fact)")
            }
            try await browser.screenshot(to: Self.pictures.appending(path: "cloud-event.png"))
        }
    }

    @Test func whatSensorsWriteStaysText() async throws {
        try await withPage { backend, browser, sensor, token in
            let attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
            var event = BackendSample.event(id: "event-'\"<x>", sensor: sensor, name: attack)
            event.description = attack
            event.output = attack
            event.mitreTechniques = [attack, "javascript:document.title='owned'"]
            event.runtimeDetails.processTree[0].command = attack
            let body = try BackendSample.batch([event], sensor: sensor, id: "1")
            #expect(try await backend.ingest(.detections, body, token: token, key: "1").status == 200)
            try await browser.open(backend.endpoints.http + "/#/events")
            try await browser.when("document.querySelector('td a.stretched')")
            _ = try await browser.text("document.querySelector('td a.stretched').click()")
            try await browser.when("!document.getElementById('drawer').hidden")
            #expect(try await browser.text("document.getElementById('event-name').textContent") == attack)
            #expect(try await browser.text("document.querySelectorAll('img, main script, .drawer script, a[href^=\"javascript\"]').length") == "0")
            #expect(try await browser.text("document.title").contains("owned") == false)
        }
    }

    @Test func theSwitchesPutFaultsIntoThePlanAndTakeThemOut() async throws {
        try await withPage { backend, browser, _, _ in
            try await browser.open(backend.endpoints.http + "/#/faults")
            try await browser.when("document.querySelectorAll('.switch').length > 8")
            _ = try await browser.text("document.getElementById('switch-0').click()")
            try await browser.when("document.getElementById('switch-0').getAttribute('aria-checked') === 'true'")
            let plan = try FaultPlanReader.read(Data(try await backend.planText().utf8))
            #expect(Set(plan.faults.map(\.match.surface)) == [.grpc, .rest, .token] && plan.faults.allSatisfy { $0.fault.refuse == true })
            try await browser.screenshot(to: Self.pictures.appending(path: "faults.png"))
            _ = try await browser.text("document.getElementById('all-off').click()")
            try await browser.when("document.getElementById('switch-0').getAttribute('aria-checked') === 'false'")
            #expect(try FaultPlanReader.read(Data(try await backend.planText().utf8)).faults.isEmpty)
        }
    }

    @Test func fitsOnAPhone() async throws {
        try await withPage { backend, browser, sensor, token in
            let body = try BackendSample.batch([BackendSample.event(id: "event-1", sensor: sensor)], sensor: sensor, id: "1")
            #expect(try await backend.ingest(.detections, body, token: token, key: "1").status == 200)
            try await browser.resize(width: 390, height: 844, isPhone: true)
            for (view, ready) in [("", "a.row"), ("events", "td"), ("events/event-1", "#process-tree"), ("sensors", "td"), ("sensors/\(sensor)", ".facts"), ("health", ".heading"), ("definitions", ".heading"), ("faults", ".switch")] {
                try await browser.open(backend.endpoints.http + "/#/\(view)")
                try await browser.when("document.querySelector('\(ready)')")
                #expect(try await browser.text("document.documentElement.scrollWidth <= 390") == "true", "'\(view)' is wider than the screen")
            }
            try await browser.open(backend.endpoints.http + "/#/events")
            try await browser.screenshot(to: Self.pictures.appending(path: "phone.png"))
        }
    }

    @Test func withoutTheViewerTokenThereIsNoPageNoDataAndNoSwitch() async throws {
        try await BackendFixture.run { backend in
            for path in ["/", "/api/v1/sensors", "/api/v1/overview", "/api/v1/events", "/web/v1/faults"] {
                let answer = try await backend.send("GET", path)
                #expect(answer.status == 401 && answer.headers["www-authenticate"]?.hasPrefix("Basic") == true, "\(path)")
            }
            for header in ["Bearer \(backend.directory.viewerToken)", "Basic \(Data("me:\(backend.directory.viewerToken)".utf8).base64EncodedString())"] {
                #expect(try await backend.send("GET", "/", headers: ["authorization": header]).status == 200)
            }
            // A sensor's token is no viewer's token, and the other way round.
            #expect(try await backend.send("GET", "/api/v1/sensors", headers: ["authorization": "Bearer \(try await backend.token())"]).status == 401)
            #expect(try await backend.ingest(.detections, Data("{}".utf8), token: backend.directory.viewerToken, key: "1").status == 401)
        }
    }

    @Test func nobodyFromTheNetworkSwitchesAPortalOff() {
        var options = BackendServer.Options()
        #expect(options.hasSwitches)
        options.http.host = "0.0.0.0"
        #expect(options.hasSwitches, "whoever has the viewer token may")
        options.webNeedsToken = false
        #expect(!options.hasSwitches)
        for loopback in ["127.0.0.1", "127.8.8.8", "::1"] {
            options.http.host = loopback
            #expect(options.hasSwitches)
        }
        options.control = nil
        #expect(!options.hasSwitches)
    }

    @Test func thePagesPolicyAdmitsItsOwnScriptAndStyleOnly() async throws {
        try await BackendFixture.run {
            $0.webNeedsToken = false
        } body: { backend in
            let answer = try await backend.send("GET", "/")
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            let text = answer.text
            for forbidden in ["style=\"", "onclick=", "src=\"http", "href=\"http", "innerHTML", "document.write", "eval("] { #expect(!text.contains(forbidden), "\(forbidden)") }
        }
    }
}

extension BackendFixture {
    /// The plan in force as the page reads it, without its counts.
    func planText() async throws -> String {
        let answer = try await send("GET", "/web/v1/faults")
        var object = try JSONSerialization.jsonObject(with: answer.body) as? [String: Any] ?? [:]
        (object["strikes"], object["remaining"]) = (nil, nil)
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }
}
