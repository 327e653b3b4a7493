/// What is allowed in a pod and most likely not meant: told in Warning headers.
struct PodWarnings {
    private(set) var texts: [String] = []
    private let spec: JSON
    private let metadata: JSON
    private let prefix: String

    /// - Parameter prefix: of the fields' paths: nothing for a pod, `spec.template` for a template.
    static func of(_ spec: JSON?, _ metadata: JSON?, prefix: String = "") -> [String] {
        var warnings = PodWarnings(spec: spec ?? [:], metadata: metadata ?? [:], prefix: prefix.isEmpty ? "" : prefix + ".")
        warnings.checkPlacement()
        warnings.checkVolumes()
        warnings.checkLists()
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for (index, container) in warnings.spec.list(list).enumerated() { warnings.checkContainer(container, "\(warnings.prefix)spec.\(list)[\(index)]") }
        }
        warnings.checkPorts()
        if warnings.spec.number("terminationGracePeriodSeconds") ?? 0 < 0 {
            warnings.texts.append("\(warnings.prefix)spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1")
        }
        warnings.checkAffinity()
        return warnings.texts
    }

    private init(spec: JSON, metadata: JSON, prefix: String) {
        self.spec = spec
        self.metadata = metadata
        self.prefix = prefix
    }

    static let oldNodeLabels = [
        "beta.kubernetes.io/arch": "deprecated since v1.14; use \"kubernetes.io/arch\" instead", "beta.kubernetes.io/os": "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "failure-domain.beta.kubernetes.io/region": "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        "failure-domain.beta.kubernetes.io/zone": "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        "beta.kubernetes.io/instance-type": "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    ]

    static func ofTerm(_ term: JSON, _ path: String) -> [String] {
        term.list("matchExpressions").enumerated().compactMap { index, expression in
            oldNodeLabels[expression.word("key")].map { "\(path).matchExpressions[\(index)].key: \(expression.word("key")) is \($0)" }
        }
    }

    private mutating func checkPlacement() {
        for key in (spec["nodeSelector"]?.strings ?? [:]).keys.sorted() {
            if let message = Self.oldNodeLabels[key] { texts.append("\(prefix)spec.nodeSelector[\(key)]: \(message)") }
        }
        let nodes = spec["affinity"]?["nodeAffinity"]
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
        for (index, term) in (nodes?[required]?.list("nodeSelectorTerms") ?? []).enumerated() { texts += Self.ofTerm(term, "\(prefix)spec.affinity.nodeAffinity.\(required).nodeSelectorTerms[\(index)]") }
        for (index, term) in (nodes?.list(preferred) ?? []).enumerated() { texts += Self.ofTerm(term["preference"] ?? [:], "\(prefix)spec.affinity.nodeAffinity.\(preferred)[\(index)].preference") }
        for (index, constraint) in spec.list("topologySpreadConstraints").enumerated() {
            let place = "\(prefix)spec.topologySpreadConstraints[\(index)]"
            if let message = Self.oldNodeLabels[constraint.word("topologyKey")] { texts.append("\(place).topologyKey: \(constraint.word("topologyKey")) is \(message)") }
            if !constraint.has("labelSelector") { texts.append("\(place).labelSelector: a null labelSelector results in matching no pod") }
        }
        let dead = [
            ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
            ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
            ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
        ]
        for (key, message) in dead where metadata["annotations"]?.has(key) ?? false { texts.append("\(prefix)metadata.annotations[\(key)]: \(message)") }
    }

    private mutating func checkVolumes() {
        let old = [
            ("photonPersistentDisk", "photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+"), ("gitRepo", "gitRepo: deprecated in v1.11, and disabled by default in v1.33+"),
            ("scaleIO", "scaleIO: deprecated in v1.16, non-functional in v1.22+"), ("flocker", "flocker: deprecated in v1.22, non-functional in v1.25+"),
            ("storageos", "storageOS: deprecated in v1.22, non-functional in v1.25+"), ("quobyte", "quobyte: deprecated in v1.22, non-functional in v1.25+"),
            ("glusterfs", "glusterfs: deprecated in v1.25, non-functional in v1.26+"), ("cephfs", "cephfs: deprecated in v1.28, non-functional in v1.31+"),
            ("rbd", "rbd: deprecated in v1.28, non-functional in v1.31+"),
        ]
        for (index, volume) in spec.list("volumes").enumerated() {
            for (kind, message) in old where volume.has(kind) { texts.append("\(prefix)spec.volumes[\(index)].\(message)") }
            if let claim = volume["ephemeral"]?["volumeClaimTemplate"]?["spec"] { texts += ObjectWarnings.ofClaim(claim, "\(prefix)spec.volumes[\(index)].ephemeral.volumeClaimTemplate.spec") }
        }
    }

    private mutating func checkLists() {
        for (list, key) in [("hostAliases", "ip"), ("imagePullSecrets", "name")] {
            var seen: Set<String> = []
            for (index, item) in spec.list(list).enumerated() where !seen.insert(item.word(key)).inserted {
                texts.append("\(prefix)spec.\(list)[\(index)].\(key): duplicate \(key) \(JSON.string(item.word(key)).text)")
            }
        }
        for (index, secret) in spec.list("imagePullSecrets").enumerated() where secret.word("name").isEmpty { texts.append("\(prefix)spec.imagePullSecrets[\(index)].name: invalid empty name \"\"") }
        checkAmounts(spec["overhead"], "\(prefix)spec.overhead", ["memory", "ephemeral-storage"])
        let seccomp = "seccomp.security.alpha.kubernetes.io/pod"
        if metadata["annotations"]?.has(seccomp) ?? false, !(spec["securityContext"]?.has("seccompProfile") ?? false) {
            texts.append("\(prefix)metadata.annotations[\(seccomp)]: non-functional in v1.27+; use the \"seccompProfile\" field instead")
        }
    }

    private mutating func checkAmounts(_ amounts: JSON?, _ path: String, _ names: [String]) {
        for name in names {
            guard let amount = Quantity(amounts?.word(name) ?? ""), !amount.isWhole else { continue }
            texts.append("\(path)[\(name)]: fractional byte value \"\(amount.canonical)\" is invalid, must be an integer")
        }
    }

    private mutating func checkContainer(_ container: JSON, _ path: String) {
        let key = "container.seccomp.security.alpha.kubernetes.io/\(container.word("name"))"
        if metadata["annotations"]?.has(key) ?? false, !(container["securityContext"]?.has("seccompProfile") ?? false) {
            texts.append("\(prefix)metadata.annotations[\(key)]: non-functional in v1.27+; use the \"seccompProfile\" field instead")
        }
        for name in ["memory", "ephemeral-storage"] { for list in ["limits", "requests"] { checkAmounts(container["resources"]?[list], "\(path).resources.\(list)", [name]) } }
        var names: Set<String> = []
        for (index, entry) in container.list("env").enumerated() where !names.insert(entry.word("name")).inserted {
            let reference = "$(\(entry.word("name")))"
            // A value that holds the one before it is meant.
            if entry.has("valueFrom") || entry.word("value") == reference || !entry.word("value").contains(reference) {
                texts.append("\(path).env[\(index)]: hides previous definition of \(JSON.string(entry.word("name")).text), which may be dropped when using apply")
            }
        }
    }

    private mutating func checkPorts() {
        var seen: [String: [(field: String, port: JSON)]] = [:]
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            for (index, container) in spec.list(list).enumerated() {
                for (number, port) in container.list("ports").enumerated() {
                    let field = "\(prefix)spec.\(list)[\(index)].ports[\(number)]"
                    let key = "\(port.number("containerPort") ?? 0)/\(port.word("protocol"))"
                    for other in seen[key] ?? [] { if let word = Self.clash(port, other.port) { texts.append("\(field): \(word) port definition with \(other.field)") } }
                    seen[key, default: []].append((field, port))
                }
            }
        }
    }

    private static func clash(_ a: JSON, _ b: JSON) -> String? {
        let (first, second) = (a.number("hostPort") ?? 0, b.number("hostPort") ?? 0)
        if a.word("hostIP") == b.word("hostIP"), first == second { return "duplicate" }
        if first == 0 || second == 0 { return "overlapping" }
        return first == second && a.word("hostIP").isEmpty != b.word("hostIP").isEmpty ? "dangerously ambiguous" : nil
    }

    private mutating func checkAffinity() {
        for kind in ["podAffinity", "podAntiAffinity"] {
            let path = "\(prefix)spec.affinity.\(kind)"
            let required = "requiredDuringSchedulingIgnoredDuringExecution"
            let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
            let terms = spec["affinity"]?[kind]
            for (index, term) in (terms?.list(required) ?? []).enumerated() where !term.has("labelSelector") { texts.append("\(path).\(required)[\(index)].labelSelector: a null labelSelector results in matching no pod") }
            for (index, term) in (terms?.list(preferred) ?? []).enumerated() where !(term["podAffinityTerm"]?.has("labelSelector") ?? false) {
                texts.append("\(path).\(preferred)[\(index)].podAffinityTerm.labelSelector: a null labelSelector results in matching no pod")
            }
        }
    }
}
