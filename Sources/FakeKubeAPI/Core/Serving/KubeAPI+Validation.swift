/// Holds a write against the rules of its kind.
extension KubeAPI {
    func validate(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor, _ custom: CustomResource?, subresource: String, _ call: inout Call) throws(APIStatus) {
        var findings = MetadataValidation.findings(object, old: old, resource)
        if let custom {
            // Metadata and schema are judged together.
            findings += SchemaValidation.findings(object, custom.schema)
        } else if subresource != "status" {
            findings += KindValidation.findings(object, old: old, resource, subresource: subresource)
        }
        guard findings.isEmpty else {
            // Events of both groups are one kind inside.
            throw .invalid(group: resource.kind == "Event" ? "" : resource.group, kind: resource.kind, name: object["metadata"]?["name"]?.string ?? "", findings)
        }
    }
}
