/// Limit ranges of a namespace: what containers get that say nothing, and the least and the most that is allowed.
struct LimitRanges {
    /// Elements of `spec.limits` of all ranges.
    let items: [JSON]

    private func of(_ type: String) -> [JSON] { items.filter { $0["type"] == .string(type) } }

    /// Fills in what the containers of a pod leave out, and says so in an annotation.
    func applyDefaults(to pod: inout JSON) {
        var requests = ResourceAmounts()
        var limits = ResourceAmounts()
        for item in of("Container") {
            requests.raise(to: ResourceAmounts(item["defaultRequest"]))
            limits.raise(to: ResourceAmounts(item["default"]))
        }
        guard !requests.isEmpty || !limits.isEmpty else { return }
        var notes: [String] = []
        for (list, word) in [("containers", "container"), ("initContainers", "init container")] {
            pod["spec", default: [:]].each(list) { container in
                let name = container["name"]?.string ?? ""
                for (key, amounts, what) in [("requests", requests, "request"), ("limits", limits, "limit")] {
                    let missing = amounts.names.filter { container["resources"]?[key]?[$0] == nil }
                    guard !missing.isEmpty else { continue }
                    for resource in missing { container[path: "resources", key, resource] = amounts[resource].map { .string($0.canonical) } }
                    notes.append("\(missing.joined(separator: ", ")) \(what) for \(word) \(name)")
                }
            }
        }
        if !notes.isEmpty { pod[path: "metadata", "annotations", "kubernetes.io/limit-ranger"] = .string("LimitRanger plugin set: " + notes.joined(separator: "; ")) }
    }

    // MARK: Bounds

    func findings(ofPod pod: JSON) -> [String] {
        var findings: [String] = []
        let spec = pod["spec"]
        for item in of("Container") {
            for container in (spec?["containers"]?.array ?? []) + (spec?["initContainers"]?.array ?? []) {
                findings += Self.findings(item, requests: ResourceAmounts(container["resources"]?["requests"]), limits: ResourceAmounts(container["resources"]?["limits"]))
            }
        }
        for item in of("Pod") { findings += Self.findings(item, requests: .pod(spec, "requests"), limits: .pod(spec, "limits")) }
        return findings
    }

    func findings(ofClaim claim: JSON) -> [String] {
        let requests = ResourceAmounts(claim["spec"]?["resources"]?["requests"])
        var findings: [String] = []
        for item in of("PersistentVolumeClaim") {
            let (least, most) = (ResourceAmounts(item["min"]), ResourceAmounts(item["max"]))
            for name in least.names { findings += Self.finding("minimum", name, item, least[name], requests[name], "request", isWrong: <) ?? [] }
            for name in most.names { findings += Self.finding("maximum", name, item, most[name], requests[name], "request", isWrong: >) ?? [] }
        }
        return findings
    }

    private static func findings(_ item: JSON, requests: ResourceAmounts, limits: ResourceAmounts) -> [String] {
        let type = item["type"]?.string ?? ""
        var findings: [String] = []
        let (least, most, ratios) = (ResourceAmounts(item["min"]), ResourceAmounts(item["max"]), ResourceAmounts(item["maxLimitRequestRatio"]))
        for name in least.names {
            findings += finding("minimum", name, item, least[name], requests[name], "request", isWrong: <)
                ?? limits[name].flatMap { finding("minimum", name, item, least[name], $0, "limit", isWrong: <) } ?? []
        }
        for name in most.names {
            findings += finding("maximum", name, item, most[name], limits[name], "limit", isWrong: >)
                ?? requests[name].flatMap { finding("maximum", name, item, most[name], $0, "request", isWrong: >) } ?? []
        }
        for name in ratios.names {
            let words = "\(name) max limit to request ratio per \(type) is \(ratios[name]?.canonical ?? "")"
            guard let request = requests[name], request > .zero else {
                findings.append("\(words), but no request is specified or request is 0")
                continue
            }
            guard let limit = limits[name], limit > .zero else {
                findings.append("\(words), but no limit is specified or limit is 0")
                continue
            }
            let ratio = limit.ratio(to: request)
            if ratio > (ratios[name] ?? .zero).ratio(to: Quantity("1") ?? .zero) { findings.append("\(words), but provided ratio is \(sixDecimals(ratio))") }
        }
        return findings
    }

    /// nil when the amount is there and within the bound.
    private static func finding(_ word: String, _ name: String, _ item: JSON, _ bound: Quantity?, _ amount: Quantity?, _ what: String, isWrong: (Quantity, Quantity) -> Bool) -> [String]? {
        guard let bound else { return nil }
        let words = "\(word) \(name) usage per \(item["type"]?.string ?? "") is \(bound.canonical)"
        guard let amount else { return ["\(words).  No \(what) is specified"] }
        return isWrong(amount, bound) ? ["\(words), but \(what) is \(amount.canonical)"] : nil
    }

    /// As Go prints `%f`.
    private static func sixDecimals(_ value: Double) -> String {
        let millionths = Int64((value * 1e6).rounded())
        let fraction = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }
}

extension KubeAPI {
    func limitRanges(in namespace: String) -> LimitRanges? {
        guard let ranges = builtIn("", "limitranges") else { return nil }
        let items = store.objects(ranges, namespace: namespace).flatMap { $0.json(ranges)["spec"]?["limits"]?.array ?? [] }
        return items.isEmpty ? nil : LimitRanges(items: items)
    }

    /// Pods and claims that ask for too little or too much are refused.
    func admitLimits(_ object: JSON, _ resource: ResourceDescriptor) throws(APIStatus) {
        guard resource.group.isEmpty, !resource.isCustom, ["pods", "persistentvolumeclaims"].contains(resource.name),
            let ranges = limitRanges(in: object["metadata"]?["namespace"]?.string ?? "")
        else { return }
        let findings = resource.name == "pods" ? ranges.findings(ofPod: object) : ranges.findings(ofClaim: object)
        guard !findings.isEmpty else { return }
        let name = object["metadata"]?["name"]?.string ?? ""
        let words = findings.count == 1 ? findings[0] : "[\(findings.joined(separator: ", "))]"
        throw APIStatus.of(resource, name, APIStatus(403, "Forbidden", "\(resource.qualified) \"\(name)\" is forbidden: \(words)"))
    }
}
