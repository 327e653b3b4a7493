import Hummingbird
import NIOCore

/// The web page, its event stream, and its switches.
struct WebRoutes: Sendable {
    let portal: Portal
    /// Whether the page may change faults.
    let hasSwitches: Bool

    func add(page router: RouterGroup<PortalRequestContext>) {
        let document = WebPage.document(hasSwitches: hasSwitches)
        router.get("/") { _, _ in
            Response(
                status: .ok,
                headers: [
                    .contentType: "text/html; charset=utf-8", .contentLength: String(document.html.utf8.count), .contentSecurityPolicy: document.policy,
                    .xContentTypeOptions: "nosniff", .cacheControl: "no-store",
                ], body: .init(byteBuffer: ByteBuffer(string: document.html)))
        }
        let changes = portal.changes
        router.get("/api/v1/events") { _, _ in
            guard let stream = changes.subscribe() else {
                throw Refusal(.serviceUnavailable, "too_many_readers", "at most \(ChangeFeed.readersMax) readers of the event stream")
            }
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
                body: ResponseBody { writer in
                    // A first line at once: the reader knows that it is connected.
                    try await writer.write(ByteBuffer(string: ": connected\n\n"))
                    for await change in stream {
                        let text = change == .keepAlive ? ": keep-alive\n\n" : "event: \(change.rawValue)\ndata: {}\n\n"
                        try await writer.write(ByteBuffer(string: text))
                    }
                    try await writer.finish(nil)
                })
        }
        if hasSwitches { FaultRoutes(portal: portal).add(to: router.group("/web/v1")) }
    }
}
