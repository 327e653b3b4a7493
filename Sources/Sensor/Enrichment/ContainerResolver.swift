package import Events

/// Finds the container of a process from its cgroup path and its namespaces.
///
/// The last 64-hex name of the path is the id, whatever runtime, driver or prefix made the path around it; runtimes that take
/// names (runc, ctr) have those. A process in the host's own mount namespace is in no container, whatever its cgroup is called.
package struct ContainerResolver {
    /// The namespaces of the host; zeros when they could not be read, then the path alone decides.
    package let host: Namespaces
    private var cache: [String: ContainerContext?] = [:]
    /// Paths kept; beyond that the cache starts anew (`containerCacheFull`).
    package static let cacheMax = 1024
    package private(set) var resets: UInt64 = 0

    package var cached: Int { cache.count }

    package init(host: Namespaces) { self.host = host }

    package mutating func container(cgroupPath: String, namespaces: Namespaces) -> ContainerContext? {
        if host.mount != 0, namespaces.mount == host.mount { return nil }
        let named = host.pid != 0 && namespaces.pid != 0 && namespaces.pid != host.pid
        let key = (named ? "n" : "-") + cgroupPath
        if let known = cache[key] { return known }
        if cache.count >= Self.cacheMax {
            cache.removeAll()
            resets += 1
        }
        let found = Self.parse(cgroupPath, acceptNames: named)
        cache[key] = .some(found)
        return found
    }

    /// - Parameter acceptNames: the process has a pid namespace of its own, so that a name that is no digest may be a container's.
    package static func parse(_ path: String, acceptNames: Bool) -> ContainerContext? {
        let parts = path.split(separator: "/")
        var podUID: String?
        var runtime = ""
        for part in parts {
            if let uid = podUIDText(part) { podUID = uid }
            if part == "docker" { runtime = "docker" }
            if part == "libpod_parent" || part.hasPrefix("machine.slice") { runtime = "podman" }
        }
        for part in parts.reversed() {
            guard let id = digestText(part) else { continue }
            var context = ContainerContext(id: id.digest)
            context.runtime = runtimeName(prefix: id.prefix) ?? (runtime.isEmpty ? (podUID == nil ? "" : "containerd") : runtime)
            context.podUID = podUID
            return context
        }
        guard acceptNames, let last = parts.last, last.utf8.count <= 128 else { return nil }
        // a systemd unit or a user's session is no container even in a pid namespace of its own
        guard !last.hasSuffix(".service"), !last.hasSuffix(".slice"), !last.hasSuffix(".scope"), !last.hasPrefix("pod"), last != "init" else { return nil }
        var context = ContainerContext(id: String(last))
        context.runtime = "runc"
        context.podUID = podUID
        return context
    }

    // cri-containerd-<64 hex>.scope, libpod-<64 hex>, docker-<64 hex>.scope, <64 hex>
    private static func digestText(_ part: Substring) -> (prefix: Substring, digest: String)? {
        var text = part
        if text.hasSuffix(".scope") { text = text.dropLast(6) }
        guard text.utf8.count >= 64 else { return nil }
        let digest = text.suffix(64)
        guard digest.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else { return nil }
        let prefix = text.dropLast(64)
        guard prefix.isEmpty || prefix.hasSuffix("-") || prefix.hasSuffix(":") else { return nil }
        return (prefix, String(digest))
    }

    private static func runtimeName(prefix: Substring) -> String? {
        if prefix.hasPrefix("cri-containerd") { return "containerd" }
        if prefix.hasPrefix("crio") { return "cri-o" }
        if prefix.hasPrefix("docker") { return "docker" }
        if prefix.hasPrefix("libpod") { return "podman" }
        return nil
    }

    // pod<uid> with dashes (cgroupfs driver), or kubepods-burstable-pod<uid with underscores>.slice (systemd driver)
    private static func podUIDText(_ part: Substring) -> String? {
        var text = part
        if text.hasSuffix(".slice") { text = text.dropLast(6) }
        guard let range = text.range(ofLast: "pod"), text[..<range.lowerBound].isEmpty || text[..<range.lowerBound].hasSuffix("-") else { return nil }
        let uid = text[range.upperBound...].replacing("_", with: "-")
        // static pods have the 32 hex digits of their manifest's digest instead of a UUID
        guard uid.utf8.count == 36 || uid.utf8.count == 32, uid.utf8.allSatisfy({ $0 == 45 || ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else { return nil }
        return String(uid)
    }
}

extension Substring {
    fileprivate func range(ofLast needle: String) -> Range<Index>? { ranges(of: needle).last }
}
