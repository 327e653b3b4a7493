/// Where a pod wants to be: affinities and spreading; also the node selectors of volumes.
enum AffinityValidation {
    private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
    private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

    static func check(_ affinity: JSON?, _ path: String, _ validation: inout Validation) {
        guard let affinity, affinity != .null else { return }
        if let node = affinity["nodeAffinity"], node != .null {
            if let selector = node[required], selector != .null { checkNodes(selector, "\(path).nodeAffinity.\(required)", &validation) }
            for (index, term) in node.list(preferred).enumerated() {
                let place = "\(path).nodeAffinity.\(preferred)[\(index)]"
                checkWeight(term["weight"], place, &validation)
                checkTerm(term["preference"] ?? [:], "\(place).preference", isStrict: false, &validation)
            }
        }
        for kind in ["podAffinity", "podAntiAffinity"] {
            guard let pods = affinity[kind], pods != .null else { continue }
            for (index, term) in pods.list(required).enumerated() { checkPods(term, "\(path).\(kind).\(required)[\(index)]", &validation) }
            for (index, term) in pods.list(preferred).enumerated() {
                let place = "\(path).\(kind).\(preferred)[\(index)]"
                checkWeight(term["weight"], place, &validation)
                checkPods(term["podAffinityTerm"] ?? [:], "\(place).podAffinityTerm", &validation)
            }
        }
    }

    private static func checkWeight(_ weight: JSON?, _ path: String, _ validation: inout Validation) {
        let number = weight?.integer ?? 0
        if !(1...100).contains(number) { validation.add(.invalid("\(path).weight", .integer(number), "must be in the range 1-100")) }
    }

    static func checkNodes(_ selector: JSON, _ path: String, _ validation: inout Validation) {
        let terms = selector.list("nodeSelectorTerms")
        if terms.isEmpty { validation.add(.required("\(path).nodeSelectorTerms", "must have at least one node selector term")) }
        for (index, term) in terms.enumerated() { checkTerm(term, "\(path).nodeSelectorTerms[\(index)]", isStrict: true, &validation) }
    }

    private static func checkTerm(_ term: JSON, _ path: String, isStrict: Bool, _ validation: inout Validation) {
        for (index, expression) in term.list("matchExpressions").enumerated() {
            let place = "\(path).matchExpressions[\(index)]"
            let values = expression.list("values")
            switch expression.word("operator") {
            case "In", "NotIn": if values.isEmpty { validation.add(.required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'")) }
            case "Exists", "DoesNotExist": if !values.isEmpty { validation.add(.forbidden("\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")) }
            case "Gt", "Lt": if values.count != 1 { validation.add(.required("\(place).values", "must be specified single value when `operator` is 'Lt' or 'Gt'")) }
            default: validation.add(.invalid("\(place).operator", expression["operator"] ?? "", "not a valid selector operator"))
            }
            validation.name(NameRules.qualifiedName, expression.word("key"), "\(place).key")
            guard isStrict else { continue }
            for (number, value) in values.enumerated() { validation.name(NameRules.labelValue, value.string ?? "", "\(place).values[\(number)]") }
        }
        for (index, expression) in term.list("matchFields").enumerated() {
            let place = "\(path).matchFields[\(index)]"
            let values = expression.list("values")
            switch expression.word("operator") {
            case "In", "NotIn": if values.count != 1 { validation.add(.required("\(place).values", "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")) }
            default: validation.add(.invalid("\(place).operator", expression["operator"] ?? "", "not a valid selector operator"))
            }
            if expression.word("key") == "metadata.name" {
                for (number, value) in values.enumerated() { validation.name(NameRules.subdomain, value.string ?? "", "\(place).values[\(number)]") }
            } else {
                validation.add(.invalid("\(place).key", expression["key"] ?? "", "not a valid field selector key"))
            }
        }
    }

    private static func checkPods(_ term: JSON, _ path: String, _ validation: inout Validation) {
        for key in ["labelSelector", "namespaceSelector"] { validation.selector(term[key], "\(path).\(key)") }
        for namespace in term.list("namespaces") { validation.name(NameRules.label, namespace.string ?? "", "\(path).namespace") }
        for key in ["matchLabelKeys", "mismatchLabelKeys"] where !term.list(key).isEmpty {
            if term.has("labelSelector") {
                for (index, label) in term.list(key).enumerated() { validation.name(NameRules.qualifiedName, label.string ?? "", "\(path).\(key)[\(index)]") }
            } else {
                validation.add(.forbidden("\(path).\(key)", "must not be specified when labelSelector is not set"))
            }
        }
        for (index, label) in term.list("matchLabelKeys").enumerated() where term.list("mismatchLabelKeys").contains(label) {
            validation.add(.invalid("\(path).matchLabelKeys[\(index)]", label, "exists in both matchLabelKeys and mismatchLabelKeys"))
        }
        if term.word("topologyKey").isEmpty { validation.add(.required("\(path).topologyKey", "can not be empty")) }
        validation.name(NameRules.qualifiedName, term.word("topologyKey"), "\(path).topologyKey")
    }

    static func checkSpread(_ constraints: [JSON], _ path: String, _ validation: inout Validation) {
        for (index, constraint) in constraints.enumerated() {
            let place = "\(path)[\(index)]"
            let action = constraint.word("whenUnsatisfiable")
            let key = constraint.word("topologyKey")
            if constraint.number("maxSkew") ?? 0 <= 0 { validation.add(.invalid("\(place).maxSkew", constraint["maxSkew"] ?? 0, "must be greater than zero")) }
            if key.isEmpty { validation.add(.required("\(place).topologyKey", "can not be empty")) }
            if !["DoNotSchedule", "ScheduleAnyway"].contains(action) { validation.add(.notSupported("\(place).whenUnsatisfiable", .string(action), ["DoNotSchedule", "ScheduleAnyway"])) }
            if constraints.dropFirst(index + 1).contains(where: { $0.word("topologyKey") == key && $0.word("whenUnsatisfiable") == action }) {
                validation.add(.duplicate("\(place).{topologyKey, whenUnsatisfiable}", .string("{\(key), \(action)}")))
            }
            if let least = constraint.number("minDomains") {
                if least <= 0 { validation.add(.invalid("\(place).minDomains", .integer(least), "must be greater than zero")) }
                if action != "DoNotSchedule" { validation.add(.invalid("\(place).minDomains", .integer(least), "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action)")) }
            }
            for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] { validation.known(["Honor", "Ignore"], constraint[policy], "\(place).\(policy)") }
            let labels = constraint.list("matchLabelKeys")
            if !labels.isEmpty, !constraint.has("labelSelector") { validation.add(.forbidden("\(place).matchLabelKeys", "must not be specified when labelSelector is not set")) }
            let selected = Set(constraint["labelSelector"]?["matchLabels"]?.strings.keys.map { $0 } ?? []).union((constraint["labelSelector"]?.list("matchExpressions") ?? []).map { $0.word("key") })
            for (number, label) in labels.enumerated() {
                validation.name(NameRules.qualifiedName, label.string ?? "", "\(place).matchLabelKeys[\(number)]")
                if selected.contains(label.string ?? "") { validation.add(.invalid("\(place).matchLabelKeys[\(number)]", label, "exists in both matchLabelKeys and labelSelector")) }
            }
            validation.selector(constraint["labelSelector"], "\(place).labelSelector")
        }
    }
}
