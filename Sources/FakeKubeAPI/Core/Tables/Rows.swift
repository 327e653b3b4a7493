import Foundations

/// Cells of the kinds that are no workloads.
enum Rows {
    static func name(_ object: JSON) -> JSON { object["metadata"]?["name"] ?? "" }
    static func count(_ map: JSON?) -> Int { map?.object?.count ?? 0 }
    static func text(_ value: JSON?, else other: String = "<none>") -> JSON { value?.string.map { $0.isEmpty ? .string(other) : .string($0) } ?? .string(other) }

    static func age(_ object: JSON, _ now: WallInstant) -> JSON { .string(since(object["metadata"]?["creationTimestamp"], now)) }

    /// `<unknown>` when there is no time.
    static func since(_ stamp: JSON?, _ now: WallInstant) -> String {
        guard let then = stamp?.string.flatMap(Timestamp.parse) else { return "<unknown>" }
        return duration(Int((now - then).inSeconds.rounded(.down)))
    }

    /// Two units at most, fewer the longer it is: `45s`, `3m5s`, `12m`, `2h3m`, `20h`, `3d4h`, `20d`, `2y30d`.
    static func duration(_ seconds: Int) -> String {
        if seconds < -1 { return "<invalid>" }
        if seconds < 0 { return "0s" }
        func pair(_ large: Int, _ a: String, _ small: Int, _ b: String) -> String { small == 0 ? "\(large)\(a)" : "\(large)\(a)\(small)\(b)" }
        let minutes = seconds / 60
        let hours = seconds / 3600
        let days = hours / 24
        switch seconds {
        case ..<120: return "\(seconds)s"
        case ..<600: return pair(minutes, "m", seconds % 60, "s")
        case ..<10_800: return "\(minutes)m"
        case ..<28_800: return pair(hours, "h", minutes % 60, "m")
        case ..<172_800: return "\(hours)h"
        case ..<691_200: return pair(days, "d", hours % 24, "h")
        case ..<63_072_000: return "\(days)d"
        case ..<252_288_000: return pair(days / 365, "y", days % 365, "d")
        default: return "\(days / 365)y"
        }
    }

    static func selector(_ selector: JSON?) -> JSON {
        let text = LabelSelector(object: selector).text
        return .string(text.isEmpty ? "<none>" : text)
    }

    static func labels(_ map: JSON?) -> JSON {
        let text = (map?.strings ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        return .string(text.isEmpty ? "<none>" : text)
    }

    static func node(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let status = object["status"]
        var words: [String] = []
        for condition in status?["conditions"]?.array ?? [] where condition["type"] == "Ready" {
            words.append(condition["status"] == "True" ? "Ready" : "NotReady")
        }
        if words.isEmpty { words.append("Unknown") }
        if object["spec"]?["unschedulable"] == true { words.append("SchedulingDisabled") }
        var roles: Set<String> = []
        for (key, value) in object["metadata"]?["labels"]?.strings ?? [:] {
            if key.hasPrefix("node-role.kubernetes.io/"), key.count > 24 { roles.insert(String(key.dropFirst(24))) }
            if key == "kubernetes.io/role", !value.isEmpty { roles.insert(value) }
        }
        func address(_ type: String) -> JSON { text(status?["addresses"]?.array?.first { $0["type"] == .string(type) }?["address"]) }
        let info = status?["nodeInfo"]
        var kernel = text(info?["kernelVersion"], else: "<unknown>")
        if let version = kernel.string, version != "<unknown>", let architecture = info?["architecture"]?.string, !architecture.isEmpty { kernel = "\(version) (\(architecture))" }
        return [
            name(object), .string(words.joined(separator: ",")), .string(roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")), age(object, now),
            info?["kubeletVersion"] ?? "", address("InternalIP"), address("ExternalIP"), text(info?["osImage"], else: "<unknown>"), kernel,
            text(info?["containerRuntimeVersion"], else: "<unknown>"),
        ]
    }

    static func namespace(_ object: JSON, _ now: WallInstant) -> [JSON] { [name(object), object["status"]?["phase"] ?? "", age(object, now)] }

    static func service(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let type = spec?["type"]?.string ?? ""
        let ports = (spec?["ports"]?.array ?? []).map { port in
            let node = port["nodePort"]?.integer.map { ":\($0)" } ?? ""
            return "\(port["port"]?.integer ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
        }
        let ingress = (object["status"]?["loadBalancer"]?["ingress"]?.array ?? []).compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
        var external = ingress + (spec?["externalIPs"]?.array ?? []).compactMap(\.string)
        if type == "ExternalName" { external = [spec?["externalName"]?.string ?? ""] }
        if type == "LoadBalancer", external.isEmpty { external = ["<pending>"] }
        return [
            name(object), .string(type), text(spec?["clusterIP"]), .string(external.isEmpty ? "<none>" : external.joined(separator: ",")),
            .string(ports.isEmpty ? "<none>" : ports.joined(separator: ",")), age(object, now), labels(spec?["selector"]),
        ]
    }

    static func event(_ object: JSON, _ now: WallInstant) -> [JSON] {
        func seen(_ names: [String]) -> String {
            for name in names {
                if let stamp = object[name], stamp != .null { return since(stamp, now) }
            }
            return "<unknown>"
        }
        let first = seen(["firstTimestamp", "eventTime"])
        let series = object["series"]
        let last = series.map { since($0["lastObservedTime"], now) } ?? (object["lastTimestamp"].map { $0 != .null } ?? false ? seen(["lastTimestamp"]) : first)
        let target = object["involvedObject"] ?? object["regarding"]
        let kind = target?["kind"]?.string?.lowercased() ?? ""
        let targetName = target?["name"]?.string ?? ""
        var source = object["source"]?["component"]?.string ?? ""
        if source.isEmpty { source = object["reportingComponent"]?.string ?? "" }
        if let host = object["source"]?["host"]?.string { source += ", \(host)" }
        let message = (object["message"]?.string ?? object["note"]?.string ?? "").trimmingSpace
        let count = series?["count"]?.integer ?? object["count"]?.integer ?? 0
        return [
            .string(last), object["type"] ?? "", object["reason"] ?? "", .string(targetName.isEmpty ? kind : "\(kind)/\(targetName)"), target?["fieldPath"] ?? "",
            .string(source), .string(message), .string(first), .integer(max(1, count)), name(object),
        ]
    }

    static func binding(_ object: JSON, _ now: WallInstant) -> [JSON] {
        func subjects(_ kind: String) -> JSON {
            .string((object["subjects"]?.array ?? []).filter { $0["kind"] == .string(kind) }.map {
                kind == "ServiceAccount" ? "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" : $0["name"]?.string ?? ""
            }.joined(separator: ", "))
        }
        let role = "\(object["roleRef"]?["kind"]?.string ?? "")/\(object["roleRef"]?["name"]?.string ?? "")"
        return [name(object), .string(role), age(object, now), subjects("User"), subjects("Group"), subjects("ServiceAccount")]
    }

    static func claim(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
        let bound = object["spec"]?["volumeName"]?.string ?? ""
        let modes = bound.isEmpty ? [] : (object["status"]?["accessModes"]?.array ?? []).compactMap { $0.string.flatMap { short[$0] } }
        return [
            name(object), object["status"]?["phase"] ?? "", .string(bound), bound.isEmpty ? "" : object["status"]?["capacity"]?["storage"] ?? "",
            .string(modes.joined(separator: ",")), object["spec"]?["storageClassName"] ?? "", text(object["spec"]?["volumeAttributesClassName"], else: "<unset>"), age(object, now),
            text(object["spec"]?["volumeMode"], else: "<unset>"),
        ]
    }
}
