/// Kinds that are served in more than one form and kept in one: events of `events.k8s.io` are kept as those of the core group, autoscalers of
/// `autoscaling/v1` as `v2`.
enum Conversion {
    static func isNeeded(_ resource: ResourceDescriptor) -> Bool {
        resource.group == "events.k8s.io" || resource.group == "autoscaling" && resource.version == "v1"
    }

    private static let eventNames = [
        ("regarding", "involvedObject"), ("note", "message"), ("reportingController", "reportingComponent"), ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"),
    ]

    /// From the form of `resource` to the one that is kept.
    static func toStorage(_ object: JSON, _ resource: ResourceDescriptor) -> JSON {
        guard isNeeded(resource) else { return object }
        var object = object
        if resource.group == "events.k8s.io" {
            for (new, old) in eventNames {
                object[old] = object[new]
                object[new] = nil
            }
            return object
        }
        if let percent = object["spec"]?["targetCPUUtilizationPercentage"] {
            object[path: "spec", "targetCPUUtilizationPercentage"] = nil
            var metrics = (object["spec"]?["metrics"]?.array ?? []).filter { $0["resource"]?["name"] != "cpu" }
            metrics.append(["type": "Resource", "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": percent]]])
            object[path: "spec", "metrics"] = .array(metrics)
        }
        if let percent = object["status"]?["currentCPUUtilizationPercentage"] {
            object[path: "status", "currentCPUUtilizationPercentage"] = nil
            object[path: "status", "currentMetrics"] = [["type": "Resource", "resource": ["name": "cpu", "current": ["averageUtilization": percent, "averageValue": "0"]]]]
        }
        return object
    }

    /// From the kept form to that of `resource`.
    static func fromStorage(_ object: JSON, _ resource: ResourceDescriptor) -> JSON {
        guard isNeeded(resource) else { return object }
        var object = object
        if resource.group == "events.k8s.io" {
            for (new, old) in eventNames {
                object[new] = object[old]
                object[old] = nil
            }
            return object
        }
        let metrics = object["spec"]?["metrics"]?.array ?? []
        if let percent = metrics.first(where: { $0["resource"]?["name"] == "cpu" })?["resource"]?["target"]?["averageUtilization"] {
            object[path: "spec", "targetCPUUtilizationPercentage"] = percent
        }
        object[path: "spec", "metrics"] = nil
        object[path: "spec", "behavior"] = nil
        if let current = object["status"]?["currentMetrics"]?.array?.first?["resource"]?["current"]?["averageUtilization"] { object[path: "status", "currentCPUUtilizationPercentage"] = current }
        object[path: "status", "currentMetrics"] = nil
        object[path: "status", "conditions"] = nil
        return object
    }
}
