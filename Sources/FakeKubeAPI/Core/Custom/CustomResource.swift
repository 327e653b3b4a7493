/// One served version of a CustomResourceDefinition: its structural schema and what follows from it.
struct CustomResource: Sendable {
    let descriptor: ResourceDescriptor
    /// `openAPIV3Schema`.
    let schema: JSON
    /// `x-kubernetes-validations`, wherever they stand in it.
    let rules: RuleTree
    let preservesUnknown: Bool
    let columns: TableColumns
    let selectableFields: [String: [String]]
    let scale: ScalePaths?
    let isStorage: Bool
    private let isTerminating: Bool

    /// - Parameters:
    ///   - definition: a CustomResourceDefinition.
    ///   - version: an element of its `spec.versions`.
    init(definition: JSON, version: JSON) {
        let spec = definition["spec"]
        let names = spec?["names"]
        func text(_ json: JSON?) -> String { json?.string ?? "" }
        let kind = text(names?["kind"])
        let fields = (version["selectableFields"]?.array ?? []).compactMap { $0["jsonPath"]?.string }.map { String($0.drop { $0 == "." }) }
        selectableFields = Dictionary(fields.map { ($0, $0.split(separator: ".").map(String.init)) }) { $1 }
        var subresources: [ResourceDescriptor.Subresource] = []
        let given = version["subresources"]
        if given?["scale"] != nil { subresources.append(.init(name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"])) }
        if given?["status"] != nil { subresources.append(.init(name: "status", kind: kind, group: text(spec?["group"]), version: text(version["name"]), verbs: ["get", "patch", "update"])) }
        let isDeprecated = version["deprecated"] == true
        descriptor = ResourceDescriptor(
            group: text(spec?["group"]), version: text(version["name"]), name: text(names?["plural"]), singular: text(names?["singular"]), kind: kind, listKind: text(names?["listKind"]),
            isNamespaced: spec?["scope"] == "Namespaced", verbs: Catalogue.allVerbs, shortNames: (names?["shortNames"]?.array ?? []).compactMap(\.string),
            categories: (names?["categories"]?.array ?? []).compactMap(\.string), subresources: subresources, typeName: "", isCustom: true, selectableFields: fields.sorted(),
            warning: isDeprecated ? version["deprecationWarning"]?.string ?? "\(text(spec?["group"]))/\(text(version["name"])) \(kind) is deprecated" : nil)
        schema = version["schema"]?["openAPIV3Schema"] ?? [:]
        rules = RuleTree(schema: schema)
        isStorage = version["storage"] == true
        isTerminating = definition["metadata"]?["deletionTimestamp"] != nil
        preservesUnknown = spec?["preserveUnknownFields"] == true
        columns = TableColumns.custom(version["additionalPrinterColumns"]?.array ?? [])
        func path(_ key: String) -> [String]? { given?["scale"]?[key]?.string.map { $0.split(separator: ".").map(String.init) } }
        scale = given?["scale"] == nil ? nil : ScalePaths(spec: path("specReplicasPath") ?? [], status: path("statusReplicasPath") ?? [], selector: path("labelSelectorPath"), isCustom: true)
    }

    /// A definition that is going takes in nothing new.
    func checkCreation() throws(APIStatus) {
        if isTerminating { throw APIStatus(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating") }
    }

    // MARK: Pruning

    /// Drops what the schema does not name. Returns `unknown field "spec.x"` for each, in the order of their names.
    /// - Throws: 400 when the metadata has values of wrong types.
    func prune(_ object: inout JSON) throws(APIStatus) -> [String] {
        var unknown: [String] = []
        var decoder = TypedDecoder(schema: .builtIn)
        if let metadata = object["metadata"], metadata != .null {
            do { object["metadata"] = try decoder.decode(metadata, as: "meta.v1.ObjectMeta") } catch {
                throw .badRequest("\(descriptor.kind) in version \"\(descriptor.version)\" cannot be handled as a \(descriptor.kind): \(error.message)")
            }
            unknown += decoder.unknown.map { "unknown field \"metadata.\($0)\"" }
        }
        if !preservesUnknown { Self.prune(&object, schema, [], &unknown, isRoot: true) }
        return unknown
    }

    private static func prune(_ value: inout JSON, _ schema: JSON, _ path: [String], _ unknown: inout [String], isRoot: Bool = false) {
        switch value {
        case .object(var members):
            let isEmbedded = isRoot || schema["x-kubernetes-embedded-resource"] == true
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                if isEmbedded, !isRoot, key == "metadata" {
                    // An object inside has metadata like any other.
                    var decoder = TypedDecoder(schema: .builtIn)
                    if let decoded = try? decoder.decode(member, as: "meta.v1.ObjectMeta") {
                        unknown += decoder.unknown.map { "unknown field \"\(JSONParser.dotted(path + [key])).\($0)\"" }
                        members[key] = decoded
                    }
                    continue
                }
                if isEmbedded, ["apiVersion", "kind", "metadata"].contains(key) { continue }
                var inner = member
                if let property = schema["properties"]?[key] {
                    prune(&inner, property, path + [key], &unknown)
                } else if let additional = schema["additionalProperties"] {
                    if additional.object != nil { prune(&inner, additional, path + [key], &unknown) }
                } else if schema["x-kubernetes-preserve-unknown-fields"] == true {
                    continue
                } else {
                    unknown.append("unknown field \"\(JSONParser.dotted(path + [key]))\"")
                    members[key] = nil
                    continue
                }
                members[key] = inner
            }
            value = .object(members)
        case .array(var items):
            guard let element = schema["items"] else { return }
            for index in items.indices { prune(&items[index], element, path + ["[\(index)]"], &unknown) }
            value = .array(items)
        default: break
        }
    }

    // MARK: Defaults

    func applyDefaults(_ object: inout JSON) { Self.applyDefaults(&object, schema, isRoot: true) }

    private static func applyDefaults(_ value: inout JSON, _ schema: JSON, isRoot: Bool = false) {
        switch value {
        case .object(var members):
            for (key, property) in schema["properties"]?.object ?? [:] where !(isRoot && ["apiVersion", "kind", "metadata"].contains(key)) {
                if members[key] == .null, property["nullable"] != true, property["default"] != nil { members[key] = nil }
                if members[key] == nil, let fallback = property["default"] { members[key] = fallback }
                if var member = members[key] {
                    applyDefaults(&member, property)
                    members[key] = member
                }
            }
            if let additional = schema["additionalProperties"], additional.object != nil {
                for (key, member) in members where schema["properties"]?[key] == nil {
                    var member = member
                    applyDefaults(&member, additional)
                    members[key] = member
                }
            }
            value = .object(members)
        case .array(var items):
            guard let element = schema["items"] else { return }
            for index in items.indices { applyDefaults(&items[index], element) }
            value = .array(items)
        default: break
        }
    }
}
