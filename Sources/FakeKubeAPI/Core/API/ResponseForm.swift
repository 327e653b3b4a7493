import Foundations

/// The form in which a client wants its answer, out of its Accept header.
package struct ResponseForm: Sendable {
    enum Shape: Hashable, Sendable {
        case whole
        case table(version: String)
        case metadata(version: String)
    }

    /// JSON text, YAML that the edge makes of it, or protobuf.
    enum Encoding: Hashable, Sendable { case json, yaml, protobuf }

    var shape: Shape = .whole
    var encoding = Encoding.json
    /// With a Table: `None`, `Metadata` or `Object`.
    var includeObject = "Metadata"
    /// For the ages in tables.
    var now: WallInstant = .init(nanoseconds: 0)
    /// Printer columns of a custom resource.
    var columns: TableColumns?

    var contentType: String {
        switch encoding {
        case .json: "application/json"
        case .yaml: "application/yaml"
        case .protobuf: ProtobufEnvelope.mediaType
        }
    }

    /// What decides the bytes of an object, beside the object.
    struct Key: Hashable, Sendable {
        var shape: Shape
        var encoding: Encoding
        var includeObject = ""
        var withColumns = false
        /// Ages in tables are told to the second.
        var second: Int64 = 0
    }

    /// Nil for a form that is nobody else's: the printer columns of a custom resource are those that its definition had when the watch began.
    func key(isFirst: Bool) -> Key? {
        guard case .table = shape else { return Key(shape: shape, encoding: encoding) }
        return columns == nil ? Key(shape: shape, encoding: encoding, includeObject: includeObject, withColumns: isFirst, second: Int64(now.secondsSince1970)) : nil
    }

    /// An answer with this body, which is in this form already.
    func answer(_ status: Int, _ body: [UInt8]) -> APIResponse.Answer {
        var answer = APIResponse.Answer(status: status, contentType: contentType, body: body)
        answer.isYAML = encoding == .yaml
        return answer
    }

    func encoded(_ json: JSON) -> [UInt8] {
        // Nothing without such a form is negotiated to have it.
        encoding == .protobuf ? ProtobufEnvelope.encode(json) ?? json.encoded : json.encoded
    }

    // MARK: Objects

    func write(_ object: StoredObject, _ resource: ResourceDescriptor, isFirst: Bool, version: UInt64? = nil, to out: inout [UInt8]) {
        if case .whole = shape, version == nil {
            if encoding == .protobuf { out += ProtobufEnvelope.encode(object.message(resource), resource.kind, resource.groupVersion) } else { object.write(resource, to: &out) }
            return
        }
        var json = object.json(resource)
        if let version { json[path: "metadata", "resourceVersion"] = .string(String(version)) }
        out += encoded(shaped(json, resource, withColumns: isFirst))
    }

    /// One object in this form.
    func shaped(_ object: JSON, _ resource: ResourceDescriptor, withColumns: Bool = true) -> JSON {
        switch shape {
        case .whole: return object
        case .metadata(let version): return Self.partial(object, version)
        case .table(let version):
            let metadata: JSON = object["metadata"]?["resourceVersion"].map { ["resourceVersion": $0] } ?? [:]
            return table(version, metadata, rows: [object], resource, withColumns: withColumns)
        }
    }

    func list(_ objects: [StoredObject], metadata: JSON, _ resource: ResourceDescriptor) -> [UInt8] {
        switch shape {
        case .whole where encoding == .protobuf:
            return ProtobufEnvelope.list(resource.listKind, resource.groupVersion, metadata, objects.lazy.map { $0.message(resource) })
        case .whole:
            var out: [UInt8] = []
            out.reserveCapacity(objects.reduce(256) { $0 + $1.body.count + 1 })
            out += "{\"kind\":\"\(resource.listKind)\",\"apiVersion\":\"\(resource.groupVersion)\",\"metadata\":".utf8
            metadata.write(to: &out)
            out += ",\"items\":[".utf8
            for (index, object) in objects.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                // Items of built-in lists carry no kind; those of custom resources do.
                if resource.isCustom { object.write(resource, to: &out) } else { object.writeBody(resource, to: &out) }
            }
            out += "]}".utf8
            return out
        case .metadata(let version):
            let items = objects.map { Self.partial($0.json(resource), version) }
            return encoded(["kind": "PartialObjectMetadataList", "apiVersion": .string(version), "metadata": metadata, "items": .array(items)])
        case .table(let version):
            return table(version, metadata, rows: objects.map { $0.json(resource) }, resource, withColumns: true).encoded
        }
    }

    static func partial(_ object: JSON, _ version: String) -> JSON {
        ["kind": "PartialObjectMetadata", "apiVersion": .string(version), "metadata": object["metadata"] ?? [:]]
    }

    private func table(_ version: String, _ metadata: JSON, rows: [JSON], _ resource: ResourceDescriptor, withColumns: Bool) -> JSON {
        let columns = columns ?? TableColumns.of(resource)
        return [
            "kind": "Table", "apiVersion": .string(version), "metadata": metadata, "columnDefinitions": withColumns ? columns.definitions : .null,
            "rows": .array(rows.map { object in
                var row: JSON = ["cells": .array(columns.cells(object, now))]
                if let conditions = columns.conditions(object) { row["conditions"] = conditions }
                switch includeObject {
                case "Object": row["object"] = object
                case "None": row["object"] = .null
                default: row["object"] = Self.partial(object, version)
                }
                return row
            }),
        ]
    }

    func bookmark(_ metadata: JSON, _ resource: ResourceDescriptor) -> JSON {
        let object: JSON = ["kind": .string(resource.kind), "apiVersion": .string(resource.groupVersion), "metadata": metadata]
        switch shape {
        case .whole:
            var object = object
            guard let type = Schema.builtIn[resource.typeName] else { return object }
            // The real server's bookmarks are empty typed objects.
            let empty = TypedDecoder(schema: .builtIn).emptyMembers(of: type)
            for (name, value) in empty where name != "metadata" { object[name] = value }
            return object
        case .metadata(let version): return Self.partial(object, version)
        case .table(let version): return ["kind": "Table", "apiVersion": .string(version), "metadata": ["resourceVersion": metadata["resourceVersion"] ?? .null], "columnDefinitions": .null, "rows": [["cells": [], "object": Self.partial(object, version)]]]
        }
    }
}
