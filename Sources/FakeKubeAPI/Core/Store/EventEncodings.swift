/// The bytes of recent events: each is encoded once for all watchers that want it in the same form.
///
/// At the bound the oldest are forgotten; a watcher so far behind has its event encoded again, and counted again.
package struct EventEncodings: Sendable {
    /// Which event, in which form. Nil of `form` means that nobody else can want the same.
    struct Key: Hashable, Sendable {
        var object: ObjectIdentifier
        var type: String
        /// The version it is shown at, when that is not the object's own.
        var version: UInt64?
        var groupVersion: String
        var form: ResponseForm.Key
    }

    private struct Entry: Sendable {
        /// Kept, so that no other object can have its identity.
        var object: StoredObject
        var bytes: [UInt8]
    }

    static let entriesMax = 512

    private var entries: [Key: Entry] = [:]
    /// In the order in which they came, as a ring once there are `entriesMax`.
    private var order: [Key] = []
    private var oldest = 0
    /// Events that were encoded, and events that were not because somebody before had wanted the same.
    package private(set) var encoded: UInt64 = 0
    package private(set) var shared: UInt64 = 0

    /// The bytes of an event about `object`: those that are there, or what `encode` makes.
    mutating func bytes(
        _ type: String, _ object: StoredObject, at version: UInt64?, _ resource: ResourceDescriptor, _ form: ResponseForm.Key?, _ encode: () -> [UInt8]
    ) -> [UInt8] {
        guard let form else {
            encoded += 1
            return encode()
        }
        let key = Key(object: ObjectIdentifier(object), type: type, version: version, groupVersion: resource.groupVersion, form: form)
        if let entry = entries[key] {
            shared += 1
            return entry.bytes
        }
        encoded += 1
        let bytes = encode()
        if order.count < Self.entriesMax {
            order.append(key)
        } else {
            entries[order[oldest]] = nil
            order[oldest] = key
            oldest = (oldest + 1) % Self.entriesMax
        }
        entries[key] = Entry(object: object, bytes: bytes)
        return bytes
    }
}
