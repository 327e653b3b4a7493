extension FieldCatalog {
    static let kubernetesFields: [FieldDefinition] = podFields + pluginFields + orchestratorsGone

    private static let podFields: [FieldDefinition] = [
        pod("k8s.ns.name", "Namespace of the pod.") { .text($0.namespace) },
        pod("k8s.pod.name", "Name of the pod.") { .text($0.name) },
        pod("k8s.node.name", "Node of the pod.") { .known($0.node) },
        pod("k8s.sa.name", "Service account of the pod.") { .known($0.serviceAccount) },
        pod("k8s.pod.ip", "First address of the pod.") { $0.ips.first.map { .text($0) } },
        pod("k8s.owner.kind", "Kind of the outermost owner: `Deployment`, `CronJob`.") { $0.owners.last.map { .text($0.kind) } },
        pod("k8s.owner.name", "Name of the outermost owner.") { $0.owners.last.map { .text($0.name) } },
        pod("k8s.deployment.name", "Deployment of the pod.") { owner($0, "Deployment") },
        pod("k8s.rs.name", "Replica set of the pod.") { owner($0, "ReplicaSet") },
        pod("k8s.ds.name", "Daemon set of the pod.") { owner($0, "DaemonSet") },
        pod("k8s.rc.name", "Replication controller of the pod.") { owner($0, "ReplicationController") },
        pod("k8s.pod.labels", "All labels: `app:web,tier:front`.") { .known(labelText($0.labels)) },
        label("k8s.pod.label"), uid("k8s.pod.uid", "Uid of the pod."), uid("k8s.pod.id", "Same as k8s.pod.uid."),
        FieldDefinition("k8s.pod.host_network", .flag, source: .kubernetes, "The pod uses the node's network.") { e, _ in e.container?.pod.map { .flag($0.hostNetwork) } },
        FieldDefinition("k8s.pod.sandbox_id", .text, source: .container, "First 12 digits of the sandbox's id.") { e, _ in e.container?.sandboxID.map { .text($0.prefix(12)) } },
        FieldDefinition("k8s.pod.full_sandbox_id", .text, source: .container, "Whole id of the pod's sandbox.") { e, _ in e.container?.sandboxID.map { .text($0) } },
        .unavailable("k8s.pod.cni.json", "Network configuration."), .unavailable("k8s.svc.name", "Service of the pod."), .unavailable("k8s.svc.id", "Service of the pod."),
        .unavailable("k8s.svc.label", argument: .requiredKey, "Label of the service."), .unavailable("k8s.svc.labels", "Labels of the service."),
        .unavailable("k8s.ns.id", "Uid of the namespace."), .unavailable("k8s.ns.label", argument: .requiredKey, "Label of the namespace."),
        .unavailable("k8s.ns.labels", "Labels of the namespace."), .unavailable("k8s.deployment.id", "Uid of the deployment."),
        .unavailable("k8s.deployment.label", argument: .requiredKey, "Label of the deployment."), .unavailable("k8s.deployment.labels", "Labels of the deployment."),
        .unavailable("k8s.rs.id", "Uid of the replica set."), .unavailable("k8s.rs.label", argument: .requiredKey, "Label of the replica set."),
        .unavailable("k8s.rs.labels", "Labels of the replica set."), .unavailable("k8s.rc.id", "Uid of the replication controller."),
        .unavailable("k8s.rc.label", argument: .requiredKey, "Label of the replication controller."), .unavailable("k8s.rc.labels", "Labels of the replication controller."),
    ]

    /// The names that rules write since the pod's context is a plugin of its own.
    private static let pluginFields: [FieldDefinition] = [
        pod("k8smeta.pod.name", "Name of the pod.") { .text($0.name) }, pod("k8smeta.ns.name", "Namespace of the pod.") { .text($0.namespace) },
        pod("k8smeta.pod.ip", "First address of the pod.") { $0.ips.first.map { .text($0) } }, uid("k8smeta.pod.uid", "Uid of the pod."), label("k8smeta.pod.label"),
        pod("k8smeta.deployment.name", "Deployment of the pod.") { owner($0, "Deployment") }, pod("k8smeta.rs.name", "Replica set of the pod.") { owner($0, "ReplicaSet") },
        pod("k8smeta.rc.name", "Replication controller of the pod.") { owner($0, "ReplicationController") }, .unavailable("k8smeta.svc.name", "Services of the pod."),
    ] + ["ns", "deployment", "rs", "rc", "svc"].flatMap { kind -> [FieldDefinition] in
        [.unavailable("k8smeta.\(kind).uid", "Uid of that object."), .unavailable("k8smeta.\(kind).label", argument: .requiredKey, "Label of that object.")]
    }

    /// Old rules name them, and so do rules of today in their outputs.
    private static let orchestratorsGone: [FieldDefinition] = [
        .unavailable("mesos.task.name", "Task of Mesos."), .unavailable("mesos.task.id", "Task of Mesos."), .unavailable("mesos.task.labels", "Task of Mesos."),
        .unavailable("mesos.task.label", argument: .requiredKey, "Task of Mesos."), .unavailable("mesos.framework.name", "Framework of Mesos."),
        .unavailable("mesos.framework.id", "Framework of Mesos."), .unavailable("marathon.app.name", "Application of Marathon."),
        .unavailable("marathon.app.id", "Application of Marathon."), .unavailable("marathon.app.labels", "Application of Marathon."),
        .unavailable("marathon.app.label", argument: .requiredKey, "Application of Marathon."), .unavailable("marathon.group.name", "Group of Marathon."),
        .unavailable("marathon.group.id", "Group of Marathon."),
    ]

    private static func label(_ name: String) -> FieldDefinition {
        FieldDefinition(name, .text, argument: .requiredKey, source: .kubernetes, "One label of the pod.") { e, argument in
            guard case .key(let label) = argument, let value = e.container?.pod?.labels[label] else { return nil }
            return .text(value)
        }
    }

    private static func uid(_ name: String, _ summary: String) -> FieldDefinition {
        FieldDefinition(name, .text, summary) { e, _ in e.container.flatMap { ($0.pod?.uid ?? $0.podUID).map { .text($0) } } }
    }

    private static func pod(_ name: String, _ summary: String, _ read: @escaping @Sendable (PodContext) -> FieldValue?) -> FieldDefinition {
        FieldDefinition(name, .text, source: .kubernetes, summary) { e, _ in e.container?.pod.flatMap(read) }
    }

    private static func owner(_ pod: PodContext, _ kind: String) -> FieldValue? {
        pod.owners.first { $0.kind == kind }.map { .text($0.name) }
    }
}
