import Foundations

/// Jobs run their pods to the end; CronJobs make Jobs on time.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    mutating func reconcileJob(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), !stored.isDeleting else { return }
        var object = stored.json(resource)
        let spec = object["spec"]
        let conditions = object["status"]?["conditions"]?.array ?? []
        if conditions.contains(where: { ($0["type"] == "Complete" || $0["type"] == "Failed") && $0["status"] == "True" }) { return }
        let own = dependents(of: stored.uid, pods)
        let succeeded = own.filter { $0.field("status.phase") == "Succeeded" }.count
        let failed = own.filter { $0.field("status.phase") == "Failed" }.count
        let active = own.filter { !$0.isDeleting && ["Pending", "Running", ""].contains($0.field("status.phase")) }
        let parallelism = Int(spec?["parallelism"]?.integer ?? 1)
        let completions = spec?["completions"]?.integer.map { Int($0) }
        let isSuspended = spec?["suspend"] == true
        if isSuspended { for pod in active { _ = try? remove(pod, pods, DeleteOptions(), now) } } else {
            let missing = completions.map { min(parallelism, $0 - succeeded) - active.count } ?? (succeeded > 0 ? 0 : parallelism - active.count)
            for _ in 0..<max(0, min(missing, 500)) {
                var pod: JSON = ["metadata": spec?["template"]?["metadata"] ?? [:], "spec": spec?["template"]?["spec"] ?? [:]]
                pod[path: "metadata", "namespace"] = .string(stored.namespace)
                pod[path: "metadata", "generateName"] = .string(stored.name + "-")
                pod[path: "metadata", "ownerReferences"] = [reference(to: stored, resource)]
                make(pod, pods, as: Self.manager, now)
            }
        }
        let time = JSON.string(Timestamp.text(now.wall))
        var status = object["status"] ?? [:]
        if !isSuspended, status["startTime"] == nil { status["startTime"] = time }
        status["active"] = JSON(active.count)
        status["succeeded"] = JSON(succeeded)
        status["failed"] = JSON(failed)
        status["ready"] = JSON(active.filter { isReady($0.json(pods)) }.count)
        status["terminating"] = JSON(own.filter(\.isDeleting).count)
        status["uncountedTerminatedPods"] = [:]
        let isDone = completions.map { succeeded >= $0 } ?? (succeeded > 0 && active.isEmpty)
        if isDone {
            let kept = conditions.filter { $0["type"] != "Complete" && $0["type"] != "SuccessCriteriaMet" }
            let done: [JSON] = ["SuccessCriteriaMet", "Complete"].map {
                ["type": .string($0), "status": "True", "lastProbeTime": time, "lastTransitionTime": time, "reason": "CompletionsReached", "message": "Reached expected number of succeeded pods"]
            }
            status["conditions"] = .array(kept + done)
            status["completionTime"] = time
        }
        object["status"] = status
        guard let fresh = store.object(resource, stored.namespace, stored.name) else { return }
        save(object, over: fresh, resource, subresource: "status", as: Self.manager, now)
    }

    /// Once a minute, for the schedules that name it.
    mutating func runCronJobs(_ now: Now) {
        let minute = Int64(now.wall.secondsSince1970 / 60)
        guard minute != plane.lastMinute, let crons = builtIn("batch", "cronjobs"), let jobs = builtIn("batch", "jobs") else { return }
        let isFirst = plane.lastMinute == 0
        plane.lastMinute = minute
        guard !isFirst else { return }
        for cron in store.objects(crons) where !cron.isDeleting {
            var object = cron.json(crons)
            guard object["spec"]?["suspend"] != true, let schedule = object["spec"]?["schedule"]?.string.flatMap({ CronSchedule($0) }), schedule.includes(now.wall) else { continue }
            let own = dependents(of: cron.uid, jobs)
            let active = own.filter { $0.json(jobs)["status"]?["completionTime"] == nil }
            if !active.isEmpty, object["spec"]?["concurrencyPolicy"] == "Forbid" { continue }
            if object["spec"]?["concurrencyPolicy"] == "Replace" {
                var options = DeleteOptions()
                options.propagation = "Background"
                for job in active { _ = try? remove(job, jobs, options, now) }
            }
            let template = object["spec"]?["jobTemplate"]
            var job: JSON = ["metadata": template?["metadata"] ?? [:], "spec": template?["spec"] ?? [:]]
            job[path: "metadata", "name"] = .string("\(cron.name)-\(minute)")
            job[path: "metadata", "namespace"] = .string(cron.namespace)
            job[path: "metadata", "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"] = .string(Timestamp.text(now.wall))
            job[path: "metadata", "ownerReferences"] = [reference(to: cron, crons)]
            guard let made = make(job, jobs, as: Self.manager, now) else { continue }
            object[path: "status", "lastScheduleTime"] = .string(Timestamp.text(now.wall))
            object[path: "status", "active"] = [["kind": "Job", "apiVersion": "batch/v1", "namespace": .string(cron.namespace), "name": made["metadata"]?["name"] ?? "", "uid": made["metadata"]?["uid"] ?? ""]]
            save(object, over: cron, crons, subresource: "status", as: Self.manager, now)
            trimHistory(own, jobs, object["spec"], now)
        }
    }

    private mutating func trimHistory(_ own: [StoredObject], _ jobs: ResourceDescriptor, _ spec: JSON?, _ now: Now) {
        for (type, key) in [("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit")] {
            let done = own.filter { job in (job.json(jobs)["status"]?["conditions"]?.array ?? []).contains { $0["type"] == .string(type) && $0["status"] == "True" } }.sorted { $0.version < $1.version }
            var options = DeleteOptions()
            options.propagation = "Background"
            for job in done.prefix(max(0, done.count - Int(spec?[key]?.integer ?? 3))) { _ = try? remove(job, jobs, options, now) }
        }
    }
}
