import Foundations
import KubeCore
import Testing

@Suite("Logs")
struct LogTests {
    private let target = "/api/v1/namespaces/default/pods/web/log"

    private func harness(_ log: String? = nil) -> APIHarness {
        var harness = APIHarness(logs: log.map { ["default/web/main": $0] } ?? [:])
        _ = harness.ask("POST", "/api/v1/namespaces/default/pods", APIHarness.pod("web", node: "n1"))
        return harness
    }

    private func text(_ answer: APIHarness.Answer) -> String { String(decoding: answer.body, as: UTF8.self) }

    @Test func aLineWithoutATimeHasThatOfTheLineBeforeOrOfTheStart() {
        var harness = harness("first\n2023-11-14T22:13:30Z second\nthird")
        // The harness's clock, at which the pod was made.
        #expect(
            text(harness.ask("GET", target + "?timestamps=true"))
                == "2023-11-14T22:13:20.000000000Z first\n2023-11-14T22:13:30.000000000Z second\n2023-11-14T22:13:30.000000000Z third\n")
        harness.now = harness.now.advanced(by: .seconds(15))
        #expect(text(harness.ask("GET", target + "?sinceSeconds=6")) == "second\nthird\n")
        #expect(text(harness.ask("GET", target + "?sinceSeconds=4")) == "")
        // The tail is cut first.
        #expect(text(harness.ask("GET", target + "?sinceTime=2023-11-14T22:13:30Z&tailLines=3")) == "second\nthird\n")
        #expect(text(harness.ask("GET", target + "?tailLines=2&limitBytes=8")) == "second\nt")
    }

    @Test(arguments: [
        ("tailLines=-1", 422, "tailLines: Invalid value: -1: must be greater than or equal to 0"), ("limitBytes=0", 422, "limitBytes: Invalid value: 0: must be greater than 0"),
        ("sinceSeconds=0", 422, "sinceSeconds: Invalid value: 0: must be greater than 0"), ("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", 422, "at most one of `sinceTime` or `sinceSeconds` may be specified"),
        ("sinceTime=yesterday", 400, "parsing time"), ("previous=true", 400, "previous terminated container \"main\" in pod \"web\" not found"), ("container=x", 400, "container x is not valid for pod web"),
        ("tailLines=x", 400, "invalid syntax"),
    ])
    func whatCannotBeAskedIsRefused(query: String, status: Int, words: String) {
        var harness = harness("a\n")
        let answer = harness.ask("GET", target + "?" + query)
        #expect(answer.status == status && answer.json["message"]?.string?.contains(words) ?? false, "\(answer.json)")
    }

    @Test func aContainerThatWaitsHasNoLog() {
        var harness = harness()
        #expect(text(harness.ask("GET", target)) == "")
        let waiting: JSON = ["status": ["containerStatuses": [["name": "main", "image": "a:1", "imageID": "", "ready": false, "restartCount": 0, "state": ["waiting": ["reason": "ImagePullBackOff"]]]]]]
        _ = harness.patch("/api/v1/namespaces/default/pods/web/status", waiting)
        let answer = harness.ask("GET", target)
        #expect(answer.status == 400 && answer.json["message"] == "container \"main\" in pod \"web\" is waiting to start: ImagePullBackOff")
    }

    @Test func aFollowerHearsWhatComesUntilThePodIsGone() throws {
        var harness = harness("one\n")
        guard case .log(var session) = harness.api.handle(.init(method: "GET", path: target, query: [("follow", "true")]), from: .administrator, at: harness.now) else {
            Issue.record("not followed")
            return
        }
        func heard() -> String {
            var out: [UInt8] = []
            harness.api.advance(&session, into: &out)
            return String(decoding: out, as: UTF8.self)
        }
        #expect(heard() == "one\n" && heard() == "" && !session.hasEnded)
        _ = harness.api.store.takeStirred()
        try harness.api.appendLog(namespace: "default", pod: "web", container: "main", "two\nthree", at: harness.now)
        #expect(harness.api.store.takeStirred().keys.contains("/pods"))
        #expect(heard() == "two\nthree\n" && !session.hasEnded)
        _ = harness.ask("DELETE", "/api/v1/namespaces/default/pods/web?gracePeriodSeconds=0")
        #expect(heard() == "" && session.hasEnded)
    }
}
