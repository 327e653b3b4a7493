/// A write as admission sees it.
struct AdmissionAttributes {
    /// `CREATE`, `UPDATE`, `DELETE`.
    var operation: String
    var resource: ResourceDescriptor
    var subresource = ""
    /// The kind of `object` when it is not the resource's: a Scale, a Binding, an Eviction.
    var kind: (group: String, version: String, kind: String)?
    /// Of what the request is about.
    private var givenName = ""
    /// Null when something is deleted.
    var object: JSON
    /// Null when something is made.
    var oldObject: JSON
    var user: User
    var isDryRun: Bool
    /// `CreateOptions` and its like.
    var options: JSON

    private var described: JSON { object == .null ? oldObject : object }
    var name: String { givenName.isEmpty ? described["metadata"]?["name"]?.string ?? "" : givenName }
    var namespace: String { resource.isNamespaced ? described["metadata"]?["namespace"]?.string ?? "" : isNamespace ? name : "" }
    var isNamespace: Bool { resource.kind == "Namespace" && resource.group.isEmpty }
    var fullResource: String { subresource.isEmpty ? resource.name : "\(resource.name)/\(subresource)" }

    init(_ operation: String, _ resource: ResourceDescriptor, subresource: String = "", object: JSON, old: JSON, isDryRun: Bool, _ call: Call) {
        self.operation = operation
        self.resource = resource
        self.subresource = subresource
        func whole(_ json: JSON) -> JSON {
            guard json != .null else { return json }
            var json = json
            json["kind"] = .string(resource.kind)
            json["apiVersion"] = .string(resource.groupVersion)
            return json
        }
        self.object = whole(object)
        oldObject = whole(old)
        user = call.user
        self.isDryRun = isDryRun
        let kind = operation == "DELETE" ? "DeleteOptions" : operation == "UPDATE" ? call.target?.verb == "patch" ? "PatchOptions" : "UpdateOptions" : "CreateOptions"
        options = ["kind": .string(kind), "apiVersion": "meta.k8s.io/v1"]
        if let manager = call.request.parameter("fieldManager") { options["fieldManager"] = .string(manager) }
        if isDryRun { options["dryRun"] = ["All"] }
    }

    /// A write by way of a subresource with a kind of its own.
    init(_ operation: String, _ resource: ResourceDescriptor, _ subresource: ResourceDescriptor.Subresource, _ name: String, object: JSON, old: JSON, isDryRun: Bool, _ call: Call) {
        self.init(operation, resource, subresource: subresource.name, object: object, old: old, isDryRun: isDryRun, call)
        let kind = (subresource.group, subresource.version.isEmpty ? resource.version : subresource.version, subresource.kind)
        let groupVersion = kind.0.isEmpty ? kind.1 : "\(kind.0)/\(kind.1)"
        self.kind = kind
        givenName = name
        if object != .null {
            self.object["kind"] = .string(subresource.kind)
            self.object["apiVersion"] = .string(groupVersion)
        }
        if old != .null {
            oldObject["kind"] = .string(subresource.kind)
            oldObject["apiVersion"] = .string(groupVersion)
        }
    }

    /// The same write in another version of the resource: objects of all versions have one shape here.
    func converted(to version: ResourceDescriptor) -> AdmissionAttributes {
        var copy = self
        copy.resource = version
        if kind != nil { return copy }
        if object != .null { copy.object["apiVersion"] = .string(version.groupVersion) }
        if oldObject != .null { copy.oldObject["apiVersion"] = .string(version.groupVersion) }
        return copy
    }

    /// `request` of expressions and of an AdmissionReview, but for its objects and its uid.
    /// - Parameter asked: the resource in the version in which it was asked for.
    func request(asked: ResourceDescriptor) -> JSON {
        func kind(_ resource: ResourceDescriptor) -> JSON {
            let own = self.kind ?? (resource.group, resource.version, resource.kind)
            return ["group": .string(own.group), "version": .string(own.version), "kind": .string(own.kind)]
        }
        func place(_ resource: ResourceDescriptor) -> JSON { ["group": .string(resource.group), "version": .string(resource.version), "resource": .string(resource.name)] }
        var request: JSON = [
            "kind": kind(resource), "resource": place(resource), "requestKind": kind(asked), "requestResource": place(asked), "operation": .string(operation), "userInfo": user.json, "dryRun": .bool(isDryRun), "options": options,
        ]
        if !subresource.isEmpty {
            request["subResource"] = .string(subresource)
            request["requestSubResource"] = .string(subresource)
        }
        if !name.isEmpty { request["name"] = .string(name) }
        if !namespace.isEmpty { request["namespace"] = .string(namespace) }
        return request
    }

    /// A refusal by admission: 403, with the object's name or `Unknown`.
    func forbidden(_ message: String) -> APIStatus {
        let shown = name.isEmpty ? "Unknown" : name
        return .of(resource, shown, APIStatus(403, "Forbidden", "\(resource.qualified) \"\(shown)\" is forbidden: \(message)"))
    }
}
