internal import Foundations

extension FieldCatalog {
    static let containerFields: [FieldDefinition] = [
        FieldDefinition("container.id", .text, "First 12 digits of the container's id; `host` outside of containers.") { e, _ in .text(containerID(e)) },
        FieldDefinition("container.full_id", .text, "The whole id.") { e, _ in e.container.map { .text($0.id) } },
        FieldDefinition("container.name", .text, source: .container, "Name; `host` outside of containers.") { e, _ in
            guard let container = e.container else { return .text("host") }
            return container.name.map { .text($0) }
        },
        FieldDefinition("container.type", .text, "Runtime: `containerd`, `cri-o`, `docker`, `podman`.") { e, _ in e.container.flatMap { .known($0.runtime) } },
        FieldDefinition("container.image", .text, source: .container, "Reference of the image.") { e, _ in e.container?.image.map { .text($0) } },
        FieldDefinition("container.image.repository", .text, source: .container, "Reference of the image without tag and digest.") { e, _ in
            e.container?.image.map { .text(ImageReference.repository($0)) }
        },
        FieldDefinition("container.image.tag", .text, source: .container, "Tag of the image.") { e, _ in e.container?.image.flatMap { ImageReference.tag($0).map { .text($0) } } },
        FieldDefinition("container.image.digest", .text, source: .container, "Digest of the image.") { e, _ in e.container?.imageDigest.map { .text($0) } },
        FieldDefinition("container.privileged", .flag, "The container runs privileged, as its pod says; else told by a process of it that has all capabilities.") { e, _ in
            guard let container = e.container else { return nil }
            if let said = container.privileged { return .flag(said) }
            // what --privileged grants and nothing else does; that a process has fewer says nothing about its container
            return e.event.capabilities.map { $0 & CallText.allCapabilities == CallText.allCapabilities } == true ? .flag(true) : nil
        },
        FieldDefinition("container.start_ts", .number, source: .container, "Start in nanoseconds since 1970.") { e, _ in e.container?.started.map { .integer($0.nanoseconds) } },
        FieldDefinition("container.duration", .number, source: .container, "Nanoseconds since the start.") { e, _ in
            e.container?.started.map { .integer(max(0, e.wallTime.nanoseconds - $0.nanoseconds)) }
        },
        FieldDefinition("container.ip", .text, source: .kubernetes, "First address of the pod.") { e, _ in e.container?.pod?.ips.first.map { .text($0) } },
        FieldDefinition("container.info", .text, source: .container, "Id, name and image in one text, for outputs.") { e, _ in
            guard let container = e.container else { return .text("container_id=host") }
            return .text("container_id=\(container.id.prefix(12)) container_name=\(container.name ?? "<NA>") image=\(container.image ?? "<NA>")")
        },
        .unavailable("container.image.id", "Id of the image."), .unavailable("container.mounts", "All mounts."),
        .unavailable("container.mount", argument: .requiredKey, "One mount."), .unavailable("container.mount.source", argument: .requiredKey, "Source of a mount."),
        .unavailable("container.mount.dest", argument: .requiredKey, "Destination of a mount."), .unavailable("container.mount.mode", argument: .requiredKey, "Mode of a mount."),
        .unavailable("container.mount.rdwr", argument: .requiredKey, "Whether a mount may be written."),
        .unavailable("container.mount.propagation", argument: .requiredKey, "Propagation of a mount."), .unavailable("container.healthcheck", "Health check."),
        .unavailable("container.liveness_probe", "Liveness probe."), .unavailable("container.readiness_probe", "Readiness probe."),
        .unavailable("container.cni.json", "Network configuration."),
        FieldDefinition("container.host_network", .flag, source: .kubernetes, "The container uses the node's network, as its pod says.") { e, _ in
            e.container?.pod.map { .flag($0.hostNetwork) }
        },
        FieldDefinition("container.host_pid", .flag, "The process is in the initial pid namespace.") { e, _ in
            guard e.container != nil, e.process.exec.namespaces.pid != 0 else { return nil }
            return .flag(e.process.exec.namespaces.pid == initialPIDNamespace)
        },
        .unavailable("container.host_ipc", .flag, "Shares the host's IPC namespace."),
        .unavailable("container.label", argument: .requiredKey, "One label."), .unavailable("container.labels", "All labels."),
        .unavailable("container.created_time", .number, "Time of creation."),
    ]

    /// PROC_PID_INIT_INO of include/linux/proc_ns.h.
    private static let initialPIDNamespace: UInt32 = 0xEFFF_FFFC

    static func containerID(_ e: EnrichedEvent) -> String { e.container.map { String($0.id.prefix(12)) } ?? "host" }
}

/// The parts of an image reference: `registry.example:5000/shop/web:2.4@sha256:...`.
package enum ImageReference {
    package static func repository(_ reference: String) -> Substring {
        let name = reference[..<(reference.firstIndex(of: "@") ?? reference.endIndex)]
        guard let colon = tagColon(name) else { return name }
        return name[..<colon]
    }

    package static func tag(_ reference: String) -> Substring? {
        let name = reference[..<(reference.firstIndex(of: "@") ?? reference.endIndex)]
        return tagColon(name).map { name[name.index(after: $0)...] }
    }

    // a colon before the last slash belongs to the registry's port
    private static func tagColon(_ name: Substring) -> Substring.Index? {
        guard let colon = name.lastIndex(of: ":") else { return nil }
        if let slash = name.lastIndex(of: "/"), slash > colon { return nil }
        return colon
    }
}
