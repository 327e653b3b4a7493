import Foundations

/// Cells of kinds about networks, storage and policy.
enum MoreRows {
    private static func joined(_ texts: [String], max: Int = 3) -> JSON {
        if texts.isEmpty { return "<none>" }
        return .string(texts.prefix(max).joined(separator: ",") + (texts.count > max ? " + \(texts.count - max) more..." : ""))
    }

    static func autoscaler(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let reference = "\(spec?["scaleTargetRef"]?["kind"]?.string ?? "")/\(spec?["scaleTargetRef"]?["name"]?.string ?? "")"
        let metrics = (spec?["metrics"]?.array ?? []).map { metric in
            let name = metric["resource"]?["name"]?.string ?? metric["type"]?.string?.lowercased() ?? ""
            let current = (object["status"]?["currentMetrics"]?.array ?? []).first { $0["resource"]?["name"]?.string == name }?["resource"]?["current"]?["averageUtilization"]?.integer
            let wanted = metric["resource"]?["target"]?["averageUtilization"]?.integer.map { "\($0)%" } ?? metric["resource"]?["target"]?["averageValue"]?.string ?? "<auto>"
            return "\(name): \(current.map { "\($0)%" } ?? "<unknown>")/\(wanted)"
        }
        return [
            Rows.name(object), .string(reference), joined(metrics, max: 2), spec?["minReplicas"].map { .string($0.text) } ?? "<unset>", .string(spec?["maxReplicas"]?.text ?? ""),
            object["status"]?["currentReplicas"] ?? 0, Rows.age(object, now),
        ]
    }

    static func ingress(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let rules = object["spec"]?["rules"]?.array ?? []
        let hosts = rules.compactMap { $0["host"]?.string }.filter { !$0.isEmpty }
        let addresses = (object["status"]?["loadBalancer"]?["ingress"]?.array ?? []).compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
        return [
            Rows.name(object), Rows.text(object["spec"]?["ingressClassName"]), hosts.isEmpty ? "*" : joined(hosts), .string(addresses.joined(separator: ",")),
            object["spec"]?["tls"]?.isEmpty ?? true ? "80" : "80, 443", Rows.age(object, now),
        ]
    }

    static func budget(_ object: JSON, _ now: WallInstant) -> [JSON] {
        func amount(_ key: String) -> JSON { object["spec"]?[key].map { .string($0.string ?? $0.text) } ?? "N/A" }
        return [Rows.name(object), amount("minAvailable"), amount("maxUnavailable"), object["status"]?["disruptionsAllowed"] ?? 0, Rows.age(object, now)]
    }

    static func endpoints(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let places = (object["subsets"]?.array ?? []).flatMap { subset in
            let ports = subset["ports"]?.array ?? []
            return (subset["addresses"]?.array ?? []).flatMap { address in
                let ip = address["ip"]?.string ?? ""
                return ports.isEmpty ? [ip] : ports.map { "\(ip):\($0["port"]?.integer ?? 0)" }
            }
        }
        return [Rows.name(object), joined(places), Rows.age(object, now)]
    }

    static func slice(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let ports = (object["ports"]?.array ?? []).map { $0["port"]?.integer.map(String.init) ?? "*" }
        let places = (object["endpoints"]?.array ?? []).flatMap { $0["addresses"]?.array ?? [] }.compactMap(\.string)
        return [
            Rows.name(object), object["addressType"] ?? "", ports.isEmpty ? "<unset>" : joined(ports), places.isEmpty ? "<unset>" : joined(places), Rows.age(object, now),
        ]
    }

    static func storageClass(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let isDefault = object["metadata"]?["annotations"]?["storageclass.kubernetes.io/is-default-class"] == "true"
        return [
            .string((object["metadata"]?["name"]?.string ?? "") + (isDefault ? " (default)" : "")), object["provisioner"] ?? "", object["reclaimPolicy"] ?? "Delete",
            object["volumeBindingMode"] ?? "Immediate", object["allowVolumeExpansion"] ?? false, Rows.age(object, now),
        ]
    }

    static func volume(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
        let claim = spec?["claimRef"].map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? ""
        let phase = object["metadata"]?["deletionTimestamp"] == nil ? object["status"]?["phase"] ?? "" : "Terminating"
        return [
            Rows.name(object), spec?["capacity"]?["storage"] ?? "", .string((spec?["accessModes"]?.array ?? []).compactMap { $0.string.flatMap { short[$0] } }.joined(separator: ",")),
            spec?["persistentVolumeReclaimPolicy"] ?? "", phase, .string(claim), spec?["storageClassName"] ?? "", Rows.text(spec?["volumeAttributesClassName"], else: "<unset>"),
            object["status"]?["reason"] ?? "", Rows.age(object, now), Rows.text(spec?["volumeMode"], else: "<unset>"),
        ]
    }

    static func quota(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let hard = object["status"]?["hard"]?.strings ?? [:]
        let used = object["status"]?["used"]?.strings ?? [:]
        func side(_ isLimit: Bool) -> JSON {
            .string(hard.filter { $0.key.hasPrefix("limits.") == isLimit }.sorted { $0.key < $1.key }.map { "\($0.key): \(used[$0.key] ?? "0")/\($0.value)" }.joined(separator: ", "))
        }
        return [Rows.name(object), side(false), side(true), Rows.age(object, now)]
    }

    static func revision(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let owner = (object["metadata"]?["ownerReferences"]?.array ?? []).first { $0["controller"] == true }
        let text = owner.map { "\(($0["kind"]?.string ?? "").lowercased()).\($0["apiVersion"]?.string?.split(separator: "/").first.map(String.init) ?? "")/\($0["name"]?.string ?? "")" }
        return [Rows.name(object), .string(text ?? "<none>"), object["revision"] ?? 0, Rows.age(object, now)]
    }

    static func ingressClass(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let parameters = object["spec"]?["parameters"].map { "\($0["kind"]?.string ?? "").\($0["apiGroup"]?.string ?? "")/\($0["name"]?.string ?? "")" }
        return [Rows.name(object), object["spec"]?["controller"] ?? "", .string(parameters ?? "<none>"), Rows.age(object, now)]
    }

    static func signingRequest(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let conditions = (object["status"]?["conditions"]?.array ?? []).compactMap { $0["type"]?.string }
        var word = conditions.isEmpty ? "Pending" : conditions.joined(separator: ",")
        if object["status"]?["certificate"] != nil { word += ",Issued" }
        let seconds = object["spec"]?["expirationSeconds"]?.integer.map { Rows.duration(Int($0)) }
        return [
            Rows.name(object), Rows.age(object, now), Rows.text(object["spec"]?["signerName"]), object["spec"]?["username"] ?? "", .string(seconds ?? "<none>"), .string(word),
        ]
    }
}
