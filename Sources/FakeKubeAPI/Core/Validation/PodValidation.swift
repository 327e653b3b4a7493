/// The spec of a pod, alone or as a template.
enum PodValidation {
    /// - Parameter isPod: a pod itself; a template is held to a little less.
    static func check(_ given: JSON?, _ path: String, isPod: Bool = false, name: String = "", _ validation: inout Validation) {
        let spec = given ?? [:]
        if !spec.has("terminationGracePeriodSeconds") { validation.add(.required("\(path).terminationGracePeriodSeconds")) }
        let volumes = VolumeValidation.check(spec.list("volumes"), "\(path).volumes", pod: name, &validation)
        let claims = checkClaims(spec.list("resourceClaims"), "\(path).resourceClaims", &validation)
        let context = ContainerValidation.Context(
            volumes: volumes, claims: claims, gracePeriod: spec.number("terminationGracePeriodSeconds"), restartPolicy: spec.word("restartPolicy"), sharesUsers: spec["hostUsers"] != false)
        ContainerValidation.check(spec, path, context, &validation)
        PodResourcesValidation.check(spec, "\(path).resources", context, &validation)
        if spec["hostNetwork"] == true { checkHostPorts(spec.list("containers"), "\(path).containers", isPod: isPod, &validation) }
        validation.oneOf(["Always", "OnFailure", "Never"], spec["restartPolicy"], "\(path).restartPolicy")
        validation.oneOf(["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"], spec["dnsPolicy"], "\(path).dnsPolicy")
        validation.labels(spec["nodeSelector"], "\(path).nodeSelector")
        SecurityValidation.checkPod(spec, path, &validation)
        AffinityValidation.check(spec["affinity"], "\(path).affinity", &validation)
        checkResolver(spec, "\(path).dnsConfig", &validation)
        for (index, gate) in spec.list("readinessGates").enumerated() { validation.name(NameRules.qualifiedName, gate.word("conditionType"), "\(path).readinessGates[\(index)].conditionType") }
        var gates: Set<String> = []
        for (index, gate) in spec.list("schedulingGates").enumerated() {
            validation.name(NameRules.qualifiedName, gate.word("name"), "\(path).schedulingGates[\(index)]")
            if !gates.insert(gate.word("name")).inserted { validation.add(.duplicate("\(path).schedulingGates[\(index)]", gate["name"] ?? "")) }
        }
        AffinityValidation.checkSpread(spec.list("topologySpreadConstraints"), "\(path).topologySpreadConstraints", &validation)
        checkNames(spec, path, &validation)
        if let seconds = spec.number("activeDeadlineSeconds"), seconds < 1 || seconds > Int64(Int32.max) {
            validation.add(.invalid("\(path).activeDeadlineSeconds", .integer(seconds), "must be between 1 and 2147483647, inclusive"))
        }
        for key in ["hostname", "subdomain"] where !spec.word(key).isEmpty { validation.name(NameRules.label, spec.word(key), "\(path).\(key)") }
        for (index, toleration) in spec.list("tolerations").enumerated() { checkToleration(toleration, "\(path).tolerations[\(index)]", &validation) }
        for (index, alias) in spec.list("hostAliases").enumerated() {
            validation.address(alias.word("ip"), "\(path).hostAliases[\(index)].ip")
            for (number, host) in alias.list("hostnames").enumerated() { validation.name(NameRules.subdomain, host.string ?? "", "\(path).hostAliases[\(index)].hostnames[\(number)]") }
        }
        if !spec.word("priorityClassName").isEmpty { validation.name(NameRules.subdomain, spec.word("priorityClassName"), "\(path).priorityClassName") }
        if let name = spec["runtimeClassName"]?.string { validation.name(NameRules.subdomain, name, "\(path).runtimeClassName") }
        if spec.has("preemptionPolicy") { validation.oneOf(["PreemptLowerPriority", "Never"], spec["preemptionPolicy"], "\(path).preemptionPolicy") }
        if spec.has("overhead") { ResourceValidation.check(["limits": spec["overhead"] ?? [:]], "\(path).overhead", ResourceValidation.container, &validation) }
        if spec.has("os") {
            let system = spec["os"]?.word("name") ?? ""
            if system.isEmpty { validation.add(.required("\(path).os.name", "cannot be empty")) } else if !["linux", "windows"].contains(system) {
                validation.add(.notSupported("\(path).os", .string(system), ["linux", "windows"]))
            } else {
                SecurityValidation.checkSystem(spec, path, isWindows: system == "windows", &validation)
            }
        }
        if !spec.list("ephemeralContainers").isEmpty, !isPod { validation.add(.forbidden("\(path).ephemeralContainers", "ephemeral containers not allowed in pod template")) }
        if isPod { checkPodOnly(spec, path, &validation) }
    }

    private static func checkPodOnly(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        for list in ["containers", "initContainers"] {
            for (index, container) in spec.list(list).enumerated() where container.word("image") != container.word("image").trimmingSpace {
                validation.add(.invalid("\(path).\(list)[\(index)].image", container["image"] ?? "", "must not have leading or trailing whitespace"))
            }
        }
        if !spec.word("nodeName").isEmpty, !spec.list("schedulingGates").isEmpty { validation.add(.forbidden("\(path).nodeName", "cannot be set until all schedulingGates have been cleared")) }
    }

    private static func checkNames(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        for key in ["serviceAccountName", "nodeName"] where !spec.word(key).isEmpty { validation.name(NameRules.subdomain, spec.word(key), "\(path).\(key)") }
    }

    private static func checkHostPorts(_ containers: [JSON], _ path: String, isPod: Bool, _ validation: inout Validation) {
        for (index, container) in containers.enumerated() {
            for (number, port) in container.list("ports").enumerated() {
                let host = port.number("hostPort") ?? 0
                guard isPod || host != 0, host != port.number("containerPort") ?? 0 else { continue }
                validation.add(.invalid("\(path)[\(index)].ports[\(number)].hostPort", .integer(host), "must match `containerPort` when `hostNetwork` is true"))
            }
        }
    }

    private static func checkClaims(_ claims: [JSON], _ path: String, _ validation: inout Validation) -> Set<String> {
        var names: Set<String> = []
        for (index, claim) in claims.enumerated() {
            let place = "\(path)[\(index)]"
            let name = claim.word("name")
            if name.isEmpty { validation.add(.required("\(place).name")) } else if !names.insert(name).inserted {
                validation.add(.duplicate("\(place).name", .string(name)))
            } else {
                validation.name(NameRules.label, name, "\(place).name")
            }
            let sources = ["resourceClaimName", "resourceClaimTemplateName"].filter(claim.has)
            let shown: JSON = ["Name": .string(name), "ResourceClaimName": claim["resourceClaimName"] ?? .null, "ResourceClaimTemplateName": claim["resourceClaimTemplateName"] ?? .null]
            if sources.count > 1 { validation.add(.invalid(place, shown, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified")) }
            if sources.isEmpty { validation.add(.invalid(place, shown, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`")) }
            for source in sources { validation.name(NameRules.subdomain, claim.word(source), "\(place).\(source)") }
        }
        return names
    }

    private static let serversMax = 3
    private static let searchesMax = 32

    private static func checkResolver(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        let config = spec["dnsConfig"]
        if spec["dnsPolicy"] == "None" {
            guard let config, config != .null else { return validation.add(.required(path, "must provide `dnsConfig` when `dnsPolicy` is None")) }
            if config.list("nameservers").isEmpty { return validation.add(.required("\(path).nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")) }
        }
        guard let config, config != .null else { return }
        let servers = config.list("nameservers")
        if servers.count > serversMax { validation.add(.invalid("\(path).nameservers", .array(servers), "must not have more than \(serversMax) nameservers")) }
        for (index, server) in servers.enumerated() { validation.address(server.string ?? "", "\(path).nameservers[\(index)]") }
        let searches = config.list("searches").map { $0.string ?? "" }
        if searches.count > searchesMax { validation.add(.invalid("\(path).searches", JSON(searches), "must not have more than \(searchesMax) search paths")) }
        if searches.joined(separator: " ").utf8.count > 2048 { validation.add(.invalid("\(path).searches", JSON(searches), "must not have more than 2048 characters (including spaces) in the search list")) }
        for (index, search) in searches.enumerated() where search != "." {
            validation.name(NameRules.searchDomain, search.hasSuffix(".") ? String(search.dropLast()) : search, "\(path).searches[\(index)]")
        }
        for (index, option) in config.list("options").enumerated() where option.word("name").isEmpty { validation.add(.required("\(path).options[\(index)]", "must not be empty")) }
    }

    static func checkToleration(_ toleration: JSON, _ path: String, _ validation: inout Validation) {
        let key = toleration.word("key")
        let test = toleration.word("operator")
        let value = toleration.word("value")
        if !key.isEmpty { validation.name(NameRules.qualifiedName, key, "\(path).key") }
        if key.isEmpty, test != "Exists" { validation.add(.invalid("\(path).operator", .string(test), "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")) }
        if toleration.has("tolerationSeconds"), toleration.word("effect") != "NoExecute" {
            validation.add(.invalid("\(path).effect", toleration["effect"] ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        }
        switch test {
        case "", "Equal":
            let wrong = NameRules.labelValue(value)
            if !wrong.isEmpty { validation.add(.invalid("\(path).operator", .string(value), wrong.joined(separator: ";"))) }
        case "Exists": if !value.isEmpty { validation.add(.invalid("\(path).operator", .string(value), "value must be empty when `operator` is 'Exists'")) }
        default: validation.add(.notSupported("\(path).operator", .string(test), ["Equal", "Exists"]))
        }
        if !toleration.word("effect").isEmpty { validation.oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"], toleration["effect"], "\(path).effect") }
    }
}
