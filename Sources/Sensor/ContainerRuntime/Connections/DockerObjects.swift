internal import Enrichment
internal import Events
internal import Foundations

/// An entry of `GET /containers/json`, as far as it is used. Names are spelled as Docker spells them.
struct DockerListEntry: Decodable, Sendable {
    var Id: String
    var Names: [String]?
    var Image: String?
    var ImageID: String?
    var Created: Int64?
    var Labels: [String: String]?

    func container(runtime: String) -> RuntimeContainer {
        var out = RuntimeContainer(id: Id, runtime: runtime)
        out.name = DockerName.plain(Names?.first)
        out.image = DockerName.image(Image)
        out.imageID = ImageID
        out.created = Created.map { WallInstant(nanoseconds: $0 &* 1_000_000_000) }
        out.labels = Labels ?? [:]
        return out
    }
}

/// `GET /containers/ID/json`, as far as it is used.
struct DockerContainer: Decodable, Sendable {
    struct StatePart: Decodable, Sendable { var StartedAt: String? }
    struct ConfigPart: Decodable, Sendable {
        var Image: String?
        var Labels: [String: String]?
    }
    struct HostConfigPart: Decodable, Sendable { var Privileged: Bool? }
    struct MountPart: Decodable, Sendable {
        var Source: String?
        var Destination: String?
        var Mode: String?
        var RW: Bool?
        var Propagation: String?
    }
    var Id: String
    var Name: String?
    var Created: String?
    var Image: String?
    var State: StatePart?
    var Config: ConfigPart?
    var HostConfig: HostConfigPart?
    var Mounts: [MountPart]?

    func container(runtime: String) -> RuntimeContainer {
        var out = RuntimeContainer(id: Id, runtime: runtime)
        out.name = DockerName.plain(Name)
        out.image = DockerName.image(Config?.Image)
        out.imageID = Image
        out.created = Created.flatMap(WallInstant.init(rfc3339:))
        // 0001-01-01, which is no instant, for one that never started
        out.started = State?.StartedAt.flatMap(WallInstant.init(rfc3339:))
        out.labels = Config?.Labels ?? [:]
        out.privileged = HostConfig?.Privileged
        out.mounts = (Mounts ?? []).map {
            ContainerContext.Mount(source: $0.Source ?? "", destination: $0.Destination ?? "", mode: $0.Mode ?? "", isWritable: $0.RW ?? true, propagation: $0.Propagation ?? "")
        }
        return out
    }
}

/// One line of `GET /events`.
struct DockerEvent: Decodable, Sendable {
    struct ActorPart: Decodable, Sendable { var ID: String? }
    var `Type`: String?
    var Action: String?
    var Actor: ActorPart?

    /// nil for what says nothing new.
    var event: RuntimeEvent? {
        guard Type == "container", let id = Actor?.ID, !id.isEmpty else { return nil }
        return switch Action {
        case "create", "start": .begun(id: id)
        case "destroy", "remove": .removed(id: id)
        default: nil
        }
    }
}

enum DockerName {
    /// Docker puts a slash before names.
    static func plain(_ name: String?) -> String? { name.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }.flatMap { $0.isEmpty ? nil : $0 } }

    /// nil for an id in the place of a name: the image has lost its tag.
    static func image(_ name: String?) -> String? { name.flatMap { $0.isEmpty || $0.hasPrefix("sha256:") ? nil : $0 } }
}
