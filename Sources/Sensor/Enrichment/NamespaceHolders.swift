package import Events

/// A living process for each mount namespace: through its root, files of that namespace can be opened after the process that used
/// them has gone.
package struct NamespaceHolders {
    /// Namespaces kept; beyond that the table starts anew and fills again from the process tree.
    package static let namespacesMax = 4096
    private var holders: [UInt32: ProcessKey] = [:]

    package init() {}

    /// The namespace has gone.
    package mutating func forget(mountNamespace: UInt32) { holders[mountNamespace] = nil }

    package var count: Int { holders.count }

    /// A living process of that namespace, other than `process` if one is given; nil when there is none.
    package mutating func holder(of namespace: UInt32, except process: ProcessKey? = nil, in tree: ProcessTree) -> UInt32? {
        guard namespace != 0 else { return nil }
        if let key = holders[namespace], key != process, let record = tree.process(key), record.exec.namespaces.mount == namespace { return key.pid }
        // the oldest stays longest: a container's first process is there until the container ends
        guard let found = tree.oldest(where: { $0.exec.namespaces.mount == namespace && $0.key != process }) else { return nil }
        if holders.count >= Self.namespacesMax { holders.removeAll(keepingCapacity: true) }
        holders[namespace] = found.key
        return found.key.pid
    }
}
