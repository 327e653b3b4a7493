import BackendCore
import Contract
import Foundations
import Hummingbird

/// `POST /api/v1/scan/runtime-data`: the agentless scanner hands over what it read from a node's disk.
struct ScanRoute: Sendable {
    let portal: Portal

    func add(to router: Router<PortalRequestContext>) {
        let portal = portal
        router.post("/api/v1/scan/runtime-data") { request, _ in
            // The scanner is a part of the portal: the fault plan, which stands for the way between sensor and portal, does not strike it.
            do {
                try await portal.authorize(request.headers[.authorization], effect: nil)
            } catch let refusal as Portal.Refusal {
                throw refusal.refusal
            }
            let scan = try JSONBody.decode(RuntimeScan.self, from: try await IngestBody.read(request))
            let reply = try await portal.store.takeScan(scan, at: portal.clock().wall)
            if reply.rows > 0 { portal.changes.publish(.runtimeData) }
            return try Response.json(reply)
        }
    }
}
