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
        let usesHostNetwork = spec["hostNetwork"] == true
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            spec.each(list) { container(&$0, usesHostNetwork: usesHostNetwork, isPod: isPod) }
        }
        spec.each("volumes") { volume(&$0) }
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
        }
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] where container[name] != nil { probe(&container[name, default: [:]]) }
        for name in ["postStart", "preStop"] where container["lifecycle"]?[name]?["httpGet"] != nil { request(&container["lifecycle", default: [:]][name, default: [:]]["httpGet", default: [:]]) }
        if isPod, let limits = container["resources"]?["limits"]?.object {
            for (resource, amount) in limits { Defaults.fill(&container["resources", default: [:]]["requests", default: [:]], resource, amount) }
        }
    }

    /// An image without a tag, or with the tag `latest`, may have changed since it was fetched.
    private static func pullsAlways(_ image: String) -> Bool {
        if image.contains("@") { return false }
        let name = image.split(separator: "/").last ?? ""
        let parts = name.split(separator: ":")
        return parts.count < 2 || parts[1] == "latest"
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

    private static func volume(_ volume: inout JSON) {
        guard let members = volume.object else { return }
        if members.keys.allSatisfy({ $0 == "name" }) { volume["emptyDir"] = [:] }
        for source in ["secret", "configMap", "downwardAPI", "projected"] where volume[source] != nil { Defaults.fill(&volume[source, default: [:]], "defaultMode", 420) }
        if volume["hostPath"] != nil { Defaults.fill(&volume["hostPath", default: [:]], "type", "") }
        if volume["downwardAPI"] != nil { volume["downwardAPI", default: [:]].each("items") { item(&$0) } }
        if volume["projected"] != nil {
            volume["projected", default: [:]].each("sources") { source in
                if source["serviceAccountToken"] != nil { Defaults.fill(&source["serviceAccountToken", default: [:]], "expirationSeconds", 3600) }
                if source["downwardAPI"] != nil { source["downwardAPI", default: [:]].each("items") { item(&$0) } }
            }
        }
        if volume["ephemeral"] != nil {
            Defaults.fill(&volume["ephemeral", default: [:]]["volumeClaimTemplate", default: [:]]["spec", default: [:]], "volumeMode", "Filesystem")
        }
    }

    private static func item(_ item: inout JSON) {
        if item["fieldRef"] != nil { Defaults.fill(&item["fieldRef", default: [:]], "apiVersion", "v1") }
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
        for list in ["containers", "initContainers"] {
            for container in spec?[list]?.array ?? [] {
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
