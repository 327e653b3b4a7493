/// Names and amounts of resources: what containers ask for, what quotas and limit ranges bound.
enum ResourceValidation {
    typealias NameRule = @Sendable (String) -> [String]

    private static let standard: Set = [
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports", "services.loadbalancers",
    ]
    private static let quotable: Set = standard.subtracting(["storage"])

    static func isHuge(_ name: String) -> Bool { name.hasPrefix("hugepages-") || name.hasPrefix("requests.hugepages-") }
    private static func isNative(_ name: String) -> Bool { !name.contains("/") || name.contains("kubernetes.io/") }
    /// May be promised more often than there is of it.
    private static func isElastic(_ name: String) -> Bool { isNative(name) && !name.hasPrefix("hugepages-") }
    private static func isWhole(_ name: String) -> Bool {
        let counted: Set = ["pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"]
        return counted.contains(name) || !isNative(name) && !name.hasPrefix("requests.")
    }

    static let any: NameRule = { name in
        let wrong = NameRules.qualifiedName(name)
        if !wrong.isEmpty { return wrong }
        return name.contains("/") || standard.contains(name) || isHuge(name) ? [] : ["must be a standard resource type or fully qualified"]
    }

    static let container: NameRule = { name in
        let wrong = any(name)
        if !name.contains("/") { return ["cpu", "memory", "ephemeral-storage"].contains(name) || name.hasPrefix("hugepages-") ? wrong : wrong + ["must be a standard resource for containers"] }
        return isNative(name) || !name.hasPrefix("requests.") && NameRules.qualifiedName("requests.\(name)").isEmpty ? wrong : wrong + ["doesn't follow extended resource name standard"]
    }

    static let quota: NameRule = { name in
        let wrong = any(name)
        return name.contains("/") || quotable.contains(name) || isHuge(name) ? wrong : wrong + ["must be a standard resource for quota"]
    }

    static func checkAmount(_ name: String, _ amount: JSON, _ field: String, _ validation: inout Validation) {
        guard let quantity = amount.string.flatMap({ Quantity($0) }) else { return }
        if quantity.isNegative { validation.add(.invalid(field, .string(quantity.canonical), "must be greater than or equal to 0")) }
        if isWhole(name), !quantity.isWhole { validation.add(.invalid(field, .string(quantity.canonical), "must be an integer")) }
    }

    static func checkList(_ list: JSON?, _ path: String, _ rule: NameRule, _ validation: inout Validation) {
        for (name, amount) in (list?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
            validation.add(rule(name).map { .invalid("\(path)[\(name)]", .string(name), $0) })
            checkAmount(name, amount, "\(path)[\(name)]", &validation)
        }
    }

    /// Requests and limits of a container.
    static func check(_ resources: JSON?, _ path: String, _ rule: NameRule, _ validation: inout Validation) {
        let limits = resources?["limits"]?.object ?? [:]
        let requests = resources?["requests"]?.object ?? [:]
        for (name, amount) in limits.sorted(by: { $0.key < $1.key }) {
            validation.add(rule(name).map { .invalid("\(path).limits[\(name)]", .string(name), $0) })
            checkAmount(name, amount, "\(path).limits[\(name)]", &validation)
            checkHuge(name, amount, "\(path).limits[\(name)]", &validation)
        }
        for (name, amount) in requests.sorted(by: { $0.key < $1.key }) {
            validation.add(rule(name).map { .invalid("\(path).requests[\(name)]", .string(name), $0) })
            checkAmount(name, amount, "\(path).requests[\(name)]", &validation)
            let wanted = amount.string.flatMap { Quantity($0) } ?? .zero
            if let most = limits[name]?.string.flatMap({ Quantity($0) }) {
                if wanted != most, !isElastic(name) {
                    validation.add(.invalid("\(path).requests", .string(wanted.canonical), "must be equal to \(name) limit of \(most.canonical)"))
                } else if wanted > most {
                    validation.add(.invalid("\(path).requests", .string(wanted.canonical), "must be less than or equal to \(name) limit of \(most.canonical)"))
                }
            } else if !isElastic(name) {
                validation.add(.required("\(path).limits", "Limit must be set for non overcommitable resources"))
            }
            checkHuge(name, amount, "\(path).requests[\(name)]", &validation)
        }
        let names = Set(limits.keys).union(requests.keys)
        if names.contains(where: { $0.hasPrefix("hugepages-") }), names.isDisjoint(with: ["cpu", "memory"]) { validation.add(.forbidden(path, "HugePages require cpu or memory")) }
    }

    private static func checkHuge(_ name: String, _ amount: JSON, _ field: String, _ validation: inout Validation) {
        guard name.hasPrefix("hugepages-"), let size = Quantity(String(name.dropFirst("hugepages-".count))), size > .zero, let wanted = amount.string.flatMap({ Quantity($0) }) else { return }
        if wanted.nano % size.nano != 0 { validation.add(.invalid(field, .string(wanted.canonical), "\(wanted.canonical) is not positive integer multiple of \(name)")) }
    }

    static func checkClaims(_ claims: [JSON], _ path: String, _ known: Set<String>, _ validation: inout Validation) {
        var seen: Set<String> = []
        for (index, claim) in claims.enumerated() {
            let name = claim.word("name")
            let place = "\(path)[\(index)]"
            if name.isEmpty {
                validation.add(.required(place))
                continue
            }
            let request = claim.word("request")
            let key = request.isEmpty ? name : "\(name)/\(request)"
            if seen.contains(name) { validation.add(.duplicate(place, .string(name))) } else {
                if !request.isEmpty { validation.name(NameRules.label, request, "\(place).request") }
                if !seen.insert(key).inserted { validation.add(.duplicate(place, .string(key))) }
            }
            guard !known.contains(name) else { continue }
            let rest = known.isEmpty ? " which is empty" : ": " + known.sorted().joined(separator: ", ")
            validation.add(.init(reason: .notFound, field: place, body: "Not found: \(JSON.string(name).text): must be one of the names in pod.spec.resourceClaims" + rest))
        }
    }
}

/// Resources of a pod as a whole, beside those of its containers.
enum PodResourcesValidation {
    private static let rule: ResourceValidation.NameRule = { name in
        let wrong = ResourceValidation.any(name)
        return wrong.isEmpty && !["cpu", "memory"].contains(name) && !name.hasPrefix("hugepages-") ? [""] : wrong
    }

    static func check(_ spec: JSON, _ path: String, _ context: ContainerValidation.Context, _ validation: inout Validation) {
        guard let resources = spec["resources"], resources != .null else { return }
        if resources.has("claims") { validation.add(.forbidden("\(path).claims", "claims cannot be set for Resources at pod-level")) }
        for list in ["limits", "requests"] {
            for name in (resources[list]?.object ?? [:]).keys.sorted() where rule(name) == [""] { validation.add(.notSupported("\(path).\(list)[\(name)]", .string(name), ["cpu", "memory"])) }
        }
        ResourceValidation.check(resources, path, { rule($0).filter { !$0.isEmpty } }, &validation)
        let total = ResourceAmounts.pod(["containers": spec["containers"] ?? [], "initContainers": spec["initContainers"] ?? []], "requests")
        for name in total.names where name == "cpu" || name == "memory" {
            let own = resources["requests"]?.word(name) ?? ""
            let amount = Quantity(own) ?? .zero
            if let sum = total[name], sum > amount {
                validation.add(.invalid("\(path).requests[\(name)]", .string(amount.canonical), "must be greater than or equal to aggregate container requests of \(sum.canonical)"))
            }
        }
        for (index, container) in spec.list("containers").enumerated() {
            for (name, limit) in (container["resources"]?["limits"]?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
                guard let most = Quantity(resources["limits"]?.word(name) ?? ""), let own = Quantity(limit), own > most else { continue }
                validation.add(.invalid("\(path).containers[\(index)][\(name)].limits", .string(own.canonical), "must be less than or equal to pod limits of \(most.canonical)"))
            }
        }
    }
}
