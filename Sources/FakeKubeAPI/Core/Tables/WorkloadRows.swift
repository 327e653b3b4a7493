import Foundations

/// Cells of workload controllers.
enum WorkloadRows {
    private static func number(_ value: JSON?) -> Int64 { value?.integer ?? 0 }

    private static func containers(_ pod: JSON?) -> [JSON] {
        let containers = pod?["spec"]?["containers"]?.array ?? []
        return [.string(containers.compactMap { $0["name"]?.string }.joined(separator: ",")), .string(containers.compactMap { $0["image"]?.string }.joined(separator: ","))]
    }

    static func deployment(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let status = object["status"]
        return [
            Rows.name(object), "\(number(status?["readyReplicas"]))/\(number(object["spec"]?["replicas"]))", .integer(number(status?["updatedReplicas"])),
            .integer(number(status?["availableReplicas"])), Rows.age(object, now),
        ] + containers(object["spec"]?["template"]) + [Rows.selector(object["spec"]?["selector"])]
    }

    static func replicaSet(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let isController = object["kind"] == "ReplicationController"
        return [
            Rows.name(object), .integer(number(spec?["replicas"])), .integer(number(object["status"]?["replicas"])), .integer(number(object["status"]?["readyReplicas"])),
            Rows.age(object, now),
        ] + containers(spec?["template"]) + [isController ? Rows.labels(spec?["selector"]) : Rows.selector(spec?["selector"])]
    }

    static func statefulSet(_ object: JSON, _ now: WallInstant) -> [JSON] {
        [Rows.name(object), "\(number(object["status"]?["readyReplicas"]))/\(number(object["spec"]?["replicas"]))", Rows.age(object, now)] + containers(object["spec"]?["template"])
    }

    static func daemonSet(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let status = object["status"]
        let counts = ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable"].map { JSON.integer(number(status?[$0])) }
        return [Rows.name(object)] + counts + [Rows.labels(object["spec"]?["template"]?["spec"]?["nodeSelector"]), Rows.age(object, now)]
            + containers(object["spec"]?["template"]) + [Rows.selector(object["spec"]?["selector"])]
    }

    static func job(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let status = object["status"]
        let succeeded = number(status?["succeeded"])
        var completions = "\(succeeded)/\(number(spec?["completions"]))"
        if spec?["completions"] == nil {
            let parallelism = number(spec?["parallelism"])
            completions = parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
        }
        var duration = ""
        if let start = status?["startTime"]?.string.flatMap(Timestamp.parse) {
            let end = status?["completionTime"]?.string.flatMap(Timestamp.parse) ?? now
            duration = Rows.duration(Int((end - start).inSeconds))
        }
        func holds(_ type: String) -> Bool { (status?["conditions"]?.array ?? []).contains { $0["type"] == .string(type) && $0["status"] == "True" } }
        let word = holds("Complete") ? "Complete" : holds("Failed") ? "Failed" : object["metadata"]?["deletionTimestamp"] != nil ? "Terminating"
            : holds("Suspended") ? "Suspended" : holds("FailureTarget") ? "FailureTarget" : holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
        return [Rows.name(object), .string(word), .string(completions), .string(duration), Rows.age(object, now)]
            + containers(spec?["template"]) + [Rows.selector(spec?["selector"])]
    }

    static func cronJob(_ object: JSON, _ now: WallInstant) -> [JSON] {
        let spec = object["spec"]
        let last = object["status"]?["lastScheduleTime"]
        return [
            Rows.name(object), spec?["schedule"] ?? "", Rows.text(spec?["timeZone"]), spec?["suspend"] == true ? "True" : "False",
            JSON(object["status"]?["active"]?.array?.count ?? 0), .string(last == nil ? "<none>" : Rows.since(last, now)), Rows.age(object, now),
        ] + containers(spec?["jobTemplate"]?["spec"]?["template"]) + [spec?["jobTemplate"]?["spec"]?["selector"] == nil ? "<none>" : Rows.selector(spec?["jobTemplate"]?["spec"]?["selector"])]
    }
}
