/// Defaults of a pod's spec, alone or as a template.
enum PodDefaults {
    static func apply(to spec: inout JSON, isPod: Bool = false) {
        Defaults.fill(&spec, "restartPolicy", "Always")
        Defaults.fill(&spec, "terminationGracePeriodSeconds", 30)
        Defaults.fill(&spec, "dnsPolicy", "ClusterFirst")
        Defaults.fill(&spec, "securityContext", [:])
        Defaults.fill(&spec, "schedulerName", "default-scheduler")
        if isPod { Defaults.fill(&spec, "enableServiceLinks", true) }
        // The old name of the field follows the new one.
        if let name = spec["serviceAccountName"] ?? spec["serviceAccount"] {
            spec["serviceAccountName"] = name
            spec["serviceAccount"] = name
        }
        let usesHostNetwork = isPod && spec["hostNetwork"] == true
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            spec.each(list) { container(&$0, usesHostNetwork: usesHostNetwork, isPod: isPod) }
        }
        spec.each("volumes") { VolumeDefaults.apply(toVolume: &$0) }
        if isPod, spec["resources"]?.object != nil { resources(&spec) }
    }

    /// Requests and limits of a pod as a whole, where it gives some of them: the rest from its containers, requests at last from its limits.
    private static func resources(_ spec: inout JSON) {
        var alone = spec
        alone["resources"] = nil
        alone["overhead"] = nil
        var resources = spec["resources"] ?? [:]
        func missing(_ side: String, _ holds: (String) -> Bool) -> [String: JSON] {
            (ResourceAmounts.pod(alone, side).json.object ?? [:]).filter { name, _ in resources[side]?[name] == nil && holds(name) }
        }
        func add(_ amounts: [String: JSON], to side: String) { for (name, amount) in amounts { resources[path: side, name] = amount } }
        let isGiven = !resources["limits", default: [:]].isEmpty || !resources["requests", default: [:]].isEmpty
        if isGiven { add(missing("limits") { $0.hasPrefix("hugepages-") && resources["requests"]?[$0] == nil }, to: "limits") }
        if !resources["limits", default: [:]].isEmpty {
            add(missing("requests") { $0 == "cpu" || $0 == "memory" }, to: "requests")
            for (name, amount) in resources["limits"]?.object ?? [:] where name == "cpu" || name == "memory" || name.hasPrefix("hugepages-") { Defaults.fill(&resources["requests", default: [:]], name, amount) }
        } else if !resources["requests", default: [:]].isEmpty {
            let containers = (spec["containers"]?.array ?? []) + (spec["initContainers"]?.array ?? [])
            add(missing("limits") { name in (name == "cpu" || name == "memory") && containers.allSatisfy { $0["resources"]?["limits"]?[name] != nil } }, to: "limits")
        }
        spec["resources"] = resources
    }

    private static func container(_ container: inout JSON, usesHostNetwork: Bool, isPod: Bool) {
        Defaults.fill(&container, "terminationMessagePath", "/dev/termination-log")
        Defaults.fill(&container, "terminationMessagePolicy", "File")
        if container["imagePullPolicy"] == nil { container["imagePullPolicy"] = pullsAlways(container["image"]?.string ?? "") ? "Always" : "IfNotPresent" }
        container.each("ports") { port in
            Defaults.fill(&port, "protocol", "TCP")
            if usesHostNetwork, port["hostPort"] == nil { port["hostPort"] = port["containerPort"] }
        }
        container.each("env") { entry in
            if entry["valueFrom"]?["fieldRef"] != nil { Defaults.fill(&entry["valueFrom", default: [:]]["fieldRef", default: [:]], "apiVersion", "v1") }
            if entry["valueFrom"]?["fileKeyRef"] != nil { Defaults.fill(&entry["valueFrom", default: [:]]["fileKeyRef", default: [:]], "optional", false) }
        }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] where container[name] != nil { probe(&container[name, default: [:]]) }
        for name in ["postStart", "preStop"] where container["lifecycle"]?[name]?["httpGet"] != nil { request(&container["lifecycle", default: [:]][name, default: [:]]["httpGet", default: [:]]) }
        if isPod, let limits = container["resources"]?["limits"]?.object {
            for (resource, amount) in limits { Defaults.fill(&container["resources", default: [:]]["requests", default: [:]], resource, amount) }
        }
    }

    /// An image without a tag, or with the tag `latest`, may have changed since it was fetched.
    static func pullsAlways(_ image: String) -> Bool {
        let parts = image.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let name = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard !name.isEmpty else { return false }
        let tag = name.split(separator: ":").dropFirst().first
        return tag == "latest" || tag == nil && parts.count == 1
    }

    private static func probe(_ probe: inout JSON) {
        for (key, value) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)] where probe[key] == nil || probe[key] == 0 { probe[key] = JSON(value) }
        if probe["httpGet"] != nil { request(&probe["httpGet", default: [:]]) }
        if probe["grpc"] != nil { Defaults.fill(&probe["grpc", default: [:]], "service", "") }
    }

    private static func request(_ get: inout JSON) {
        Defaults.fill(&get, "path", "/")
        Defaults.fill(&get, "scheme", "HTTP")
    }

    /// Guaranteed, Burstable or BestEffort, from the requests and limits of all containers.
    static func qualityOfService(_ spec: JSON?) -> String {
        var requests: [String: Quantity] = [:]
        var limits: [String: Quantity] = [:]
        var isGuaranteed = true
        func sum(_ amounts: JSON?, into total: inout [String: Quantity]) -> Set<String> {
            var seen: Set<String> = []
            for name in ["cpu", "memory"] {
                guard let amount = amounts?[name]?.string.flatMap({ Quantity($0) }), amount > Quantity("0") ?? amount else { continue }
                seen.insert(name)
                total[name] = amount
            }
            return seen
        }
        // A pod that gives amounts for itself as a whole is judged by these alone.
        let judged = spec?["resources"]?.isEmpty ?? true ? (spec?["containers"]?.array ?? []) + (spec?["initContainers"]?.array ?? []) : [spec ?? [:]]
        do {
            for container in judged {
                var ownRequests: [String: Quantity] = [:]
                var ownLimits: [String: Quantity] = [:]
                _ = sum(container["resources"]?["requests"], into: &ownRequests)
                let limited = sum(container["resources"]?["limits"], into: &ownLimits)
                requests.merge(ownRequests) { a, _ in a }
                limits.merge(ownLimits) { a, _ in a }
                if limited.count < 2 || ownRequests != ownLimits { isGuaranteed = false }
            }
        }
        if requests.isEmpty, limits.isEmpty { return "BestEffort" }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }
}
