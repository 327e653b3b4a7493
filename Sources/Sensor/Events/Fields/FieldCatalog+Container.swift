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
        FieldDefinition("container.image.id", .text, source: .container, "Id of the image, as the runtime gives it.") { e, _ in e.container?.imageID.map { .text($0) } },
        FieldDefinition("container.created_time", .number, source: .container, "Creation in nanoseconds since 1970.") { e, _ in e.container?.created.map { .integer($0.nanoseconds) } },
        FieldDefinition("container.label", .text, argument: .requiredKey, source: .container, "One label of the container, as the runtime has it.") { e, argument in
            guard case .key(let label) = argument, let value = e.container?.labels[label] else { return nil }
            return .text(value)
        },
        FieldDefinition("container.labels", .text, source: .container, "All labels: `app:web,tier:front`.") { e, _ in e.container.flatMap { .known(labelText($0.labels)) } },
        FieldDefinition("container.mounts", .text, source: .container, "All mounts, each as `source:destination:mode:writable:propagation`.") { e, _ in
            e.container.flatMap { .known($0.mounts.map(\.text).joined(separator: ",")) }
        },
        mount("container.mount", "One mount, by number or destination; `N/A` when there is none. A destination or source may be a pattern: `[/proc*]`.", by: { $0.destination }) { .text($0.text) },
        mount("container.mount.source", "Source of a mount, by number or destination.", by: { $0.destination }) { .known($0.source) },
        mount("container.mount.dest", "Destination of a mount, by number or source.", by: { $0.source }) { .known($0.destination) },
        mount("container.mount.mode", "Mode of a mount, by number or source.", by: { $0.source }) { .known($0.mode) },
        mount("container.mount.rdwr", "`true` when a mount may be written, by number or source.", by: { $0.source }) { .text($0.isWritable ? "true" : "false") },
        mount("container.mount.propagation", "Propagation of a mount, by number or source.", by: { $0.source }) { .known($0.propagation) },
        .unavailable("container.healthcheck", "Health check."),
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
    ]

    /// PROC_PID_INIT_INO of include/linux/proc_ns.h.
    private static let initialPIDNamespace: UInt32 = 0xEFFF_FFFC

    private static func mount(
        _ name: String, _ summary: String, by key: @escaping @Sendable (ContainerContext.Mount) -> String, _ read: @escaping @Sendable (ContainerContext.Mount) -> FieldValue?
    ) -> FieldDefinition {
        FieldDefinition(name, .text, argument: .requiredKey, source: .container, summary) { e, argument in
            let mounts = e.container?.mounts ?? []
            let found: ContainerContext.Mount? =
                switch argument {
                case .none: nil
                case .index(let n): n < mounts.count ? mounts[n] : nil
                case .key(let pattern): mounts.isEmpty ? nil : first(of: mounts, where: key, matches: GlobPattern(Array(pattern.utf8)))
                }
            // rules ask whether there is one by comparing with this word
            return found.flatMap(read) ?? .text("N/A")
        }
    }

    private static func first(of mounts: [ContainerContext.Mount], where key: (ContainerContext.Mount) -> String, matches pattern: GlobPattern) -> ContainerContext.Mount? {
        mounts.first { pattern.matches(key($0)) }
    }

    static func labelText(_ labels: [String: String]) -> String { labels.sorted { $0.key < $1.key }.map { $0.key + ":" + $0.value }.joined(separator: ",") }

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
