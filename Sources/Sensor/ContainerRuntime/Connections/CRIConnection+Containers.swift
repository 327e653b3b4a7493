internal import ContractGRPC
internal import Enrichment
internal import Events
internal import Foundations

extension RuntimeContainer {
    /// A pod's sandbox: it has a pod and no name.
    init(_ sandbox: Runtime_V1_PodSandbox, runtime: String) {
        self.init(id: sandbox.id, runtime: runtime)
        created = Self.instant(sandbox.createdAt)
        sandboxID = sandbox.id
        pod = Self.pod(sandbox)
    }

    init(_ container: Runtime_V1_Container, in sandbox: Runtime_V1_PodSandbox?, runtime: String) {
        self.init(id: container.id, runtime: runtime)
        name = container.metadata.name
        created = Self.instant(container.createdAt)
        labels = container.labels
        sandboxID = container.podSandboxID.isEmpty ? nil : container.podSandboxID
        pod = sandbox.map(Self.pod)
        add(container.image, reference: container.imageRef)
    }

    /// What only the status says.
    mutating func add(_ status: Runtime_V1_ContainerStatus) {
        started = Self.instant(status.startedAt) ?? started
        created = Self.instant(status.createdAt) ?? created
        mounts = status.mounts.map { mount in
            ContainerContext.Mount(
                source: mount.hostPath, destination: mount.containerPath, isWritable: !mount.readonly, propagation: mount.propagation.name)
        }
        add(status.image, reference: status.imageRef)
    }

    private mutating func add(_ spec: Runtime_V1_ImageSpec, reference: String) {
        // the kubelet asks by the image's id; what its author wrote comes from newer kubelets, or from the status
        for name in [spec.userSpecifiedImage, spec.image] where !name.isEmpty && !name.hasPrefix("sha256:") {
            image = name
            break
        }
        // NAME@sha256:DIGEST is the registry's digest, sha256:ID alone names the image on this node
        if let mark = reference.lastIndex(of: "@") { imageDigest = String(reference[reference.index(after: mark)...]) } else if !reference.isEmpty { imageID = reference }
    }

    private static func pod(_ sandbox: Runtime_V1_PodSandbox) -> Pod {
        // the kubelet adds its own to the pod's labels
        let labels = sandbox.labels.filter { !$0.key.hasPrefix("io.kubernetes.pod.") }
        return Pod(name: sandbox.metadata.name, namespace: sandbox.metadata.namespace, uid: sandbox.metadata.uid, labels: labels)
    }

    private static func instant(_ nanoseconds: Int64) -> WallInstant? { nanoseconds > 0 ? WallInstant(nanoseconds: nanoseconds) : nil }
}

extension Runtime_V1_MountPropagation {
    /// As mount(8) calls it.
    fileprivate var name: String {
        switch self {
        case .propagationHostToContainer: "rslave"
        case .propagationBidirectional: "rshared"
        case .propagationPrivate, .UNRECOGNIZED: "private"
        }
    }
}
