import Crypto

/// The documents from which clients learn the shapes of what is served: OpenAPI v3, one a group version, made from the same schema that
/// requests are decoded with. `OpenAPIv2` is made from them.
struct OpenAPI {
    let catalogue: Catalogue
    let customs: [String: CustomResource]
    let gitVersion: String

    func answer(_ path: ArraySlice<String>, _ request: APIRequest) -> APIResponse.Answer {
        guard path.first == "v3" else { return .text(404, "404 page not found\n") }
        let wanted = path.dropFirst().joined(separator: "/")
        if wanted.isEmpty { return index() }
        guard let made = document(wanted) else { return APIResponse.Answer(status: 404, contentType: "", body: []) }
        let body = made.encoded
        var accepted: APIResponse.Answer?
        for range in MediaRange.parse(request.headers["accept"] ?? "*/*") where accepted == nil {
            if range.includes("application/json") { accepted = .init(status: 200, body: body) } else if [OpenAPIv3Protobuf.range, OpenAPIv3Protobuf.type].contains(range.type) {
                accepted = .init(status: 200, contentType: OpenAPIv3Protobuf.type, body: OpenAPIv3Protobuf.document(made))
            }
        }
        guard var answer = accepted else { return APIResponse.Answer(status: 406, contentType: "", body: []) }
        // The tag is that of the document, whatever it is encoded in.
        let tag = Self.hash(body)
        answer.headers = [("ETag", "\"\(tag)\""), ("Vary", "Accept")]
        if request.headers["if-none-match"] == "\"\(tag)\"" {
            answer.status = 304
            answer.body = []
        } else if request.parameter("hash") != nil {
            answer.headers.append(("Cache-Control", "public, immutable"))
        }
        return answer
    }

    /// The document of a path of the index.
    private func document(_ path: String) -> JSON? {
        if let version = versions.first(where: { $0.path == path }) { return document(version.group, version.version) }
        guard Self.plain.contains(path) || catalogue.groups.contains(where: { !$0.isEmpty && path == "apis/\($0)" }) else { return nil }
        let isFolder = path.hasPrefix("api") || path == "version"
        let operation: JSON = [
            "operationId": .string("get" + path.split { !$0.isLetter }.map { String($0).capitalizedFirst }.joined()), "responses": ["200": ["description": "OK"]],
        ]
        return ["openapi": "3.0.0", "info": info, "paths": .object(["/\(path)\(isFolder ? "/" : "")": ["get": operation]])]
    }

    private static let plain: Set = [".well-known/openid-configuration", "api", "apis", "openid/v1/jwks", "version"]

    private var info: JSON { ["title": "Kubernetes", "version": .string(gitVersion)] }

    var versions: [(group: String, version: String, path: String)] {
        catalogue.groups.flatMap { group in catalogue.versions(of: group).map { (group, $0, group.isEmpty ? "api/\($0)" : "apis/\(group)/\($0)") } }
    }

    static func hash(_ body: [UInt8]) -> String { SHA512.hash(data: body).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined().uppercased() }

    private func index() -> APIResponse.Answer {
        var paths: [String: JSON] = [:]
        for version in versions {
            // The hash must change when the document does: all that can change are custom resources, whose schemas it covers.
            let seed = (catalogue.resources.filter { $0.group == version.group && $0.version == version.version }.map { "\($0.name)\(customs[$0.customKey]?.schema.text ?? "")" }.joined() + gitVersion).utf8
            paths[version.path] = ["serverRelativeURL": .string("/openapi/v3/\(version.path)?hash=\(Self.hash(Array(seed)))")]
        }
        for path in Self.plain.union(catalogue.groups.filter { !$0.isEmpty }.map { "apis/\($0)" }) {
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(Self.hash(Array((path + gitVersion).utf8)))")]
        }
        let body = (["paths": .object(paths)] as JSON).encoded
        // The real server serves its index as plain text.
        return APIResponse.Answer(status: 200, contentType: "text/plain; charset=utf-8", body: body)
    }

    // MARK: Documents

    func document(_ group: String, _ version: String) -> JSON {
        let resources = catalogue.resources.filter { $0.group == group && $0.version == version }
        var schemas: [String: JSON] = [:]
        var paths: [String: JSON] = [:]
        for resource in resources {
            if let custom = customs[resource.customKey] { schemas[name(of: resource)] = self.schema(of: custom) } else { add(resource.typeName, to: &schemas) }
            if resource.isStored {
                add("meta.v1.ListMeta", to: &schemas)
                schemas[name(of: resource) + "List"] = list(resource)
            }
            if resource.isStored { addPaths(resource, to: &paths) }
            if var kind = schemas[name(of: resource)] {
                kind["x-kubernetes-group-version-kind"] = [["group": .string(group), "kind": .string(resource.kind), "version": .string(version)]]
                schemas[name(of: resource)] = kind
            }
        }
        for type in ["meta.v1.ObjectMeta", "meta.v1.DeleteOptions", "meta.v1.Status"] { add(type, to: &schemas) }
        return [
            "openapi": "3.0.0", "info": info, "paths": .object(paths), "components": ["schemas": .object(schemas)],
        ]
    }

    /// `io.k8s.api.core.v1.Pod` of `core.v1.Pod`.
    static func longName(_ type: String) -> String {
        if type.hasPrefix("meta.") { return "io.k8s.apimachinery.pkg.apis." + type }
        if type.hasPrefix("apiextensions.") { return "io.k8s.apiextensions-apiserver.pkg.apis." + type }
        return "io.k8s.api." + type
    }

    private func name(of resource: ResourceDescriptor) -> String {
        if resource.isCustom { return resource.group.split(separator: ".").reversed().joined(separator: ".") + ".\(resource.version).\(resource.kind)" }
        return Self.longName(resource.typeName)
    }

    private static func reference(_ type: String) -> JSON { ["$ref": .string("#/components/schemas/\(longName(type))")] }

    private func add(_ type: String, to schemas: inout [String: JSON]) {
        guard schemas[Self.longName(type)] == nil, let object = Schema.builtIn[type] else { return }
        schemas[Self.longName(type)] = [:]
        var properties: [String: JSON] = [:]
        var required: [String] = []
        for field in object.fields.values.sorted(by: { $0.name < $1.name }) {
            var property = shape(field.shape, &schemas)
            if field.isRequired { required.append(field.name) }
            if case .type = field.shape {
                property = ["allOf": [property]]
                if field.isAlwaysWritten { property["default"] = [:] }
            }
            if let text = Descriptions.builtIn.of(type, field.name) { property["description"] = .string(text) }
            if let key = field.mergeKey {
                property["x-kubernetes-patch-strategy"] = field.retainsKeys ? "merge,retainKeys" : "merge"
                if !key.isEmpty { property["x-kubernetes-patch-merge-key"] = .string(key) }
            } else if field.retainsKeys {
                property["x-kubernetes-patch-strategy"] = "retainKeys"
            }
            if !field.listKeys.isEmpty {
                property["x-kubernetes-list-type"] = "map"
                property["x-kubernetes-list-map-keys"] = JSON(field.listKeys)
            } else if field.isSet {
                property["x-kubernetes-list-type"] = "set"
            } else if case .list = field.shape, field.mergeKey == nil {
                property["x-kubernetes-list-type"] = "atomic"
            }
            properties[field.name] = property
        }
        if properties["metadata"] != nil, properties["apiVersion"] == nil {
            for name in ["apiVersion", "kind"] {
                properties[name] = ["type": "string", "description": .string(Descriptions.builtIn.of(type, name) ?? Descriptions.builtIn.of("core.v1.Pod", name) ?? "")]
            }
        }
        var schema: JSON = ["type": "object", "properties": .object(properties)]
        if let text = Descriptions.builtIn.of(type) { schema["description"] = .string(text) }
        if !required.isEmpty { schema["required"] = JSON(required) }
        schemas[Self.longName(type)] = schema
    }

    private func shape(_ shape: Schema.Shape, _ schemas: inout [String: JSON]) -> JSON {
        switch shape {
        case .text: return ["type": "string"]
        case .bytes: return ["type": "string", "format": "byte"]
        case .int32: return ["type": "integer", "format": "int32"]
        case .int64: return ["type": "integer", "format": "int64"]
        case .double: return ["type": "number", "format": "double"]
        case .bool: return ["type": "boolean"]
        case .quantity: return ["oneOf": [["type": "string"], ["type": "number"]]]
        case .intOrText: return ["oneOf": [["type": "integer"], ["type": "string"]], "format": "int-or-string"]
        case .time, .microTime: return ["type": "string", "format": "date-time"]
        case .anything: return ["type": "object"]
        case .list(let inner): return ["type": "array", "items": self.shape(inner, &schemas)]
        case .map(let inner): return ["type": "object", "additionalProperties": self.shape(inner, &schemas)]
        case .type(let name):
            guard Schema.builtIn[name] != nil else { return ["type": "object"] }
            add(name, to: &schemas)
            return Self.reference(name)
        }
    }

    private func list(_ resource: ResourceDescriptor) -> JSON {
        [
            "type": "object", "required": ["items"],
            "properties": [
                "apiVersion": ["type": "string"], "kind": ["type": "string"], "metadata": Self.reference("meta.v1.ListMeta"),
                "items": ["type": "array", "items": ["$ref": .string("#/components/schemas/\(name(of: resource))")]],
            ],
            "x-kubernetes-group-version-kind": [["group": .string(resource.group), "kind": .string(resource.listKind), "version": .string(resource.version)]],
        ]
    }

    private func schema(of custom: CustomResource) -> JSON {
        var schema = custom.schema
        var properties = schema["properties"]?.object ?? [:]
        properties["apiVersion"] = ["type": "string"]
        properties["kind"] = ["type": "string"]
        properties["metadata"] = ["allOf": [Self.reference("meta.v1.ObjectMeta")]]
        schema["type"] = "object"
        schema["properties"] = .object(properties)
        return schema
    }

    private func addPaths(_ resource: ResourceDescriptor, to paths: inout [String: JSON]) {
        let root = resource.group.isEmpty ? "/api/\(resource.version)" : "/apis/\(resource.group)/\(resource.version)"
        let base = resource.isNamespaced ? "\(root)/namespaces/{namespace}/\(resource.name)" : "\(root)/\(resource.name)"
        let group = (resource.group.isEmpty ? "core" : resource.group.split(separator: ".").first.map(String.init) ?? "").capitalizedFirst
        let scope = resource.isNamespaced ? "Namespaced" : ""
        let kind: JSON = ["group": .string(resource.group), "kind": .string(resource.kind), "version": .string(resource.version)]
        func operation(_ verb: String, _ action: String) -> JSON {
            [
                "operationId": .string("\(verb)\(group)\(resource.version.capitalizedFirst)\(scope)\(resource.kind)"), "x-kubernetes-action": .string(action),
                "x-kubernetes-group-version-kind": kind, "parameters": [
                    ["name": "fieldManager", "in": "query", "schema": ["type": "string"]], ["name": "fieldValidation", "in": "query", "schema": ["type": "string"]],
                    ["name": "dryRun", "in": "query", "schema": ["type": "string"]],
                ],
                "responses": ["200": ["description": "OK", "content": ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(name(of: resource))")]]]]],
            ]
        }
        paths[base] = ["get": operation("list", "list"), "post": operation("create", "post"), "delete": operation("deleteCollection", "deletecollection")]
        paths[base + "/{name}"] = ["get": operation("read", "get"), "put": operation("replace", "put"), "patch": operation("patch", "patch"), "delete": operation("delete", "delete")]
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
