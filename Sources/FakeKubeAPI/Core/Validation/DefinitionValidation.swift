/// CustomResourceDefinitions: names, versions, and that each schema is structural.
enum DefinitionValidation {
    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        let group = spec?["group"]?.string ?? ""
        let plural = spec?["names"]?["plural"]?.string ?? ""
        if object["metadata"]?["name"]?.string ?? "" != "\(plural).\(group)" {
            validation.add(.invalid("metadata.name", object["metadata"]?["name"] ?? "", "must be spec.names.plural+\".\"+spec.group"))
        }
        if group.isEmpty { validation.add(.required("spec.group")) } else {
            validation.add(NameRules.subdomain(group).map { .invalid("spec.group", .string(group), $0) })
            if !group.contains(".") { validation.add(.invalid("spec.group", .string(group), "should be a domain with at least one dot")) }
        }
        let approval = "api-approved.kubernetes.io"
        if old == nil, ["k8s.io", "kubernetes.io"].contains(where: { group == $0 || group.hasSuffix(".\($0)") }), object["metadata"]?["annotations"]?[approval]?.isEmpty ?? true {
            validation.add(.required("metadata.annotations[\(approval)]", "protected groups must have approval annotation \"\(approval)\", see https://github.com/kubernetes/enhancements/pull/1111"))
        }
        validation.oneOf(["Cluster", "Namespaced"], spec?["scope"], "spec.scope")
        let versions = spec?["versions"]?.array ?? []
        if versions.filter({ $0["storage"] == true }).count != 1 {
            validation.add(.init(reason: .invalid, field: "spec.versions", body: "Invalid value: \(shown(versions)): must have exactly one version marked as storage version"))
        }
        for (index, version) in versions.enumerated() {
            validation.add(NameRules.label1035(version["name"]?.string ?? "").map { .invalid("spec.versions[\(index)].name", version["name"] ?? "", $0) })
            guard let schema = version["schema"]?["openAPIV3Schema"], schema != .null else {
                validation.add(.required("spec.versions[\(index)].schema.openAPIV3Schema"))
                continue
            }
            let path = versions.count == 1 ? "spec.validation.openAPIV3Schema" : "spec.versions[\(index)].schema.openAPIV3Schema"
            if schema["type"]?.string != "object" { validation.add(.init(reason: schema["type"] == nil ? .required : .invalid, field: "\(path).type", body: schema["type"] == nil ? "Required value: must not be empty at the root" : "Invalid value: \(FieldError.shown(schema["type"] ?? "")): must be object at the root")) }
            checkStructure(schema, path, &validation)
            checkTypes(schema, path, &validation)
            validation.add(RuleDefinitionValidation.findings(schema, path))
        }
        names(spec?["names"], &validation)
        if let old {
            validation.immutable(spec?["group"], old["spec"]?["group"], "spec.group")
            validation.immutable(spec?["scope"], old["spec"]?["scope"], "spec.scope")
            validation.immutable(spec?["names"]?["kind"], old["spec"]?["names"]?["kind"], "spec.names.kind")
        }
        if old == nil, versions.allSatisfy({ $0["storage"] != true }) { validation.add(.invalid("status.storedVersions", .null, "must have at least one stored version")) }
    }

    private static func names(_ names: JSON?, _ validation: inout Validation) {
        for key in ["plural", "singular"] {
            let name = names?[key]?.string ?? ""
            if name.isEmpty { if key == "plural" { validation.add(.required("spec.names.plural")) } } else { validation.add(NameRules.label1035(name).map { .invalid("spec.names.\(key)", .string(name), $0) }) }
        }
        for key in ["kind", "listKind"] {
            let name = names?[key]?.string ?? ""
            if name.isEmpty { validation.add(.required("spec.names.\(key)")) } else { validation.add(NameRules.label1035(name.lowercased()).map { .invalid("spec.names.\(key)", .string(name), $0) }) }
        }
    }

    /// The versions as the real server prints its own form of them.
    private static func shown(_ versions: [JSON]) -> String {
        "[" + versions.map { version in
            "{\"Name\":\(version["name"]?.text ?? "\"\""),\"Served\":\(version["served"] == true),\"Storage\":\(version["storage"] == true),\"Deprecated\":\(version["deprecated"] == true),\"DeprecationWarning\":\(version["deprecationWarning"]?.text ?? "null"),\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}"
        }.joined(separator: ",") + "]"
    }

    private static let types = ["array", "boolean", "integer", "number", "object", "string"]

    private static func checkStructure(_ schema: JSON, _ path: String, _ validation: inout Validation) {
        for (key, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            let place = "\(path).properties[\(key)]"
            if property["type"] == nil, property["x-kubernetes-int-or-string"] != true, property["x-kubernetes-preserve-unknown-fields"] != true {
                validation.add(.required("\(place).type", "must not be empty for specified object fields"))
            }
            checkStructure(property, place, &validation)
        }
        if let items = schema["items"] {
            if items["type"] == nil, items["x-kubernetes-int-or-string"] != true, items["x-kubernetes-preserve-unknown-fields"] != true { validation.add(.required("\(path).items.type", "must not be empty for specified array items")) }
            checkStructure(items, "\(path).items", &validation)
        }
        if let additional = schema["additionalProperties"], additional.object != nil { checkStructure(additional, "\(path).additionalProperties", &validation) }
        if schema["type"] == "array", schema["items"] == nil { validation.add(.required("\(path).items", "must be specified")) }
    }

    private static func checkTypes(_ schema: JSON, _ path: String, _ validation: inout Validation) {
        if let type = schema["type"]?.string, !types.contains(type) { validation.add(.notSupported("\(path).type", .string(type), types)) }
        for (key, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.key < $1.key }) { checkTypes(property, "\(path).properties[\(key)]", &validation) }
        if let items = schema["items"] { checkTypes(items, "\(path).items", &validation) }
        if let additional = schema["additionalProperties"], additional.object != nil { checkTypes(additional, "\(path).additionalProperties", &validation) }
    }
}
