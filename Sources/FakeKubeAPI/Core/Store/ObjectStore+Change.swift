extension ObjectStore {
    /// One write, as watchers are told of it.
    package struct Change: Sendable {
        enum Kind: Sendable { case added, modified, deleted }

        var version: UInt64
        var kind: Kind
        /// A deleted object is shown at the version of its deletion.
        var object: StoredObject
        var previous: StoredObject?
    }
}
