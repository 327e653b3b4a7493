import Synchronization

/// One object at one version: its text as it goes out, and what selectors ask of it. Never changes, so watchers share it.
package final class StoredObject: Sendable {
    package let namespace: String
    package let name: String
    package let uid: String
    package let version: UInt64
    package let labels: [String: String]
    /// Uids of the owners in its metadata.
    let owners: [String]
    let isDeleting: Bool
    /// Values of the kind's selectable fields, beside their names (shared by all objects of the kind).
    let fieldNames: [String]
    let fieldValues: [String]
    /// The object without `kind` and `apiVersion`; those differ by the version that a client asks for.
    package let body: [UInt8]
    /// The object as a message of `groupVersion`, made when one is first asked for and shared by all who ask again; never more than one.
    private let message = Mutex<(groupVersion: String, bytes: [UInt8])?>(nil)

    init(_ object: JSON, _ resource: ResourceDescriptor, version: UInt64) {
        var object = Conversion.toStorage(object, resource)
        object["kind"] = nil
        object["apiVersion"] = nil
        let metadata = object["metadata"]
        namespace = metadata?["namespace"]?.string ?? ""
        name = metadata?["name"]?.string ?? ""
        uid = metadata?["uid"]?.string ?? ""
        labels = metadata?["labels"]?.strings ?? [:]
        owners = (metadata?["ownerReferences"]?.array ?? []).compactMap { $0["uid"]?.string }
        isDeleting = metadata?["deletionTimestamp"] != nil
        self.version = version
        let values = SelectableFields.values(of: object, resource)
        fieldNames = SelectableFields.names(of: resource)
        fieldValues = fieldNames.map { values[$0] ?? "" }
        // Copied, because what grew by appending has room for as much again.
        body = Array(object.encoded[...])
    }

    var key: String { Self.key(namespace, name) }

    /// Orders as the real server's store does: by namespace, then by name, byte by byte.
    static func key(_ namespace: String, _ name: String) -> String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

    func field(_ name: String) -> String {
        switch name {
        case "metadata.name": self.name
        case "metadata.namespace": namespace
        default: fieldNames.firstIndex(of: name).map { fieldValues[$0] } ?? ""
        }
    }

    package func matches(_ labels: LabelSelector, _ fields: FieldSelector) -> Bool {
        labels.matches(self.labels) && fields.requirements.allSatisfy { (field($0.field) == $0.value) == $0.isEqual }
    }

    /// The object with its kind, parsed anew: what a write starts from.
    func json(_ resource: ResourceDescriptor) -> JSON {
        var object = (try? JSONParser.parse(body)) ?? .object([:])
        object["kind"] = .string(resource.kind)
        object["apiVersion"] = .string(resource.groupVersion)
        return Conversion.fromStorage(object, resource)
    }

    /// The object in protobuf, without an envelope.
    func message(_ resource: ResourceDescriptor) -> [UInt8] {
        message.withLock { made in
            if let made, made.groupVersion == resource.groupVersion { return made.bytes }
            let bytes = ProtobufEnvelope.message(json(resource)) ?? []
            made = (resource.groupVersion, bytes)
            return bytes
        }
    }

    /// The text without its kind, in the form of `resource`.
    func writeBody(_ resource: ResourceDescriptor, to out: inout [UInt8]) {
        guard Conversion.isNeeded(resource) else { return out += body }
        var object = json(resource)
        object["kind"] = nil
        object["apiVersion"] = nil
        object.write(to: &out)
    }

    /// The text with its kind in front.
    func write(_ resource: ResourceDescriptor, to out: inout [UInt8]) {
        guard !Conversion.isNeeded(resource) else { return json(resource).write(to: &out) }
        out += "{\"kind\":\"\(resource.kind)\",\"apiVersion\":\"\(resource.groupVersion)\",".utf8
        out += body.dropFirst()
    }
}
