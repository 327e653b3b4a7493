import Foundations

/// The form in which a client wants its answer, out of its Accept header.
package struct ResponseForm: Sendable {
    enum Shape: Hashable, Sendable {
        case whole
        case table(version: String)
        case metadata(version: String)
    }

    var shape: Shape = .whole
    /// YAML instead of JSON; never for a watch.
    package var isYAML = false
    /// With a Table: `None`, `Metadata` or `Object`.
    var includeObject = "Metadata"
    /// For the ages in tables.
    var now: WallInstant = .init(nanoseconds: 0)
    /// Printer columns of a custom resource.
    var columns: TableColumns?

    package var contentType: String {
        if isYAML { return "application/yaml" }
        switch shape {
        case .whole: return "application/json"
        case .table, .metadata: return "application/json"
        }
    }

    static let available = "application/json, application/yaml, application/vnd.kubernetes.protobuf"

    /// The first range of the header that can be served, the heavier ones first.
    static func negotiate(_ accept: String?) throws(APIStatus) -> ResponseForm {
        guard let accept, !accept.isEmpty else { return ResponseForm() }
        let ranges = MediaRange.parse(accept)
        var knowsType = false
        for range in ranges {
            switch range.type {
            case "application/json", "application/yaml", "*/*": break
            case "application/vnd.kubernetes.protobuf":
                knowsType = true
                continue
            default: continue
            }
            knowsType = true
            var form = ResponseForm()
            form.isYAML = range.type == "application/yaml"
            guard let wanted = range.parameters["as"] else { return form }
            guard range.parameters["g"] == "meta.k8s.io", let version = range.parameters["v"], version == "v1" || version == "v1beta1" else { continue }
            switch wanted {
            case "Table": form.shape = .table(version: "meta.k8s.io/" + version)
            case "PartialObjectMetadata", "PartialObjectMetadataList": form.shape = .metadata(version: "meta.k8s.io/" + version)
            default: continue
            }
            return form
        }
        if knowsType, ranges.contains(where: { $0.parameters["as"] != nil }) {
            throw APIStatus(406, "NotAcceptable", "only the following media types are accepted: \(available)")
        }
        var status = APIStatus(406, "NotAcceptable", "406: Not Acceptable\n\nAvailable representations: \(available)")
        status.hasDetails = true
        throw status
    }

    // MARK: Objects

    func write(_ object: StoredObject, _ resource: ResourceDescriptor, isFirst: Bool, version: UInt64? = nil, to out: inout [UInt8]) {
        if case .whole = shape, version == nil {
            object.write(resource, to: &out)
            return
        }
        var json = object.json(resource)
        if let version { json[path: "metadata", "resourceVersion"] = .string(String(version)) }
        shaped(json, resource, withColumns: isFirst).write(to: &out)
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
            return (["kind": "PartialObjectMetadataList", "apiVersion": .string(version), "metadata": metadata, "items": .array(items)] as JSON).encoded
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

/// One entry of an Accept header.
struct MediaRange: Hashable {
    var type: String
    var parameters: [String: String]

    /// In order of weight, equal weights in the order of the header.
    static func parse(_ header: String) -> [MediaRange] {
        let ranges: [(MediaRange, Double)] = header.split(separator: ",").map { entry in
            let parts = entry.split(separator: ";").map { $0.trimmingSpace }
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                let sides = part.split(separator: "=", maxSplits: 1).map(\.trimmingSpace)
                if sides.count == 2 { parameters[sides[0].lowercased()] = sides[1].replacing("\"", with: "") }
            }
            return (MediaRange(type: parts.first?.lowercased() ?? "", parameters: parameters), Double(parameters["q"] ?? "1") ?? 1)
        }
        return ranges.enumerated().sorted { ($0.element.1, -$0.offset) > ($1.element.1, -$1.offset) }.map(\.element.0)
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmingSpace: String {
        String(self.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
