package import Events
package import Foundations

/// A container, or the sandbox of a pod, as the node's container runtime describes it.
package struct RuntimeContainer: Sendable, Hashable {
    package struct Pod: Sendable, Hashable {
        package var name: String
        package var namespace: String
        package var uid: String
        package var labels: [String: String]
        package init(name: String, namespace: String, uid: String, labels: [String: String] = [:]) {
            self.name = name
            self.namespace = namespace
            self.uid = uid
            self.labels = labels
        }
    }

    package var id: String
    /// `containerd`, `cri-o`, `docker`, `podman`.
    package var runtime: String
    /// nil for a sandbox.
    package var name: String?
    package var image: String?
    package var imageID: String?
    package var imageDigest: String?
    package var privileged: Bool?
    package var created: WallInstant?
    package var started: WallInstant?
    package var labels: [String: String] = [:]
    package var mounts: [ContainerContext.Mount] = []
    package var sandboxID: String?
    package var pod: Pod?

    package init(id: String, runtime: String) {
        self.id = id
        self.runtime = runtime
    }

    /// Puts what the runtime knows into a context; what it does not say stays.
    func fill(_ context: inout ContainerContext) {
        context.runtime = runtime
        context.name = name ?? context.name
        context.image = image ?? context.image
        context.imageID = imageID ?? context.imageID
        context.imageDigest = imageDigest ?? context.imageDigest
        context.privileged = privileged ?? context.privileged
        context.created = created ?? context.created
        context.started = started ?? context.started
        context.sandboxID = sandboxID ?? context.sandboxID
        context.labels = labels
        context.mounts = mounts
        guard let pod else { return }
        context.podUID = context.podUID ?? pod.uid
        var known = PodContext(name: pod.name, namespace: pod.namespace, uid: pod.uid)
        known.labels = pod.labels
        context.pod = known
    }
}
