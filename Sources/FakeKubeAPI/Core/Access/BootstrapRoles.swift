/// Roles and bindings that a cluster has from its first moment.
enum BootstrapRoles {
    private static func role(_ name: String, _ rules: JSON) -> (String, JSON) {
        ("clusterroles", ["metadata": ["name": .string(name), "labels": ["kubernetes.io/bootstrapping": "rbac-defaults"], "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"]], "rules": rules])
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

    private static let edited: [JSON] = viewed + [
        rule([""], ["secrets"], read + write), rule([""], ["configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "pods/eviction", "serviceaccounts", "services"], write),
        rule(["apps"], ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"], write),
        rule(["batch"], ["cronjobs", "jobs"], write), rule(["coordination.k8s.io"], ["leases"], read + write), rule([""], ["serviceaccounts/token"], ["create"]),
    ]

    static let objects: [(String, JSON)] = [
        role("cluster-admin", [rule(["*"], ["*"], ["*"]), ["nonResourceURLs": ["*"], "verbs": ["*"]]]),
        role("admin", .array(edited + [rule(["rbac.authorization.k8s.io"], ["roles", "rolebindings"], read + write), rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"])])),
        role("edit", .array(edited)), role("view", .array(viewed)),
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
    ]
}
