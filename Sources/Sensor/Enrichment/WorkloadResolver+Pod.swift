package import Events
package import Foundations

extension WorkloadResolver {
    /// A pod of this node as the Kubernetes API describes it, cut down to what events carry.
    package struct Pod: Sendable, Hashable {
        /// Name, namespace, uid, node, addresses, service account, labels; owners as far as they are known, nearest first.
        package var context: PodContext
        /// uid of the controlling owner reference: what a chain learned later is joined by.
        package var controllerUID: String?
        /// The digest of a static pod's manifest (annotation `kubernetes.io/config.hash`): the kubelet names the cgroup by it,
        /// while the mirror pod in the API has a uid of its own.
        package var manifestHash: String?
        /// What is above the controller is asked for and not known yet.
        package var isChainOpen: Bool
        /// Those that have an id: containers, init containers, ephemeral containers.
        package var containers: [Container]

        package init(context: PodContext, controllerUID: String? = nil, manifestHash: String? = nil, isChainOpen: Bool = false, containers: [Container] = []) {
            self.context = context
            self.controllerUID = controllerUID
            self.manifestHash = manifestHash
            self.isChainOpen = isChainOpen
            self.containers = containers
        }
    }

    /// One entry of a pod's container statuses, joined with its entry in the spec.
    package struct Container: Sendable, Hashable {
        package var id: String
        /// `containerd`, `cri-o`, `docker`: the scheme of the status's `containerID`.
        package var runtime: String
        package var name: String
        package var image: String?
        /// `sha256:` with 64 hex digits.
        package var imageDigest: String?
        package var privileged: Bool?
        package var started: WallInstant?

        /// - Parameter containerID: as in a container status, `containerd://ID`; nil for one that has not been made yet.
        package init?(name: String, containerID: String, image: String? = nil, imageID: String? = nil, privileged: Bool? = nil, started: WallInstant? = nil) {
            guard let mark = containerID.firstRange(of: "://"), mark.upperBound < containerID.endIndex else { return nil }
            id = String(containerID[mark.upperBound...])
            runtime = String(containerID[..<mark.lowerBound])
            self.name = name
            self.image = image
            imageDigest = imageID.flatMap(Self.digest)
            self.privileged = privileged
            self.started = started
        }

        // docker.io/library/nginx@sha256:..., docker-pullable://nginx@sha256:..., or sha256:... alone
        private static func digest(_ imageID: String) -> String? {
            let text = imageID.split(separator: "@").last ?? ""
            guard text.hasPrefix("sha256:"), text.utf8.count == 71 else { return nil }
            return String(text)
        }

        /// Puts what the API says into a context; what it does not say stays.
        func fill(_ context: inout ContainerContext) {
            context.runtime = runtime
            context.name = name
            context.image = image ?? context.image
            context.imageDigest = imageDigest ?? context.imageDigest
            context.privileged = privileged ?? context.privileged
            context.started = started ?? context.started
        }
    }
}
