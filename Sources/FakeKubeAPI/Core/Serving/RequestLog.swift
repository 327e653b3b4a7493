package import Foundations

/// What was asked and how it was answered, the last `entriesMax` requests. Bodies and tokens are not kept.
package struct RequestLog: Sendable {
    package struct Entry: Sendable {
        package var number: UInt64
        package var time: WallInstant
        package var verb: String
        package var method: String
        package var path: String
        package var resource: String
        package var namespace: String
        package var name: String
        package var labelSelector: String
        package var fieldSelector: String
        package var resourceVersion: String
        package var user: String
        package var userAgent: String
        package var requestBytes: Int
        package var bytes: Int
        package var status: Int
        package var fault: Bool

        package var json: JSON {
            [
                "number": .integer(Int64(clamping: number)), "time": .string(Timestamp.text(time, micro: true)), "verb": .string(verb), "method": .string(method), "path": .string(path),
                "resource": .string(resource), "namespace": .string(namespace), "name": .string(name), "labelSelector": .string(labelSelector),
                "fieldSelector": .string(fieldSelector), "resourceVersion": .string(resourceVersion), "user": .string(user), "userAgent": .string(userAgent),
                "requestBytes": JSON(requestBytes), "bytes": JSON(bytes), "status": JSON(status), "fault": .bool(fault),
            ]
        }
    }

    static let entriesMax = 100_000
    package private(set) var entries: [Entry] = []
    package private(set) var count: UInt64 = 0
    /// Entries that made room for newer ones.
    package private(set) var evicted: UInt64 = 0

    mutating func append(_ call: Call, _ response: APIResponse) {
        count += 1
        let (status, bytes) = Self.outcome(response)
        let request = call.request
        entries.append(
            Entry(
                number: count, time: call.now.wall, verb: call.attempt.verb, method: request.method, path: request.path,
                resource: call.target.map { $0.subresource.isEmpty ? $0.resource : "\($0.resource)/\($0.subresource)" } ?? call.attempt.fullResource, namespace: call.target?.namespace ?? "",
                name: call.target?.name ?? "", labelSelector: request.parameter("labelSelector") ?? "", fieldSelector: request.parameter("fieldSelector") ?? "",
                resourceVersion: request.parameter("resourceVersion") ?? "", user: call.user.name, userAgent: request.headers["user-agent"] ?? "",
                requestBytes: request.body.count, bytes: bytes, status: status, fault: call.fault != nil))
        if entries.count > Self.entriesMax + Self.entriesMax / 4 {
            evicted += UInt64(entries.count - Self.entriesMax)
            entries.removeFirst(entries.count - Self.entriesMax)
        }
    }

    package mutating func clear() { entries = [] }

    private static func outcome(_ response: APIResponse) -> (Int, Int) {
        switch response {
        case .complete(let answer): (answer.status, answer.body.count)
        case .watch, .log: (200, 0)
        case .delayed(_, let inner): outcome(inner)
        case .disconnect, .webhooks: (0, 0)
        }
    }
}

extension KubeAPI {
    package mutating func clearLog() { log.clear() }

    /// Figures for people and tests: requests, watchers, objects by resource, what was lost at bounds.
    package func statistics(watchers: Int) -> JSON {
        var objects: [String: JSON] = [:]
        for resource in catalogue.resources where resource.isStored && store.count(resource) > 0 { objects[resource.qualified] = JSON(store.count(resource)) }
        let losses = store.losses.counts.mapValues { causes in JSON.object(Dictionary(uniqueKeysWithValues: causes.map { ($0.key.name, JSON.integer(Int64(clamping: $0.value))) })) }
        return [
            "requests": .integer(Int64(clamping: log.count)), "requestsEvicted": .integer(Int64(clamping: log.evicted)), "watchers": JSON(watchers),
            "resourceVersion": .string(String(store.version)), "objects": .object(objects), "losses": .object(losses),
            "tablesCopied": .integer(Int64(clamping: store.tablesCopied)), "eventsEncoded": .integer(Int64(clamping: encodings.encoded)),
            "logLinesForgotten": JSON(logs.values.reduce(0) { $0 + $1.forgotten }), "eventsShared": .integer(Int64(clamping: encodings.shared)),
        ]
    }
}
