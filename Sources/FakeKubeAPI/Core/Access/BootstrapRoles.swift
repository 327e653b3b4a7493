/// Roles and bindings that a cluster has from its first moment.
enum BootstrapRoles {
    private static func role(_ name: String, _ rules: JSON) -> (String, JSON) {
        ("clusterroles", ["metadata": ["name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"], "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"]], "rules": rules])
    }

    /// A role of the whole cluster that takes up the rules of those which say `aggregate-to-NAME`; its own stand in a role beside it.
    private static func gathering(_ name: String, into target: String?, own: [JSON], all: [JSON]) -> [(String, JSON)] {
        func label(_ name: String) -> String { "rbac.authorization.k8s.io/aggregate-to-\(name)" }
        let (resource, made) = role(name, .array(all))
        var whole = made
        whole["aggregationRule"] = ["clusterRoleSelectors": [["matchLabels": [label(name): "true"]]]]
        if let target { whole[path: "metadata", "labels", label(target)] = "true" }
        var (_, part) = role("system:aggregate-to-\(name)", .array(own))
        part[path: "metadata", "labels", label(name)] = "true"
        return [(resource, whole), (resource, part)]
    }

    private static func binding(_ name: String, _ groups: [String]) -> (String, JSON) {
        ("clusterrolebindings", [
            "metadata": ["name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"], "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"]],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(name)],
            "subjects": .array(groups.map { ["apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": .string($0)] }),
        ])
    }

    private static func rule(_ groups: [String], _ resources: [String], _ verbs: [String]) -> JSON {
        ["apiGroups": JSON(groups), "resources": JSON(resources), "verbs": JSON(verbs)]
    }

    private static let read = ["get", "list", "watch"]
    private static let write = ["create", "delete", "deletecollection", "patch", "update"]

    private static let viewed: [JSON] = [
        rule([""], ["configmaps", "endpoints", "events", "namespaces", "persistentvolumeclaims", "pods", "pods/log", "pods/status", "replicationcontrollers", "serviceaccounts", "services"], read),
        rule(["apps"], ["controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"], read),
        rule(["batch"], ["cronjobs", "jobs"], read), rule(["autoscaling"], ["horizontalpodautoscalers"], read), rule(["networking.k8s.io"], ["ingresses", "networkpolicies"], read),
        rule(["policy"], ["poddisruptionbudgets"], read), rule(["discovery.k8s.io"], ["endpointslices"], read),
    ]

    private static let edited: [JSON] = [
        rule([""], ["secrets"], read + write), rule([""], ["configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/eviction", "serviceaccounts", "services"], write),
        rule(["apps"], ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"], write),
        rule(["batch"], ["cronjobs", "jobs"], write), rule(["coordination.k8s.io"], ["leases"], read + write), rule([""], ["serviceaccounts/token"], ["create"]),
    ]

    private static let administered: [JSON] = [rule(["rbac.authorization.k8s.io"], ["roles", "rolebindings"], read + write), rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"])]

    static let objects: [(String, JSON)] = [
        role("cluster-admin", [rule(["*"], ["*"], ["*"]), ["nonResourceURLs": ["*"], "verbs": ["*"]]]),
        role("system:discovery", [["nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"], "verbs": ["get"]]]),
        role("system:basic-user", [
            rule(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]), rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
        ]),
        role("system:public-info-viewer", [["nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version", "/version/"], "verbs": ["get"]]]),
        role("system:auth-delegator", [rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]), rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"])]),
        role("system:service-account-issuer-discovery", [["nonResourceURLs": ["/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"], "verbs": ["get"]]]),
        role("system:node", [
            rule([""], ["nodes", "pods", "services", "configmaps", "secrets"], read), rule([""], ["nodes"], ["create", "update", "patch"]), rule([""], ["nodes/status", "pods/status"], ["update", "patch"]),
            rule([""], ["pods"], ["create", "delete"]), rule([""], ["events"], ["create", "patch", "update"]), rule(["coordination.k8s.io"], ["leases"], ["create", "delete", "get", "patch", "update"]),
        ]),
        binding("cluster-admin", ["system:masters"]), binding("system:discovery", ["system:authenticated"]), binding("system:basic-user", ["system:authenticated"]),
        binding("system:public-info-viewer", ["system:authenticated", "system:unauthenticated"]), binding("system:node", ["system:nodes"]),
        binding("system:service-account-issuer-discovery", ["system:serviceaccounts"]),
    ] + gathering("admin", into: nil, own: administered, all: edited + viewed + administered) + gathering("edit", into: "admin", own: edited, all: edited + viewed)
        + gathering("view", into: "edit", own: viewed, all: viewed)
}
