/// Variables of a container, and what of its pod they are taken from.
enum EnvironmentValidation {
    private static func variable(_ text: String) -> [String] {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "=") } ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
    }

    static func check(_ variables: [JSON], _ path: String, _ validation: inout Validation) {
        for (index, entry) in variables.enumerated() {
            validation.requiredName(variable, entry["name"], "\(path)[\(index)].name")
            if let source = entry["valueFrom"], source != .null { checkSource(source, entry.word("value"), "\(path)[\(index)].valueFrom", &validation) }
        }
    }

    private static let fields = [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    private static func checkSource(_ source: JSON, _ value: String, _ path: String, _ validation: inout Validation) {
        if let field = source["fieldRef"], field != .null { checkField(field, fields, "\(path).fieldRef", &validation) }
        if let resource = source["resourceFieldRef"], resource != .null { checkResource(resource, "\(path).resourceFieldRef", inVolume: false, &validation) }
        for kind in ["configMapKeyRef", "secretKeyRef"] {
            guard let key = source[kind], key != .null else { continue }
            validation.name(NameRules.subdomain, key.word("name"), "\(path).\(kind).name")
            validation.requiredName(NameRules.configKey, key["key"], "\(path).\(kind).key")
        }
        let count = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"].filter(source.has).count
        if count == 0 { validation.add(.invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`")) } else if !value.isEmpty {
            validation.add(.invalid(path, "", "may not be specified when `value` is not empty"))
        } else if count > 1 {
            validation.add(.invalid(path, "", "may not have more than one field specified at a time"))
        }
    }

    static func checkImported(_ sources: [JSON], _ path: String, _ validation: inout Validation) {
        for (index, source) in sources.enumerated() {
            if !source.word("prefix").isEmpty { validation.name(variable, source.word("prefix"), "\(path)[\(index)].prefix") }
            let kinds = ["configMapRef", "secretRef"].filter(source.has)
            for kind in kinds { validation.requiredName(NameRules.subdomain, source[kind]?["name"], "\(path)[\(index)].\(kind).name") }
            if kinds.isEmpty { validation.add(.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`")) }
            if kinds.count > 1 { validation.add(.invalid(path, "", "may not have more than one field specified at a time")) }
        }
    }

    private static let selectable: Set = [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName",
        "status.phase", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ]

    /// A field of the pod: `metadata.labels['app']`.
    static func checkField(_ reference: JSON, _ known: [String], _ path: String, _ validation: inout Validation) {
        for key in ["apiVersion", "fieldPath"] where reference.word(key).isEmpty { return validation.add(.required("\(path).\(key)")) }
        let field = reference.word("fieldPath")
        if let open = field.firstIndex(of: "["), field.hasSuffix("']"), field[open...].hasPrefix("['") {
            let map = String(field[..<open])
            let key = String(field[open...].dropFirst(2).dropLast(2))
            switch map {
            case "metadata.annotations": validation.add(NameRules.qualifiedName(key.lowercased()).map { .invalid(path, .string(key.lowercased()), $0) })
            case "metadata.labels": validation.name(NameRules.qualifiedName, key, path)
            default: validation.add(.invalid("\(path).fieldPath", .string(field), "error converting fieldPath: field label does not support subscript: \(field)"))
            }
        } else if reference.word("apiVersion") != "v1" {
            validation.add(.invalid("\(path).fieldPath", .string(field), "error converting fieldPath: unsupported pod version: \(reference.word("apiVersion"))"))
        } else if !selectable.contains(field) {
            validation.add(.invalid("\(path).fieldPath", .string(field), "error converting fieldPath: field label not supported: \(field)"))
        } else if !known.contains(field) {
            validation.add(.notSupported("\(path).fieldPath", .string(field), known))
        }
    }

    private static let amounts = ["limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"]
    private static let divisors: Set = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"]

    /// A request or limit of a container.
    static func checkResource(_ reference: JSON, _ path: String, inVolume: Bool, _ validation: inout Validation) {
        let resource = reference.word("resource")
        let isHuge = ["requests.hugepages-", "limits.hugepages-"].contains { resource.hasPrefix($0) }
        if inVolume, reference.word("containerName").isEmpty { validation.add(.required("\(path).containerName")) } else if resource.isEmpty {
            validation.add(.required("\(path).resource"))
        } else if !amounts.contains(resource), !isHuge {
            validation.add(.notSupported("\(path).resource", .string(resource), amounts))
        }
        guard let divisor = Quantity(reference.word("divisor")), divisor != .zero else { return }
        let kind = isHuge ? "hugepages" : resource.hasSuffix(".cpu") ? "cpu" : resource.hasSuffix(".memory") ? "memory" : resource.hasSuffix(".ephemeral-storage") ? "local ephemeral storage" : ""
        if kind == "cpu" {
            if !["1m", "1"].contains(divisor.canonical) { validation.add(.invalid("\(path).divisor", .string(resource), "only divisor's values 1m and 1 are supported with the cpu resource")) }
        } else if !kind.isEmpty, !divisors.contains(divisor.canonical) {
            validation.add(.invalid("\(path).divisor", .string(resource), "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the \(kind) resource"))
        }
    }
}
