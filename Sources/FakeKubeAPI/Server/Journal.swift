import KubeCore

/// Brings changes to disk before their answers go out. While one transaction runs the next requests queue up here, and the transaction after that
/// carries all of their changes.
actor Journal {
    private let hub: APIHub
    private let database: ObjectDatabase
    private var written: UInt64 = 0

    init(hub: APIHub, database: ObjectDatabase) {
        self.hub = hub
        self.database = database
    }

    func write(upTo version: UInt64) throws {
        guard version > written else { return }
        let (changes, reached) = hub.with { api, _ in (api.store.takeUnsaved(), api.store.version) }
        if !changes.isEmpty { try database.save(changes, version: reached) }
        written = reached
    }

    func flush() throws { try write(upTo: .max) }

    func close() throws {
        try flush()
        try database.close()
    }
}
