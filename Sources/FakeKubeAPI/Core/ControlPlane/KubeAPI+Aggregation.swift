import Foundations

/// Cluster roles that are put together of others.
extension KubeAPI {
    mutating func aggregateRoles(_ now: Now) {
        guard let roles = builtIn("rbac.authorization.k8s.io", "clusterroles") else { return }
        for stored in store.objects(roles) where !stored.isDeleting {
            var role = stored.json(roles)
            guard let selectors = role["aggregationRule"]?.list("clusterRoleSelectors"), !selectors.isEmpty else { continue }
            var rules: [JSON] = []
            for selector in selectors.map({ LabelSelector(object: $0) }) {
                for part in store.objects(roles) where part.name != stored.name && selector.matches(part.labels) {
                    for rule in part.json(roles).list("rules") where !rules.contains(rule) { rules.append(rule) }
                }
            }
            guard rules != role.list("rules") else { continue }
            role["rules"] = .array(rules)
            save(role, over: stored, roles, as: "clusterrole-aggregation-controller", now)
        }
    }
}
