import Crypto

/// What a resource is called, where it lives and what can be done with it: discovery, routing, storage and RBAC read it here.
package struct ResourceDescriptor: Hashable, Sendable {
    package struct Subresource: Hashable, Sendable {
        package var name: String
        package var kind: String
        package var group = ""
        package var version = ""
        package var verbs: [String]
    }

    package var group: String
    package var version: String
    /// Plural, lower case: `pods`.
    package var name: String
    package var singular: String
    package var kind: String
    package var listKind: String
    package var isNamespaced: Bool
    package var verbs: [String]
    package var shortNames: [String]
    package var categories: [String]
    package var subresources: [Subresource]
    /// The type in the schema; empty for custom resources, which carry their own.
    package var typeName: String
    /// Made from a CustomResourceDefinition.
    package var isCustom = false
    /// Fields of a custom resource that can be selected by, beside its names: `spec.colour`.
    package var selectableFields: [String] = []
    /// What everybody who uses it is warned of.
    package var warning: String?

    package var groupVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
    /// `deployments.apps`, as messages name it.
    package var qualified: String { group.isEmpty ? name : "\(name).\(group)" }
    /// Where its objects are kept: all versions of a resource share them.
    package var storageKey: String { group == "events.k8s.io" ? "/\(name)" : "\(group)/\(name)" }
    /// The key of its schema when it is a custom resource: the versions of one differ in that.
    var customKey: String { "\(group)/\(version)/\(name)" }
    package var isStored: Bool { verbs.contains("get") }

    /// Opaque to clients; equal hashes mean an equal storage version.
    package var storageVersionHash: String {
        Base64.encode(Array(SHA256.hash(data: Array("\(group)/\(version)/\(kind)".utf8)).prefix(8)))
    }

    func subresource(_ name: String) -> Subresource? { subresources.first { $0.name == name } }
}
