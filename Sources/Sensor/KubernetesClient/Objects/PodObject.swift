package import Enrichment
internal import Events
internal import Foundations

/// The fields of a v1 Pod that are used; the rest is passed over while it is read.
package struct PodObject: Decodable, Sendable {
    struct Metadata: Decodable, Sendable {
        var name: String
        var namespace: String?
        var uid: String
        var resourceVersion: String?
        var labels: [String: String]?
        var annotations: [String: String]?
        var ownerReferences: [OwnerReference]?
    }
    struct Spec: Decodable, Sendable {
        struct Container: Decodable, Sendable {
            struct SecurityContext: Decodable, Sendable { var privileged: Bool? }
            var name: String
            var image: String?
            var securityContext: SecurityContext?
        }
        var nodeName: String?
        var serviceAccountName: String?
        var hostNetwork: Bool?
        var containers: [Container]?
        var initContainers: [Container]?
        var ephemeralContainers: [Container]?
    }
    struct Status: Decodable, Sendable {
        struct IP: Decodable, Sendable { var ip: String? }
        struct Container: Decodable, Sendable {
            struct State: Decodable, Sendable {
                struct Running: Decodable, Sendable { var startedAt: String? }
                struct Terminated: Decodable, Sendable {
                    var startedAt: String?
                    var containerID: String?
                }
                var running: Running?
                var terminated: Terminated?
            }
            var name: String
            var image: String?
            var imageID: String?
            var containerID: String?
            var state: State?
        }
        var podIP: String?
        var podIPs: [IP]?
        var containerStatuses: [Container]?
        var initContainerStatuses: [Container]?
        var ephemeralContainerStatuses: [Container]?
    }

    var metadata: Metadata
    var spec: Spec?
    var status: Status?

    /// The controller's reference, for the chain above it.
    var controller: OwnerReference? { OwnerReference.controller(of: metadata.ownerReferences) }

    /// What enrichment needs of it.
    package var pod: WorkloadResolver.Pod {
        var context = PodContext(name: metadata.name, namespace: metadata.namespace ?? "default", uid: metadata.uid)
        context.node = spec?.nodeName ?? ""
        let ips = (status?.podIPs ?? []).compactMap(\.ip)
        context.ips = ips.isEmpty ? [status?.podIP].compactMap { $0 } : ips
        context.serviceAccount = spec?.serviceAccountName ?? ""
        context.labels = metadata.labels ?? [:]
        context.hostNetwork = spec?.hostNetwork ?? false
        context.owners = controller.map { [$0.owner] } ?? []
        return WorkloadResolver.Pod(
            context: context, controllerUID: controller?.uid, manifestHash: metadata.annotations?["kubernetes.io/config.hash"], containers: containers)
    }

    private var containers: [WorkloadResolver.Container] {
        let kinds = [
            (status?.containerStatuses, spec?.containers), (status?.initContainerStatuses, spec?.initContainers), (status?.ephemeralContainerStatuses, spec?.ephemeralContainers),
        ]
        return kinds.flatMap { statuses, specs in
            (statuses ?? []).compactMap { status in
                let spec = specs?.first { $0.name == status.name }
                // a container that has ended names its id in the state, when no successor has taken its place
                let id = status.containerID.flatMap { $0.isEmpty ? nil : $0 } ?? status.state?.terminated?.containerID ?? ""
                let started = status.state?.running?.startedAt ?? status.state?.terminated?.startedAt
                return WorkloadResolver.Container(
                    // the spec's image is what its author wrote; the status's may be the runtime's own name for it
                    name: status.name, containerID: id, image: spec?.image ?? status.image, imageID: status.imageID, privileged: spec?.securityContext?.privileged ?? false,
                    started: started.flatMap(WallInstant.init(rfc3339:)))
            }
        }
    }
}

/// One page of pods.
package struct PodListObject: Decodable, Sendable {
    struct Metadata: Decodable, Sendable {
        var resourceVersion: String?
        var `continue`: String?
    }
    /// A pod, or nothing where one field is not of the type that it should have: one odd object must not hide the others.
    private struct Item: Decodable {
        var pod: PodObject?
        init(from decoder: any Decoder) { pod = try? PodObject(from: decoder) }
    }

    var metadata: Metadata
    var items: [PodObject]
    /// Objects that could not be read.
    var unreadable: Int

    private enum CodingKeys: String, CodingKey { case kind, metadata, items }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // another object, such as a Status, would pass for a list of none
        let kind = try container.decodeIfPresent(String.self, forKey: .kind)
        guard kind == nil || kind == "PodList" else { throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "no list of pods") }
        metadata = try container.decode(Metadata.self, forKey: .metadata)
        // `null` for none: Go's encoding of an empty slice
        let all = try container.decodeIfPresent([Item].self, forKey: .items) ?? []
        items = all.compactMap(\.pod)
        unreadable = all.count - items.count
    }
}

/// `metadata` of any object: what a PartialObjectMetadata is.
package struct PartialObject: Decodable, Sendable {
    struct Metadata: Decodable, Sendable {
        var uid: String?
        var ownerReferences: [OwnerReference]?
    }
    var metadata: Metadata
}

/// The body of a refused request and of an ERROR event.
package struct StatusObject: Decodable, Sendable {
    var code: Int?
    var reason: String?
    var message: String?
}

/// One line of a watch.
package enum WatchLine: Sendable {
    case changed(PodObject)
    case deleted(uid: String, resourceVersion: String?)
    /// Only moves the place to go on from.
    case bookmark(resourceVersion: String)
    case error(StatusObject)
    /// A type that this sensor does not know, or an object that cannot be read: counted, and passed so that it does not come again.
    case unreadable(resourceVersion: String?)
}

extension WatchLine: Decodable {
    private enum CodingKeys: String, CodingKey { case type, object }
    private struct Gone: Decodable {
        struct Metadata: Decodable {
            var uid: String
            var resourceVersion: String?
        }
        var metadata: Metadata
    }
    private struct Versioned: Decodable {
        struct Metadata: Decodable { var resourceVersion: String }
        var metadata: Metadata
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(String.self, forKey: .type) {
        case "ADDED", "MODIFIED":
            if let pod = try? container.decode(PodObject.self, forKey: .object) { self = .changed(pod) } else { self = Self.passed(container) }
        case "DELETED":
            if let gone = try? container.decode(Gone.self, forKey: .object) {
                self = .deleted(uid: gone.metadata.uid, resourceVersion: gone.metadata.resourceVersion)
            } else {
                self = Self.passed(container)
            }
        case "BOOKMARK": self = .bookmark(resourceVersion: try container.decode(Versioned.self, forKey: .object).metadata.resourceVersion)
        case "ERROR": self = .error(try container.decode(StatusObject.self, forKey: .object))
        default: self = Self.passed(container)
        }
    }

    private static func passed(_ container: KeyedDecodingContainer<CodingKeys>) -> WatchLine {
        .unreadable(resourceVersion: try? container.decode(Versioned.self, forKey: .object).metadata.resourceVersion)
    }
}
