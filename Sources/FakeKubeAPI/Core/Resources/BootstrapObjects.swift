/// What a cluster has from its first moment, beside its namespaces and roles: priorities, components, the least of flow control, the range of its services,
/// the service of the API itself, and an APIService for each group version.
enum BootstrapObjects {
    /// - Returns: group and name of the resource, and the object without what the server adds.
    static func objects(_ catalogue: Catalogue, at time: JSON) -> [(group: String, resource: String, object: JSON)] {
        priorities + components + flowControl + [range(time), service] + apiServices(catalogue, time)
    }

    private static let priorities: [(group: String, resource: String, object: JSON)] = [
        ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
        ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
    ].map { (name: JSON, value: JSON, text: JSON) in
        ("scheduling.k8s.io", "priorityclasses", ["metadata": ["name": name, "generation": 1], "value": value, "description": text, "preemptionPolicy": "PreemptLowerPriority"])
    }

    private static let components: [(group: String, resource: String, object: JSON)] = ["controller-manager", "scheduler", "etcd-0"].map {
        ("", "componentstatuses", ["metadata": ["name": .string($0)], "conditions": [["type": "Healthy", "status": "True", "message": "ok"]]])
    }

    /// The two that the API server insists on: for those whom nothing may hold up, and for all whom nobody else has thought of.
    private static let flowControl: [(group: String, resource: String, object: JSON)] = [
        ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", ["metadata": metadata("exempt"), "spec": ["type": "Exempt", "exempt": ["nominalConcurrencyShares": 0, "lendablePercent": 0]], "status": [:]]),
        (
            "flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations",
            ["metadata": metadata("catch-all"), "spec": ["type": "Limited", "limited": ["nominalConcurrencyShares": 5, "lendablePercent": 0, "limitResponse": ["type": "Reject"]]], "status": [:]]
        ),
        ("flowcontrol.apiserver.k8s.io", "flowschemas", flowSchema("exempt", 1, ["system:masters"], distinguishes: nil)),
        ("flowcontrol.apiserver.k8s.io", "flowschemas", flowSchema("catch-all", 10_000, ["system:unauthenticated", "system:authenticated"], distinguishes: ["type": "ByUser"])),
    ]

    private static func metadata(_ name: JSON) -> JSON { ["name": name, "generation": 1, "annotations": ["apf.kubernetes.io/autoupdate-spec": "true"]] }

    private static func flowSchema(_ name: JSON, _ precedence: JSON, _ groups: [JSON], distinguishes: JSON?) -> JSON {
        let rule: JSON = [
            "subjects": .array(groups.map { ["kind": "Group", "group": ["name": $0]] }),
            "resourceRules": [["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"], "clusterScope": true, "namespaces": ["*"]]], "nonResourceRules": [["verbs": ["*"], "nonResourceURLs": ["*"]]],
        ]
        var spec: JSON = ["priorityLevelConfiguration": ["name": name], "matchingPrecedence": precedence, "rules": [rule]]
        spec["distinguisherMethod"] = distinguishes
        return ["metadata": metadata(name), "spec": spec, "status": [:]]
    }

    private static func range(_ time: JSON) -> (group: String, resource: String, object: JSON) {
        let ready: JSON = ["type": "Ready", "status": "True", "lastTransitionTime": time, "reason": "", "message": "Kubernetes default Service CIDR is ready"]
        return ("networking.k8s.io", "servicecidrs", ["metadata": ["name": "kubernetes", "generation": 1], "spec": ["cidrs": ["10.96.0.0/12"]], "status": ["conditions": [ready]]])
    }

    private static let service: (group: String, resource: String, object: JSON) = (
        "", "services",
        [
            "metadata": ["name": "kubernetes", "namespace": "default", "labels": ["component": "apiserver", "provider": "kubernetes"]],
            "spec": [
                "type": "ClusterIP", "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster", "sessionAffinity": "None",
                "ports": [["name": "https", "protocol": "TCP", "port": 443, "targetPort": 6443]],
            ],
            "status": ["loadBalancer": [:]],
        ]
    )

    private static func apiServices(_ catalogue: Catalogue, _ time: JSON) -> [(group: String, resource: String, object: JSON)] {
        let groups = Catalogue.groupOrder.filter { $0 != "apiregistration.k8s.io" }
        let available: JSON = ["type": "Available", "status": "True", "lastTransitionTime": time, "reason": "Local", "message": "Local APIServices are always available"]
        return groups.enumerated().flatMap { index, group in
            catalogue.versions(of: group).enumerated().map { place, version in
                let spec: JSON = [
                    "group": .string(group), "version": .string(version), "groupPriorityMinimum": .integer(group.isEmpty ? 18_000 : 17_900 - 100 * Int64(index)),
                    "versionPriority": .integer(group.isEmpty ? 1 : 15 * Int64(catalogue.versions(of: group).count - place)),
                ]
                let metadata: JSON = ["name": .string("\(version).\(group)"), "labels": ["kube-aggregator.kubernetes.io/automanaged": "onstart"]]
                return ("apiregistration.k8s.io", "apiservices", ["metadata": metadata, "spec": spec, "status": ["conditions": [available]]])
            }
        }
    }
}
