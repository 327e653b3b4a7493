import Foundations
import HTTPTypes
import Hummingbird
import KubeCore
import NIOCore

/// The control port: what tests do to the server and see of it. No authentication, so it listens on the loopback unless told otherwise.
struct ControlRoutes: Sendable {
    static let bodyBytesMax = 1024 * 1024
    let hub: APIHub

    func add(to root: Router<BasicRequestContext>) {
        let hub = hub
        root.get("/healthz") { _, _ in Self.json(["status": "ok"]) }
        let router = root.group("/control/v1")
        router.get("/faults") { _, _ in Self.json(hub.with { api, _ in api.faults.json }) }
        router.put("/faults") { request, _ in
            let body = Array(buffer: try await request.body.collect(upTo: Self.bodyBytesMax))
            do {
                let plan = try FaultPlan(json: try JSONParser.parse(body))
                return Self.json(hub.with { api, _ in
                    api.faults = plan
                    return plan.json
                })
            } catch let diagnostic as Diagnostic {
                return Self.json(["error": .string(diagnostic.message)], .badRequest)
            } catch let failure as JSONParser.Failure {
                return Self.json(["error": .string("faults: \(failure.message)")], .badRequest)
            }
        }
        router.delete("/faults") { _, _ in
            hub.with { api, _ in api.faults = FaultPlan() }
            return Response(status: .noContent)
        }
        router.get("/requests") { request, _ in
            let user = request.uri.queryParameters["user"].map(String.init)
            let resource = request.uri.queryParameters["resource"].map(String.init)
            let since = request.uri.queryParameters["since"].flatMap { UInt64($0) } ?? 0
            return Self.json(hub.with { api, _ in
                .array(api.log.entries.filter { $0.number > since && (user == nil || $0.user == user) && (resource == nil || $0.resource == resource) }.map(\.json))
            })
        }
        router.delete("/requests") { _, _ in
            hub.with { api, _ in api.clearLog() }
            return Response(status: .noContent)
        }
        router.post("/logs/{namespace}/{pod}/{container}") { request, context in
            let place = try (context.parameters.require("namespace"), context.parameters.require("pod"), context.parameters.require("container"))
            let text = String(buffer: try await request.body.collect(upTo: Self.bodyBytesMax))
            let problem = hub.with { api, now -> APIStatus? in
                do throws(APIStatus) {
                    try api.appendLog(namespace: place.0, pod: place.1, container: place.2, text, at: now)
                    return nil
                } catch { return error }
            }
            guard let problem else { return Response(status: .noContent) }
            return Self.json(problem.json, .init(code: problem.code))
        }
        router.post("/compact") { _, _ in
            Self.json(hub.with { api, _ in
                api.store.compact()
                return ["resourceVersion": .string(String(api.store.version))]
            })
        }
        router.get("/statistics") { _, _ in
            let watchers = hub.watchers
            return Self.json(hub.with { api, _ in api.statistics(watchers: watchers) })
        }
    }

    private static func json(_ value: JSON, _ status: HTTPResponse.Status = .ok) -> Response {
        let body = value.encoded
        return Response(status: status, headers: [.contentType: "application/json", .contentLength: String(body.count)], body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
