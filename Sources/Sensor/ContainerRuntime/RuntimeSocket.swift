/// A socket of a container runtime, and the language that is spoken there.
package struct RuntimeSocket: Sendable, Hashable {
    package enum Language: String, Sendable, Codable {
        /// gRPC, `runtime.v1`.
        case cri
        /// HTTP, the Docker Engine's API, which Podman speaks too.
        case docker
    }

    package var path: String
    package var language: Language

    /// - Parameter path: absolute, with `unix://` before it or without; a socket called after Docker or Podman speaks their language.
    package init?(_ path: String) {
        let plain = path.hasPrefix("unix://") ? String(path.dropFirst(7)) : path
        guard plain.hasPrefix("/"), !plain.contains("\0") else { return nil }
        self.path = plain
        let name = plain.split(separator: "/").last ?? ""
        language = name == "docker.sock" || name == "podman.sock" ? .docker : .cri
    }

    /// The longest path that fits an address, without the NUL (unix(7): `sun_path` has 108 bytes).
    static let pathBytesMax = 107

    /// Where runtimes listen unless they are told otherwise; Kubernetes's own first, because they know pods.
    package static let usual: [RuntimeSocket] = [
        "/run/containerd/containerd.sock", "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock", "/run/cri-dockerd.sock", "/run/docker.sock",
        "/run/podman/podman.sock",
    ].compactMap(RuntimeSocket.init)

    /// Where the host's files may be: here, or, inside a pod that shares the host's processes, below its first process's root.
    package static let usualRoots = ["", "/proc/1/root"]
}
