package import Contract
import Foundation
package import Foundations

/// A cloud event in the form of the vendor's public detections webhook ("Detections Webhook" of its documentation, as Elastic's `wiz` integration reads it).
///
/// Receivers rely on this: `triggeringEvents` and `createdAt` are always there; each event names an actor that is in `actors` and resources that are in
/// `resources`; times of events have milliseconds; the process tree begins with the process that did it; its digest is SHA-1; process ids are text.
package enum DetectionPayload {
    /// - Parameters:
    ///   - createdAt: when the portal took the event.
    ///   - page: the address of the portal's page, for links.
    package static func make(_ event: CloudEvent, rule: WebhookRule, createdAt: WallInstant, page: String) -> OrderedJSON {
        let (actor, resources) = (actor(of: event), resources(of: event))
        return [
            "trigger": ["source": "DETECTIONS", "type": "Created", "ruleId": .string(rule.id), "ruleName": .string(rule.name)],
            "id": .string(event.id), "threatId": nil, "threatURL": nil, "title": .string(event.name), "description": .string(event.description ?? event.output ?? event.name),
            "severity": .string(event.severity.rawValue), "createdAt": .string(createdAt.rfc3339), "tdrId": OrderedJSON(event.matchedRules.first?.rule.id), "tdrSource": .string(event.origin),
            "mitreTactics": .array(event.mitreTactics.map { .string($0) }), "mitreTechniques": .array(event.mitreTechniques.map { .string($0) }), "cloudAccounts": [], "cloudOrganizations": [],
            "detectionUrl": .string("\(page)/#/events/\(event.id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-"])) ?? "")"),
            "timeframe": ["start": .string(milliseconds(event.timestamp)), "end": .string(milliseconds(event.lastTimestamp ?? event.timestamp))],
            "actors": [actor], "primaryActor": actor, "resources": .array(resources), "primaryResource": resources.first ?? .null,
            "triggeringEventsCount": .number(event.aggregatedEventDetails.eventsCount), "triggeringEvents": [triggeringEvent(event)],
        ]
    }

    private static func triggeringEvent(_ event: CloudEvent) -> OrderedJSON {
        let details = event.runtimeDetails
        let kind = details.context.type.replacing("Context", with: "")
        let resourceID = details.processTree.first?.container?.id ?? details.host.hostname
        return [
            "id": .string(event.id), "externalId": .string("\(kind)##\(resourceID)-SensorRuleEngine##\(event.matchedRules.first?.rule.id ?? "")-\(event.id)"), "name": .string(event.name),
            "description": .string(sentence(event)), "cloudProviderUrl": nil, "cloudPlatform": OrderedJSON(details.processTree.first?.container?.pod.map { _ in "Kubernetes" }),
            "origin": .string(event.origin), "eventTime": .string(milliseconds(event.timestamp)), "source": "WizSensorAlert##RuleEngine", "category": .string(event.category), "status": "Success",
            // Only the id: what else is known of the actor stands in `actors`.
            "actor": ["id": .string(actorID(event))], "actorIP": OrderedJSON(details.processTree.first?.container?.pod?.ips?.first), "actorIPMeta": nil,
            "resources": .array(resourceIDs(event).map { ["id": .string($0)] }), "subjectResourceId": OrderedJSON(resourceIDs(event).first),
            "subjectResourceIp": OrderedJSON(details.processTree.first?.container?.pod?.ips?.first), "runtimeDetails": ["processTree": .array(details.processTree.map(node))],
        ]
    }

    /// "The program <parent path> executed the program <path> on container <name>", the vendor's pattern.
    private static func sentence(_ event: CloudEvent) -> String {
        let tree = event.runtimeDetails.processTree
        guard let process = tree.first else { return event.output ?? event.name }
        let place = process.container.map { "container \($0.name ?? $0.id)" } ?? "host \(event.runtimeDetails.host.hostname)"
        guard let parent = tree.dropFirst().first else { return "The program \(process.path ?? process.name) ran on \(place)" }
        return "The program \(parent.path ?? parent.name) executed the program \(process.path ?? process.name) on \(place)"
    }

    private static func actorID(_ event: CloudEvent) -> String { event.runtimeDetails.processTree.first.map { "process##\($0.id)" } ?? "sensor##\(event.runtimeDetails.sensor.id)" }

    private static func actor(of event: CloudEvent) -> OrderedJSON {
        let process = event.runtimeDetails.processTree.first
        var actingAs = OrderedJSON.null
        if let account = process?.container?.serviceAccount {
            let namespace = process?.container?.pod?.namespace ?? ""
            actingAs = ["id": .string("serviceaccount##\(namespace)/\(account)"), "name": .string(account), "type": "SERVICE_ACCOUNT", "nativeType": "serviceAccount"]
        }
        return [
            "id": .string(actorID(event)), "externalId": OrderedJSON(process?.id), "providerUniqueId": nil, "name": .string(process?.name ?? event.runtimeDetails.sensor.name), "email": nil,
            "type": "Process", "nativeType": "process", "actingAs": actingAs,
        ]
    }

    private static func resourceIDs(_ event: CloudEvent) -> [String] { [event.runtimeDetails.processTree.first?.container?.id, "host##\(event.runtimeDetails.host.hostname)"].compactMap { $0 } }

    private static func resources(of event: CloudEvent) -> [OrderedJSON] {
        let (host, container) = (event.runtimeDetails.host, event.runtimeDetails.processTree.first?.container)
        func resource(_ id: String, externalID: String?, name: String, type: String, nativeType: String) -> OrderedJSON {
            [
                "id": .string(id), "externalId": OrderedJSON(externalID), "providerUniqueId": nil, "name": .string(name), "type": .string(type), "nativeType": .string(nativeType), "region": nil,
                "status": "Active", "cloudAccount": nil, "kubernetesNodeId": nil, "kubernetesNodeName": .string(event.runtimeDetails.sensor.name), "kubernetesNamespaceId": nil,
                "kubernetesNamespaceName": OrderedJSON(container?.pod?.namespace), "kubernetesClusterId": nil, "kubernetesClusterName": nil, "cloudProviderUrl": nil,
            ]
        }
        let inside = container.map { resource($0.id, externalID: $0.id, name: $0.name ?? $0.id, type: "CONTAINER", nativeType: "container") }
        return [inside, resource("host##\(host.hostname)", externalID: host.externalId, name: host.hostname, type: "VIRTUAL_MACHINE", nativeType: "virtualMachine")].compactMap { $0 }
    }

    /// The names of the vendor's sample payload; the reference table beside it uses others.
    private static func node(_ process: ProcessNode) -> OrderedJSON {
        let container: OrderedJSON? = process.container.map {
            ["id": .string($0.id), "externalId": .string($0.id), "name": OrderedJSON($0.name), "imageId": nil, "imageExternalId": OrderedJSON($0.image?.externalId)]
        }
        return [
            "id": .string(String(process.pid)), "command": OrderedJSON(process.command), "path": OrderedJSON(process.path), "hash": OrderedJSON(process.hash), "size": nil,
            "executionTime": OrderedJSON(process.executionTime.map(milliseconds)), "userId": OrderedJSON(process.userId), "username": OrderedJSON(process.userName), "container": container ?? .null,
        ]
    }

    private static func milliseconds(_ time: String) -> String {
        guard let instant = WallInstant(rfc3339: time) else { return time }
        // `2026-03-01T10:00:00.123456789Z` without the last six digits of the fraction.
        return "\(instant.rfc3339.prefix(23))Z"
    }
}
