/// Autoscalers and disruption budgets.
enum ScalingValidation {
    static func checkBudget(_ spec: JSON, _ validation: inout Validation) {
        if spec.has("minAvailable"), spec.has("maxUnavailable") {
            let shown = "{\"MinAvailable\":\((spec["minAvailable"] ?? .null).text),\"Selector\":\((spec["selector"] ?? .null).text),\"MaxUnavailable\":\((spec["maxUnavailable"] ?? .null).text),\"UnhealthyPodEvictionPolicy\":\((spec["unhealthyPodEvictionPolicy"] ?? .null).text)}"
            validation.add(.init(reason: .invalid, field: "spec", body: "Invalid value: \(shown): minAvailable and maxUnavailable cannot be both set"))
        }
        for key in ["minAvailable", "maxUnavailable"] where spec.has(key) {
            validation.amount(spec[key], "spec.\(key)")
            validation.atMostWhole(spec[key], "spec.\(key)")
        }
        if spec.has("selector") { validation.selector(spec["selector"], "spec.selector") }
        validation.known(["AlwaysAllow", "IfHealthyBudget"], spec["unhealthyPodEvictionPolicy"], "spec.unhealthyPodEvictionPolicy")
    }

    static func checkAutoscaler(_ spec: JSON, _ validation: inout Validation) {
        let most = spec.number("maxReplicas") ?? 0
        let least = spec.number("minReplicas")
        if let least, least < 1 { validation.add(.invalid("spec.minReplicas", .integer(least), "must be greater than or equal to 1")) }
        if most < 1 { validation.add(.invalid("spec.maxReplicas", .integer(most), "must be greater than 0")) }
        if let least, most < least { validation.add(.invalid("spec.maxReplicas", .integer(most), "must be greater than or equal to `minReplicas`")) }
        checkReference(spec["scaleTargetRef"], "spec.scaleTargetRef", &validation)
        for (index, metric) in spec.list("metrics").enumerated() { checkMetric(metric, "spec.metrics[\(index)]", &validation) }
        for side in ["scaleUp", "scaleDown"] {
            guard let rules = spec["behavior"]?[side], rules != .null else { continue }
            checkRules(rules, "spec.behavior.\(side)", &validation)
        }
    }

    private static func checkReference(_ reference: JSON?, _ field: String, _ validation: inout Validation) {
        for key in ["kind", "name"] { validation.requiredName(NameRules.pathSegment, reference?[key], "\(field).\(key)") }
    }

    private static let kinds = ["object": "Object", "external": "External", "pods": "Pods", "resource": "Resource", "containerResource": "ContainerResource"]

    private static func checkMetric(_ metric: JSON, _ path: String, _ validation: inout Validation) {
        let type = metric.word("type")
        let known = kinds.values.sorted()
        if type.isEmpty { validation.add(.required("\(path).type", "must specify a metric source type")) }
        if !known.contains(type) { validation.add(.notSupported("\(path).type", .string(type), known)) }
        let given = ["object", "external", "pods", "resource", "containerResource"].filter(metric.has)
        if let first = given.first { checkSource(first, metric[first] ?? [:], "\(path).\(first)", &validation) }
        let expected = kinds.first { $0.value == type }?.key
        if let expected { if !metric.has(expected) { validation.add(.required("\(path).\(expected)", "must populate information for the given metric source")) } } else {
            validation.add(.notSupported("\(path).type", .string(type), known))
        }
        if given.count != 1 { for extra in given where extra != expected { validation.add(.forbidden("\(path).\(extra)", "must populate the given metric source only")) } }
    }

    private static func checkSource(_ kind: String, _ source: JSON, _ path: String, _ validation: inout Validation) {
        let target = source["target"] ?? [:]
        if kind == "object" { checkReference(source["describedObject"], "\(path).describedObject", &validation) }
        if ["object", "external", "pods"].contains(kind) {
            let name = source["metric"]?.word("name") ?? ""
            if name.isEmpty { validation.add(.required("\(path).metric.name", "must specify a metric name")) } else { validation.name(NameRules.pathSegment, name, "\(path).metric.name") }
        } else {
            if source.word("name").isEmpty { validation.add(.required("\(path).name", "must specify a resource name")) }
            if kind == "containerResource" {
                if source.word("container").isEmpty { validation.add(.required("\(path).container", "must specify a container")) } else { validation.name(NameRules.label, source.word("container"), "\(path).container") }
            }
        }
        checkTarget(target, "\(path).target", &validation)
        let hasAverage = target.has("averageValue")
        switch kind {
        case "object": if !hasAverage, !target.has("value") { validation.add(.required("\(path).target.averageValue", "must set either a target value or averageValue")) }
        case "external":
            if !hasAverage, !target.has("value") { validation.add(.required("\(path).target.averageValue", "must set either a target value for metric or a per-pod target")) }
            if hasAverage, target.has("value") { validation.add(.forbidden("\(path).target.value", "may not set both a target value for metric and a per-pod target")) }
        case "pods": if !hasAverage { validation.add(.required("\(path).target.averageValue", "must specify a positive target averageValue")) }
        default:
            if !hasAverage, !target.has("averageUtilization") { validation.add(.required("\(path).target.averageUtilization", "must set either a target raw value or a target utilization")) }
            if hasAverage, target.has("averageUtilization") { validation.add(.forbidden("\(path).target.averageValue", "may not set both a target raw value and a target utilization")) }
        }
    }

    private static func checkTarget(_ target: JSON, _ path: String, _ validation: inout Validation) {
        let type = target.word("type")
        if type.isEmpty { validation.add(.required("\(path).type", "must specify a metric target type")) }
        if !["Utilization", "Value", "AverageValue"].contains(type) { validation.add(.invalid("\(path).type", .string(type), "must be either Utilization, Value, or AverageValue")) }
        for key in ["value", "averageValue"] {
            if let amount = Quantity(target.word(key)), amount <= .zero { validation.add(.invalid("\(path).\(key)", .string(amount.canonical), "must be positive")) }
        }
        if let percent = target.number("averageUtilization"), percent < 1 { validation.add(.invalid("\(path).averageUtilization", .integer(percent), "must be greater than 0")) }
    }

    private static let windowMax: Int64 = 3600
    private static let periodMax: Int64 = 1800

    private static func checkRules(_ rules: JSON, _ path: String, _ validation: inout Validation) {
        if let window = rules.number("stabilizationWindowSeconds") {
            if window < 0 { validation.add(.invalid("\(path).stabilizationWindowSeconds", .integer(window), "must be greater than or equal to zero")) }
            if window > windowMax { validation.add(.invalid("\(path).stabilizationWindowSeconds", .integer(window), "must be less than or equal to \(windowMax)")) }
        }
        validation.known(["Disabled", "Max", "Min"], rules["selectPolicy"], "\(path).selectPolicy")
        if rules.list("policies").isEmpty { validation.add(.required("\(path).policies", "must specify at least one Policy")) }
        for (index, policy) in rules.list("policies").enumerated() {
            let place = "\(path).policies[\(index)]"
            if !["Percent", "Pods"].contains(policy.word("type")) { validation.add(.notSupported("\(place).type", policy["type"] ?? "", ["Percent", "Pods"])) }
            let value = policy.number("value") ?? 0
            let period = policy.number("periodSeconds") ?? 0
            if value <= 0 { validation.add(.invalid("\(place).value", .integer(value), "must be greater than zero")) }
            if period <= 0 { validation.add(.invalid("\(place).periodSeconds", .integer(period), "must be greater than zero")) }
            if period > periodMax { validation.add(.invalid("\(place).periodSeconds", .integer(period), "must be less than or equal to \(periodMax)")) }
        }
    }
}
