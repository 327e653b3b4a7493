import Crypto

/// The one old document of everything that is served (Swagger 2.0), made from the newer ones. kubectl before 1.27 validates, explains and
/// merges by it, and reads it in protobuf only.
struct OpenAPIv2: Sendable {
    /// What clients ask for, and the name under which the answer goes out: `@` is not allowed in a media type.
    static let protobufRange = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    static let protobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

    private let json: [UInt8]
    private let protobuf: [UInt8]
    private let tag: String

    init(_ newer: OpenAPI) {
        var definitions: [String: JSON] = [:]
        var paths: [String: JSON] = [:]
        for version in newer.versions {
            let document = newer.document(version.group, version.version)
            for (name, schema) in document["components"]?["schemas"]?.object ?? [:] where definitions[name] == nil || schema["x-kubernetes-group-version-kind"] != nil {
                definitions[name] = Self.older(schema)
            }
            for (path, item) in document["paths"]?.object ?? [:] { paths[path] = .object((item.object ?? [:]).mapValues(Self.operation)) }
        }
        let document: JSON = [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(newer.gitVersion)], "paths": .object(paths), "definitions": .object(definitions),
        ]
        json = document.encoded
        protobuf = OpenAPIv2Protobuf.document(document)
        tag = OpenAPI.hash(json)
    }

    func answer(_ request: APIRequest) -> APIResponse.Answer {
        var answer: APIResponse.Answer?
        for range in MediaRange.parse(request.headers["accept"] ?? "*/*") where answer == nil {
            switch range.type {
            case Self.protobufRange, Self.protobufType: answer = .init(status: 200, contentType: Self.protobufType, body: protobuf)
            case "application/json", "application/*", "*/*": answer = .init(status: 200, body: json)
            default: continue
            }
        }
        guard var answer else { return .init(status: 406, contentType: "", body: []) }
        let tag = "\"\(tag)\""
        answer.headers = [("ETag", tag), ("Vary", "Accept")]
        if request.headers["if-none-match"] == tag {
            answer.status = 304
            answer.body = []
        }
        return answer
    }

    // MARK: From the newer form

    /// What Swagger 2.0 cannot say is left out, as the real server does it: alternatives, what may be null, what keeps unknown fields.
    static func older(_ schema: JSON) -> JSON {
        guard var members = schema.object else { return schema }
        if let reference = members["allOf"]?[0]?["$ref"] ?? members["$ref"] {
            var out: JSON = ["$ref": .string((reference.string ?? "").replacing("#/components/schemas/", with: "#/definitions/"))]
            out["description"] = members["description"]
            return out
        }
        // A number or a text: clients take a text for either.
        if members["oneOf"] != nil, members["type"] == nil { members["type"] = "string" }
        if members["nullable"] == true { for name in ["type", "items", "properties"] { members[name] = nil } }
        if members["x-kubernetes-preserve-unknown-fields"] == true { for name in ["items", "properties"] { members[name] = nil } }
        for name in ["allOf", "oneOf", "anyOf", "not", "nullable", "default"] { members[name] = nil }
        if let properties = members["properties"]?.object { members["properties"] = .object(properties.mapValues(older)) }
        for name in ["items", "additionalProperties"] where members[name]?.object != nil { members[name] = members[name].map(older) }
        return .object(members)
    }

    private static func operation(_ newer: JSON) -> JSON {
        var out = newer
        out["parameters"] = .array((newer["parameters"]?.array ?? []).map { ["name": $0["name"] ?? "", "in": "query", "type": "string", "uniqueItems": true] })
        let schema = newer["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        var response: JSON = ["description": "OK"]
        response["schema"] = schema.map(older)
        out["responses"] = ["200": response]
        return out
    }
}

/// That document in the protobuf messages of gnostic's `OpenAPIv2.proto`, as far as clients read it.
enum OpenAPIv2Protobuf {
    static func document(_ document: JSON) -> [UInt8] {
        var out = ProtobufWriter()
        out.text(1, document["swagger"]?.string)
        out.message(2) { info in
            info.text(1, document["info"]?["title"]?.string)
            info.text(2, document["info"]?["version"]?.string)
        }
        out.message(8) { paths in
            for (path, item) in sorted(document["paths"]) {
                paths.message(2) { named in
                    named.text(1, path)
                    named.message(2) { out in
                        for (number, verb) in [(2, "get"), (3, "put"), (4, "post"), (5, "delete"), (8, "patch")] {
                            if let operation = item[verb] { out.message(number) { self.operation(operation, &$0) } }
                        }
                    }
                }
            }
        }
        out.message(9) { named(document["definitions"], 1, &$0) }
        return out.bytes
    }

    private static func sorted(_ members: JSON?) -> [(key: String, value: JSON)] { (members?.object ?? [:]).sorted { $0.key < $1.key } }

    private static func operation(_ operation: JSON, _ out: inout ProtobufWriter) {
        out.text(5, operation["operationId"]?.string)
        for parameter in operation["parameters"]?.array ?? [] {
            // ParametersItem { Parameter { NonBodyParameter { QueryParameterSubSchema } } }
            out.message(8) { $0.message(1) { $0.message(2) { $0.message(3) { query in
                query.text(2, parameter["in"]?.string)
                query.text(4, parameter["name"]?.string)
                query.text(6, parameter["type"]?.string)
                query.flag(20, true)
            } } } }
        }
        out.message(9) { responses in
            for (code, response) in sorted(operation["responses"]) {
                responses.message(1) { named in
                    named.text(1, code)
                    named.message(2) { $0.message(1) { out in
                        out.text(1, response["description"]?.string)
                        if let schema = response["schema"] { out.message(2) { $0.message(1) { self.schema(schema, &$0) } } }
                    } }
                }
            }
        }
        extensions(operation, 13, &out)
    }

    private static func named(_ schemas: JSON?, _ number: Int, _ out: inout ProtobufWriter) {
        for (name, schema) in sorted(schemas) {
            out.message(number) { named in
                named.text(1, name)
                named.message(2) { self.schema(schema, &$0) }
            }
        }
    }

    private static func schema(_ schema: JSON, _ out: inout ProtobufWriter) {
        out.text(1, schema["$ref"]?.string)
        out.text(2, schema["format"]?.string)
        out.text(4, schema["description"]?.string)
        out.text(13, schema["pattern"]?.string)
        for name in schema["required"]?.array ?? [] { out.text(19, name.string) }
        for value in schema["enum"]?.array ?? [] { out.message(20) { $0.text(2, value.text) } }
        switch schema["additionalProperties"] {
        case .bool(let isAllowed): out.message(21) { $0.flag(2, isAllowed) }
        case let inner?: out.message(21) { $0.message(1) { self.schema(inner, &$0) } }
        case nil: break
        }
        if let type = schema["type"]?.string { out.message(22) { $0.text(1, type) } }
        if let items = schema["items"] { out.message(23) { $0.message(1) { self.schema(items, &$0) } } }
        if schema["properties"] != nil { out.message(25) { named(schema["properties"], 1, &$0) } }
        extensions(schema, 31, &out)
    }

    /// Each as `NamedAny` with its value in YAML, of which JSON is a part.
    private static func extensions(_ object: JSON, _ number: Int, _ out: inout ProtobufWriter) {
        for (name, value) in sorted(object) where name.hasPrefix("x-") {
            out.message(number) { named in
                named.text(1, name)
                named.message(2) { $0.text(2, value.text) }
            }
        }
    }
}
