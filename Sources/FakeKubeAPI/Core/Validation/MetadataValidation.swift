/// Names, labels, annotations, finalizers and owners of any object.
enum MetadataValidation {
    private static let standardFinalizers: Set = ["kubernetes", "orphan", "foregroundDeletion"]
    static let annotationBytesMax = 256 * 1024

    /// Kinds whose own rules look at all of the metadata again when an object changes.
    private static let lookedAtTwice: Set = [
        "/Pod", "/ConfigMap", "/Secret", "/Service", "/ServiceAccount", "/PersistentVolumeClaim", "/Endpoints", "networking.k8s.io/Ingress", "networking.k8s.io/IngressClass",
        "apps/ControllerRevision", "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding",
    ]

    /// The real server holds a change against the same rules several times, and tells of each finding as often.
    static func findings(_ object: JSON, old: JSON?, _ resource: ResourceDescriptor) -> [FieldError] {
        guard let old else { return made(object, resource) + (resource.isCustom ? [] : qualified(object)) }
        let change = changed(object, old)
        let again = lookedAtTwice.contains("\(resource.group)/\(resource.kind)") && !resource.isCustom
        return common(object, isNew: true) + change + change + (resource.isCustom ? [] : qualified(object)) + (again ? common(object, isNew: true) : [])
    }

    private static func made(_ object: JSON, _ resource: ResourceDescriptor) -> [FieldError] {
        var validation = Validation()
        let metadata = object["metadata"]
        let name = metadata?["name"]?.string ?? ""
        if let prefix = metadata?["generateName"]?.string, !prefix.isEmpty {
            // Letters follow, so a dash at the end is fine.
            let trimmed = prefix.hasSuffix("-") ? String(prefix.dropLast()) + "a" : prefix
            validation.add(rule(trimmed, resource).map { .invalid("metadata.generateName", .string(prefix), $0) })
        }
        if name.isEmpty { validation.add(.required("metadata.name", "name or generateName is required")) } else {
            validation.add(rule(name, resource).map { .invalid("metadata.name", .string(name), $0) })
        }
        return validation.findings + common(object, isNew: true)
    }

    private static func changed(_ object: JSON, _ old: JSON) -> [FieldError] {
        var validation = Validation()
        if old["metadata"]?["deletionTimestamp"] != nil {
            let before = Set((old["metadata"]?.list("finalizers") ?? []).compactMap(\.string))
            let added = Set((object["metadata"]?.list("finalizers") ?? []).compactMap(\.string)).subtracting(before).sorted()
            if !added.isEmpty { validation.add(.forbidden("metadata.finalizers", "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(added.map { "\"\($0)\"" }.joined(separator: ", "))}")) }
        }
        return validation.findings + common(object, isNew: false)
    }

    /// - Parameter isNew: whether finalizers are looked at.
    private static func common(_ object: JSON, isNew: Bool) -> [FieldError] {
        var validation = Validation()
        let metadata = object["metadata"]
        if isNew { validation.notNegative(metadata?["generation"], "metadata.generation") }
        validation.labels(metadata?["labels"], "metadata.labels")
        validation.annotations(metadata?["annotations"], "metadata.annotations")
        let bytes = (metadata?["annotations"]?.strings ?? [:]).reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        if bytes > annotationBytesMax { validation.add(.tooLong("metadata.annotations", annotationBytesMax)) }
        owners(metadata?.list("ownerReferences") ?? [], &validation)
        guard isNew else { return validation.findings }
        let finalizers = (metadata?.list("finalizers") ?? []).map { $0.string ?? "" }
        for name in finalizers { validation.name(NameRules.qualifiedName, name, "metadata.finalizers") }
        if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
            validation.add(.invalid("metadata.finalizers", JSON(finalizers), "finalizer orphan and foregroundDeletion cannot be both set"))
        }
        return validation.findings
    }

    /// Finalizers of built-in kinds are standard ones, or have a domain.
    private static func qualified(_ object: JSON) -> [FieldError] {
        (object["metadata"]?.list("finalizers") ?? []).enumerated().compactMap { index, finalizer in
            let name = finalizer.string ?? ""
            if name.contains("/") || standardFinalizers.contains(name) { return nil }
            return .invalid("metadata.finalizers[\(index)]", .string(name), "name is neither a standard finalizer name nor is it fully qualified")
        }
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
        let field = "metadata.ownerReferences"
        var controller: String?
        for owner in owners {
            let version = owner.word("apiVersion")
            if version.isEmpty || version.hasSuffix("/") { validation.add(.invalid("\(field).apiVersion", .string(version), "version must not be empty")) }
            for key in ["kind", "name", "uid"] where owner.word(key).isEmpty { validation.add(.invalid("\(field).\(key)", "", "must not be empty")) }
            if owner["kind"] == "Event", version == "v1" { validation.add(.invalid(field, owner, "/v1, Kind=Event is disallowed from being an owner")) }
            guard owner["controller"] == true else { continue }
            let name = "\(owner.word("kind"))/\(owner.word("name"))"
            if let controller {
                validation.add(.invalid(field, .array(owners), "Only one reference can have Controller set to true. Found \"true\" in references for \(controller) and \(name)"))
            } else {
                controller = name
            }
        }
    }

    /// A finalizer of a namespace's spec.
    static func finalizer(_ name: String, _ field: String) -> [FieldError] {
        NameRules.qualifiedName(name).map { .invalid(field, .string(name), $0) }
            + (name.contains("/") || standardFinalizers.contains(name) ? [] : [.invalid(field, .string(name), "name is neither a standard finalizer name nor is it fully qualified")])
    }
}
