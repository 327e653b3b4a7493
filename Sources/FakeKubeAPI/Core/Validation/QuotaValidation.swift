/// Resource quotas and limit ranges.
enum QuotaValidation {
    private static let scopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"]

    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        ResourceValidation.checkList(spec["hard"], "spec.hard", ResourceValidation.quota, &validation)
        let given = spec.list("scopes").compactMap(\.string)
        let names = (spec["hard"]?.object ?? [:]).keys.sorted()
        for scope in given {
            if !scopes.contains(scope) { validation.add(.invalid("spec.scopes", JSON(given), "unsupported scope")) }
            for name in names where !name.contains("/") && !isBounded(name, in: scope) { validation.add(.invalid("spec.scopes", JSON(given), "unsupported scope applied to resource")) }
        }
        checkPairs(given, given, &validation)
        if spec.has("scopeSelector") { checkSelector(spec["scopeSelector"] ?? [:], names, given, &validation) }
        if let old, Set(given) != Set((old["spec"]?.list("scopes") ?? []).compactMap(\.string)) { validation.add(.invalid("spec.scopes", spec["scopes"] ?? .null, "field is immutable")) }
    }

    private static func checkPairs(_ names: [String], _ shown: [String], _ validation: inout Validation) {
        for pair in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]] where pair.allSatisfy(names.contains) {
            validation.add(.invalid("spec.scopes", shown.isEmpty ? .null : JSON(shown), "conflicting scopes"))
        }
    }

    private static func checkSelector(_ selector: JSON, _ resources: [String], _ given: [String], _ validation: inout Validation) {
        let path = "spec.scopeSelector.matchExpressions"
        let expressions = selector.list("matchExpressions")
        for expression in expressions {
            let scope = expression.word("scopeName")
            if !scopes.contains(scope) { validation.add(.invalid("\(path).scopeName", .string(scope), "unsupported scope")) }
            for name in resources where !name.contains("/") && !isBounded(name, in: scope) {
                let shown = expressions.map { "{\"ScopeName\":\(($0["scopeName"] ?? "").text),\"Operator\":\(($0["operator"] ?? "").text),\"Values\":\(($0["values"] ?? .null).text)}" }.joined(separator: ",")
                validation.add(.init(reason: .invalid, field: path, body: "Invalid value: {\"MatchExpressions\":[\(shown)]}: unsupported scope applied to resource"))
            }
            let test = expression.word("operator")
            if ["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"].contains(scope), test != "Exists" {
                validation.add(.invalid("\(path).operator", .string(test), "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"))
            }
            let values = expression.list("values")
            switch test {
            case "In", "NotIn": if values.isEmpty { validation.add(.required("\(path).values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")) }
            case "Exists", "DoesNotExist": if !values.isEmpty { validation.add(.invalid("\(path).values", .array(values), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")) }
            default: validation.add(.invalid("\(path).operator", .string(test), "not a valid selector operator"))
            }
        }
        checkPairs(expressions.map { $0.word("scopeName") }, given, &validation)
    }

    /// Pods are counted in every scope of pods, what they use in all but one: best effort uses nothing.
    private static func isBounded(_ name: String, in scope: String) -> Bool {
        switch scope {
        case "BestEffort": name == "pods"
        case "VolumeAttributesClass": name == "persistentvolumeclaims" || name == "requests.storage" || name.contains(".storageclass.storage.k8s.io/")
        default: ["pods", "cpu", "memory", "ephemeral-storage"].contains(name) || ["requests.", "limits.", "hugepages-"].contains { name.hasPrefix($0) } && name != "requests.storage"
        }
    }

    private static let rangeTypes = ["Pod", "Container", "PersistentVolumeClaim"]

    static func checkRange(_ object: JSON, _ validation: inout Validation) {
        var types: Set<String> = []
        for (index, item) in (object["spec"]?.list("limits") ?? []).enumerated() {
            let path = "spec.limits[\(index)]"
            let type = item.word("type")
            let wrong = NameRules.qualifiedName(type)
            validation.add(wrong.map { .invalid("\(path).type", .string(type), $0) })
            if wrong.isEmpty, !type.contains("/"), !rangeTypes.contains(type) { validation.add(.invalid("\(path).type", .string(type), "must be a standard limit type or fully qualified")) }
            if !types.insert(type).inserted { validation.add(.duplicate("\(path).type", .string(type))) }
            let rule = type == "Pod" || type == "Container" ? ResourceValidation.container : ResourceValidation.any
            func names(_ key: String) { for name in (item[key]?.object ?? [:]).keys.sorted() { validation.add(rule(name).map { .invalid("\(path).\(key)[\(name)]", .string(name), $0) }) } }
            names("max")
            names("min")
            for key in ["default", "defaultRequest"] {
                if type != "Pod" { names(key) } else if !(item[key]?.isEmpty ?? true) { validation.add(.forbidden("\(path).\(key)", "may not be specified when `type` is 'Pod'")) }
            }
            if type == "PersistentVolumeClaim", !(item["min"]?.has("storage") ?? false), !(item["max"]?.has("storage") ?? false) {
                validation.add(.required("\(path).limits", "either minimum or maximum storage value is required, but neither was provided"))
            }
            names("maxLimitRequestRatio")
            compare(item, path, &validation)
        }
    }

    private static func compare(_ item: JSON, _ path: String, _ validation: inout Validation) {
        let isPod = item["type"] == "Pod"
        let least = ResourceAmounts(item["min"])
        let most = ResourceAmounts(item["max"])
        let limits = isPod ? ResourceAmounts() : ResourceAmounts(item["default"])
        let requests = isPod ? ResourceAmounts() : ResourceAmounts(item["defaultRequest"])
        let ratios = ResourceAmounts(item["maxLimitRequestRatio"])
        let one = Quantity("1") ?? .zero
        for name in Set(least.names + most.names + limits.names + requests.names + ratios.names).sorted() {
            /// The amount of `low` must not exceed that of `high`; `shown` stands in the finding.
            func check(_ low: Quantity?, _ lowName: String, _ high: Quantity?, _ highName: String, _ key: String, _ shown: Quantity?) {
                guard let low, let high, let shown, low > high else { return }
                validation.add(.invalid("\(path).\(key)[\(name)]", .string(shown.canonical), "\(lowName) value \(low.canonical) is greater than \(highName) value \(high.canonical)"))
            }
            check(least[name], "min", most[name], "max", "min", least[name])
            check(least[name], "min", requests[name], "default request", "defaultRequest", requests[name])
            check(requests[name], "default request", most[name], "max", "defaultRequest", requests[name])
            check(requests[name], "default request", limits[name], "default limit", "defaultRequest", requests[name])
            check(least[name], "min", limits[name], "default", "default", least[name])
            check(limits[name], "default", most[name], "max", "default", most[name])
            if let ratio = ratios[name], ratio < one { validation.add(.invalid("\(path).maxLimitRequestRatio[\(name)]", .string(ratio.canonical), "ratio \(ratio.canonical) is less than 1")) }
        }
    }
}
