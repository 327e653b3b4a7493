/// Names, labels, annotations, finalizers and owners of any object.
enum MetadataValidation {
    private static let standardFinalizers: Set = ["kubernetes", "orphan", "foregroundDeletion"]
    static let annotationBytesMax = 256 * 1024

    static func findings(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor) -> [FieldError] {
        var validation = Validation()
        let metadata = object["metadata"]
        let name = metadata?["name"]?.string ?? ""
        if old == nil {
            if let prefix = metadata?["generateName"]?.string, !prefix.isEmpty {
                // Letters follow, so a dash or dot at the end is fine.
                let trimmed = prefix.hasSuffix("-") ? String(prefix.dropLast()) + "a" : prefix
                validation.add(rule(trimmed, resource).map { .invalid("metadata.generateName", .string(prefix), $0) })
            }
            if name.isEmpty { validation.add(.required("metadata.name", "name or generateName is required")) } else {
                validation.add(rule(name, resource).map { .invalid("metadata.name", .string(name), $0) })
            }
        }
        if let generation = metadata?["generation"]?.integer, generation < 0 { validation.add(.invalid("metadata.generation", .integer(generation), "must be greater than or equal to 0")) }
        validation.labels(metadata?["labels"], "metadata.labels")
        var bytes = 0
        for (key, value) in (metadata?["annotations"]?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
            validation.add(NameRules.qualifiedName(key.lowercased()).map { .invalid("metadata.annotations", .string(key), $0) })
            bytes += key.utf8.count + value.utf8.count
        }
        if bytes > annotationBytesMax { validation.add(.tooLong("metadata.annotations", annotationBytesMax)) }
        owners(metadata?["ownerReferences"]?.array ?? [], &validation)
        finalizers(metadata?["finalizers"]?.array ?? [], &validation)
        if let old, old["metadata"]?["deletionTimestamp"] != nil {
            let before = Set((old["metadata"]?["finalizers"]?.array ?? []).compactMap(\.string))
            let added = (metadata?["finalizers"]?.array ?? []).compactMap(\.string).filter { !before.contains($0) }
            if !added.isEmpty { validation.add(.forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(added.map { "\"\($0)\"" }.joined(separator: ", "))}")) }
        }
        return validation.findings
    }

    private static func rule(_ name: String, _ resource: ResourceDescriptor) -> [String] {
        if resource.group == "rbac.authorization.k8s.io" { return NameRules.pathSegment(name) }
        switch (resource.group, resource.kind) {
        case ("", "Namespace"): return NameRules.label(name)
        case ("", "Service"): return NameRules.label(name)
        case ("", "Event"), ("events.k8s.io", "Event"): return NameRules.subdomain(name)
        default: return NameRules.subdomain(name)
        }
    }

    private static func owners(_ owners: [JSON], _ validation: inout Validation) {
        var controllers: [String] = []
        for (index, owner) in owners.enumerated() {
            let path = "metadata.ownerReferences[\(index)]"
            if owner["apiVersion"]?.isEmpty ?? true { validation.add(.invalid("\(path).apiVersion", "", "version must not be empty")) }
            if owner["kind"]?.isEmpty ?? true { validation.add(.invalid("\(path).kind", "", "must not be empty")) }
            if owner["name"]?.isEmpty ?? true { validation.add(.invalid("\(path).name", "", "must not be empty")) }
            if owner["uid"]?.isEmpty ?? true { validation.add(.invalid("\(path).uid", "", "must not be empty")) }
            if owner["controller"] == true { controllers.append(owner["name"]?.string ?? "") }
        }
        if controllers.count > 1 {
            validation.add(.invalid("metadata.ownerReferences", .array(owners), "Only one reference can have Controller set to true. Found \"true\" in references for \(controllers[0]) and \(controllers[1])"))
        }
    }

    private static func finalizers(_ finalizers: [JSON], _ validation: inout Validation) {
        for (index, finalizer) in finalizers.enumerated() {
            let name = finalizer.string ?? ""
            validation.add(NameRules.qualifiedName(name).map { .invalid("metadata.finalizers", .string(name), $0) })
            if !name.contains("/"), !standardFinalizers.contains(name) {
                validation.add(.invalid("metadata.finalizers[\(index)]", .string(name), "name is neither a standard finalizer name nor is it fully qualified"))
            }
        }
    }
}
