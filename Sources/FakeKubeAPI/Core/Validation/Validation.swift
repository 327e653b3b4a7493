/// Collects findings about an object; each check names the field as the real server does.
struct Validation {
    private(set) var findings: [FieldError] = []

    mutating func add(_ finding: FieldError) { findings.append(finding) }
    mutating func add(_ more: [FieldError]) { findings += more }

    mutating func atLeast(_ minimum: Int64, _ value: JSON?, _ field: String) {
        if let number = value?.integer, number < minimum {
            add(.invalid(field, .integer(number), "must be greater than or equal to \(minimum)"))
        }
    }

    mutating func oneOf(_ known: [String], _ value: JSON?, _ field: String) {
        let text = value?.string ?? ""
        if text.isEmpty { add(.required(field)) } else if !known.contains(text) { add(.notSupported(field, .string(text), known)) }
    }

    mutating func immutable(_ new: JSON?, _ old: JSON?, _ field: String) {
        if new ?? .null != old ?? .null { add(.invalid(field, new ?? .null, "field is immutable")) }
    }

    mutating func labels(_ labels: JSON?, _ field: String) {
        for (key, value) in (labels?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
            add(NameRules.qualifiedName(key).map { .invalid(field, .string(key), $0) })
            add(NameRules.labelValue(value).map { .invalid(field, .string(value), $0) })
        }
    }

    /// The selector of a workload, and that its template's labels match it.
    mutating func selector(_ selector: JSON?, template: JSON?, _ path: String, kind: String) {
        guard let selector, selector != .null else {
            add(.required("\(path).selector"))
            add(.invalid("\(path).template.metadata.labels", template?["metadata"]?["labels"] ?? .null, "`selector` does not match template `labels`"))
            return
        }
        for (index, expression) in (selector["matchExpressions"]?.array ?? []).enumerated() {
            let place = "\(path).selector.matchExpressions[\(index)]"
            let count = expression["values"]?.array?.count ?? 0
            switch expression["operator"]?.string ?? "" {
            case "In", "NotIn": if count == 0 { add(.required("\(place).values", "must be specified when `operator` is 'In' or 'NotIn'")) }
            case "Exists", "DoesNotExist": if count > 0 { add(.forbidden("\(place).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")) }
            case let other: add(.invalid("\(place).operator", .string(other), "not a valid selector operator"))
            }
            add(NameRules.qualifiedName(expression["key"]?.string ?? "").map { .invalid("\(place).key", expression["key"] ?? "", $0) })
        }
        labels(selector["matchLabels"], "\(path).selector.matchLabels")
        let isEmpty = selector["matchLabels"]?.isEmpty ?? true && selector["matchExpressions"]?.isEmpty ?? true
        if isEmpty { add(.invalid("\(path).selector", [:], "empty selector is invalid for \(kind == "ReplicaSet" ? "deployment" : kind.lowercased())")) } else {
            let labels = template?["metadata"]?["labels"] ?? .null
            if !LabelSelector(object: selector).matches(labels.strings) { add(.invalid("\(path).template.metadata.labels", labels, "`selector` does not match template `labels`")) }
        }
    }
}
