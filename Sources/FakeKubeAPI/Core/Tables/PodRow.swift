import Foundations

/// The cells of a pod: how many containers are ready, the one word that says how it is, how often it restarted.
enum PodRow {
    static func conditions(_ pod: JSON) -> JSON? {
        switch pod["status"]?["phase"]?.string {
        case "Succeeded": [["type": "Completed", "status": "True", "reason": "Succeeded", "message": "The pod has completed successfully."]]
        case "Failed": [["type": "Completed", "status": "True", "reason": "Failed", "message": "The pod failed."]]
        default: nil
        }
    }

    static func cells(_ pod: JSON, _ now: WallInstant) -> [JSON] {
        let status = pod["status"]
        let state = summary(pod)
        var restarts = String(state.restarts)
        if state.restarts > 0, let last = state.lastRestart { restarts += " (\(Rows.duration(Int((now - last).inSeconds))) ago)" }
        let gates = pod["spec"]?["readinessGates"]?.array ?? []
        let passed = gates.filter { gate in
            (status?["conditions"]?.array ?? []).contains { $0["type"] == gate["conditionType"] && $0["status"] == "True" }
        }
        return [
            Rows.name(pod), "\(state.ready)/\(state.total)", .string(state.word), .string(restarts), Rows.age(pod, now),
            Rows.text(status?["podIPs"]?[0]?["ip"]), Rows.text(pod["spec"]?["nodeName"]), Rows.text(status?["nominatedNodeName"]),
            .string(gates.isEmpty ? "<none>" : "\(passed.count)/\(gates.count)"),
        ]
    }

    private struct Summary {
        var ready = 0
        var total = 0
        var restarts: Int64 = 0
        var lastRestart: WallInstant?
        var word = ""
    }

    private static func isSidecar(_ container: JSON) -> Bool { container["restartPolicy"] == "Always" }

    private static func note(_ status: JSON, in summary: inout Summary) {
        summary.restarts += status["restartCount"]?.integer ?? 0
        if let finished = status["lastState"]?["terminated"]?["finishedAt"]?.string.flatMap(Timestamp.parse), summary.lastRestart.map({ $0 < finished }) ?? true {
            summary.lastRestart = finished
        }
    }

    private static func exitWord(_ terminated: JSON) -> String {
        if let reason = terminated["reason"]?.string, !reason.isEmpty { return reason }
        if let signal = terminated["signal"]?.integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(terminated["exitCode"]?.integer ?? 0)"
    }

    private static func summary(_ pod: JSON) -> Summary {
        let spec = pod["spec"]
        let status = pod["status"]
        let initContainers = spec?["initContainers"]?.array ?? []
        var summary = Summary()
        summary.total = (spec?["containers"]?.array?.count ?? 0) + initContainers.filter(isSidecar).count
        summary.word = status?["phase"]?.string ?? ""
        if let reason = status?["reason"]?.string, !reason.isEmpty { summary.word = reason }
        for condition in status?["conditions"]?.array ?? [] where condition["type"] == "PodScheduled" && condition["reason"] == "SchedulingGated" {
            summary.word = "SchedulingGated"
        }
        let isInitializing = initialize(&summary, initContainers, status)
        if !isInitializing { observe(&summary, status) }
        if pod["metadata"]?["deletionTimestamp"] != nil, status?["reason"] == "NodeLost" {
            summary.word = "Unknown"
        } else if pod["metadata"]?["deletionTimestamp"] != nil, status?["phase"] != "Succeeded", status?["phase"] != "Failed" {
            summary.word = "Terminating"
        }
        return summary
    }

    /// Looks at the init containers. Returns whether one of them is still to finish.
    private static func initialize(_ summary: inout Summary, _ containers: [JSON], _ status: JSON?) -> Bool {
        for (index, container) in (status?["initContainerStatuses"]?.array ?? []).enumerated() {
            note(container, in: &summary)
            let sidecar = containers.first { $0["name"] == container["name"] }.map(isSidecar) ?? false
            let state = container["state"]
            if let terminated = state?["terminated"], terminated["exitCode"]?.integer ?? 0 == 0 { continue }
            if sidecar, container["started"] == true {
                if container["ready"] == true { summary.ready += 1 }
                continue
            }
            if let terminated = state?["terminated"] {
                summary.word = "Init:" + exitWord(terminated)
            } else if let reason = state?["waiting"]?["reason"]?.string, !reason.isEmpty, reason != "PodInitializing" {
                summary.word = "Init:" + reason
            } else {
                summary.word = "Init:\(index)/\(containers.count)"
            }
            return true
        }
        return false
    }

    private static func observe(_ summary: inout Summary, _ status: JSON?) {
        let containers = status?["containerStatuses"]?.array ?? []
        summary.lastRestart = nil
        var hasRunning = false
        for container in containers.reversed() {
            note(container, in: &summary)
            let state = container["state"]
            if let reason = state?["waiting"]?["reason"]?.string, !reason.isEmpty {
                summary.word = reason
            } else if let terminated = state?["terminated"] {
                summary.word = exitWord(terminated)
            } else if container["ready"] == true, state?["running"] != nil {
                hasRunning = true
                summary.ready += 1
            }
        }
        if summary.word == "Completed", hasRunning {
            let isReady = (status?["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
            summary.word = isReady ? "Running" : "NotReady"
        }
    }
}
