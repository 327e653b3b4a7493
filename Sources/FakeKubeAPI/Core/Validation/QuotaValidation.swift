/// Resource quotas and limit ranges.
enum QuotaValidation {
    private static let scopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"]

    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        amounts(spec?["hard"], "spec.hard", &validation)
        let given = (spec?["scopes"]?.array ?? []).compactMap(\.string)
        if let old { validation.immutable(spec?["scopes"], old["spec"]?["scopes"], "spec.scopes") }
        guard !given.isEmpty else { return }
        let shown = JSON(given)
        for scope in given {
            if !scopes.contains(scope) { validation.add(.invalid("spec.scopes", shown, "unsupported scope")) }
            for name in (spec?["hard"]?.object ?? [:]).keys.sorted() where !isBounded(name, in: scope) { validation.add(.invalid("spec.scopes", shown, "unsupported scope applied to resource")) }
        }
        for pair in [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]] where pair.allSatisfy(given.contains) {
            validation.add(.invalid("spec.scopes", shown, "conflicting scopes"))
        }
    }

    /// Pods are counted in every scope of pods, what they use in all but one: best effort uses nothing.
    private static func isBounded(_ name: String, in scope: String) -> Bool {
        switch scope {
        case "BestEffort": name == "pods"
        case "VolumeAttributesClass": name == "persistentvolumeclaims" || name == "requests.storage" || name.contains(".storageclass.storage.k8s.io/")
        default: ["pods", "cpu", "memory", "ephemeral-storage"].contains(name) || ["requests.", "limits.", "hugepages-"].contains { name.hasPrefix($0) } && name != "requests.storage"
        }
    }

    private static func amounts(_ list: JSON?, _ path: String, _ validation: inout Validation) {
        for (name, amount) in (list?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
            validation.add(NameRules.qualifiedName(name).map { .invalid("\(path)[\(name)]", .string(name), $0) })
            if Quantity(amount)?.isNegative ?? false { validation.add(.invalid("\(path)[\(name)]", .string(amount), "must be greater than or equal to 0")) }
        }
    }

    static func checkRange(_ object: JSON, _ validation: inout Validation) {
        for (index, item) in (object["spec"]?["limits"]?.array ?? []).enumerated() {
            let path = "spec.limits[\(index)]"
            let least = ResourceAmounts(item["min"])
            let most = ResourceAmounts(item["max"])
            let limits = ResourceAmounts(item["default"])
            let requests = ResourceAmounts(item["defaultRequest"])
            if item["type"] == "Pod" {
                for key in ["default", "defaultRequest"] where item[key] != nil { validation.add(.forbidden("\(path).\(key)", "may not be specified when `type` is 'Pod'")) }
            }
            func compare(_ low: ResourceAmounts, _ lowName: String, _ high: ResourceAmounts, _ highName: String, _ key: String) {
                for name in low.names {
                    guard let a = low[name], let b = high[name], a > b else { continue }
                    validation.add(.invalid("\(path).\(key)[\(name)]", .string(a.canonical), "\(lowName) value \(a.canonical) is greater than \(highName) value \(b.canonical)"))
                }
            }
            compare(least, "min", most, "max", "min")
            compare(least, "min", requests, "default request", "min")
            compare(requests, "default request", most, "max", "defaultRequest")
            compare(requests, "default request", limits, "default limit", "defaultRequest")
            compare(limits, "default", most, "max", "default")
        }
    }
}
