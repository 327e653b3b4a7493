/// Holds a write against the rules of its kind.
extension KubeAPI {
    func validate(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor, _ custom: CustomResource?, subresource: String, _ call: inout Call) throws(APIStatus) {
        var findings = MetadataValidation.findings(object, old: old, resource)
        if let custom {
            // Metadata and schema are judged together.
            findings += SchemaValidation.findings(object, custom.schema)
            findings += ruleFindings(object, old: old, custom, after: findings, &call)
        } else if subresource == "status" {
            findings += StatusValidation.findings(object, old: old, resource)
        } else {
            findings += KindValidation.findings(object, old: old, resource, subresource: subresource)
        }
        guard findings.isEmpty else {
            // Events of both groups are one kind inside.
            throw .invalid(group: resource.kind == "Event" ? "" : resource.group, kind: resource.kind, name: object["metadata"]?["name"]?.string ?? "", findings)
        }
    }

    /// Rules are judged when the object has the shape that they were written for.
    private func ruleFindings(_ object: JSON, old: JSON?, _ custom: CustomResource, after findings: [FieldError], _ call: inout Call) -> [FieldError] {
        guard !custom.rules.root.isEmpty else { return [] }
        let blocking: Set<FieldError.Reason> = [.notSupported, .required, .tooLong, .tooMany, .typeInvalid]
        if findings.contains(where: { blocking.contains($0.reason) }) {
            return [.init(reason: .invalid, field: "<nil>", body: "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation")]
        }
        let validation = RuleValidation(object, old: old, custom.rules)
        call.warnings += validation.warnings
        return validation.findings
    }
}
