import Foundations

/// Jobs run their pods to the end; CronJobs make Jobs on time.
extension KubeAPI {
    private static let manager = "kube-controller-manager"

    mutating func reconcileJob(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let pods = builtIn("", "pods"), !stored.isDeleting else { return }
        var object = stored.json(resource)
        let spec = object["spec"]
        let conditions = object["status"]?["conditions"]?.array ?? []
        if let ended = conditions.first(where: { ($0["type"] == "Complete" || $0["type"] == "Failed") && $0["status"] == "True" }) {
            expire(stored, object, resource, since: ended["lastTransitionTime"]?.string, now)
            return
        }
        let own = claim(stored, resource, object, pods, now)
        let succeeded = own.filter { $0.field("status.phase") == "Succeeded" }
        let failed = own.filter { $0.field("status.phase") == "Failed" }
        let active = own.filter { !$0.isDeleting && ["Pending", "Running", ""].contains($0.field("status.phase")) }
        let isIndexed = spec?["completionMode"] == "Indexed"
        let indexes = Set(succeeded.compactMap { Self.index(of: $0) })
        let done = isIndexed ? indexes.count : succeeded.count
        let parallelism = Int(spec?["parallelism"]?.integer ?? 1)
        let completions = spec?["completions"]?.integer.map { Int($0) }
        let isSuspended = spec?["suspend"] == true
        let judgement = JobJudgement(object, failures: failed.map { $0.json(pods) }, succeeded: isIndexed ? indexes : [])
        let failure = judgement.failure ?? (judgement.success == nil ? lateness(of: object, now) : nil)
        if isSuspended || failure != nil || judgement.success != nil { for pod in active { _ = try? remove(pod, pods, DeleteOptions(), now) } } else {
            let missing = completions.map { min(parallelism, $0 - done - judgement.failedIndexes.count) - active.count } ?? (done > 0 ? 0 : parallelism - active.count)
            var free = isIndexed ? Array(Set(0..<(completions ?? 0)).subtracting(indexes).subtracting(judgement.failedIndexes).subtracting(active.compactMap { Self.index(of: $0) }).sorted()) : []
            for _ in 0..<max(0, min(missing, 500)) {
                let index = free.isEmpty ? nil : free.removeFirst()
                if isIndexed, index == nil { break }
                makeWorker(of: stored, object, resource, index: index, now)
            }
            for extra in active.sorted(by: { $0.version > $1.version }).prefix(max(0, active.count - parallelism)) { _ = try? remove(extra, pods, DeleteOptions(), now) }
        }
        let time = JSON.string(Timestamp.text(now.wall))
        var status = object["status"] ?? [:]
        status["startTime"] = isSuspended ? Optional<JSON>.none : status["startTime"] ?? time
        status["active"] = JSON(isSuspended ? 0 : active.count)
        status["succeeded"] = JSON(done)
        status["failed"] = JSON(judgement.failed)
        status["ready"] = JSON(active.filter { isReady($0.json(pods)) }.count)
        status["terminating"] = JSON(own.filter(\.isDeleting).count)
        status["uncountedTerminatedPods"] = [:]
        if spec?.has("backoffLimitPerIndex") ?? false { status["failedIndexes"] = .string(Self.ranges(of: judgement.failedIndexes)) }
        if isIndexed, !indexes.isEmpty { status["completedIndexes"] = .string(Self.ranges(of: indexes)) }
        var kept = conditions
        func set(_ type: String, _ holds: Bool, _ reason: String, _ message: String) {
            if let at = kept.firstIndex(where: { $0["type"]?.string == type }), kept[at]["status"] == (holds ? "True" : "False") { return }
            kept.removeAll { $0["type"]?.string == type }
            kept.append(["type": .string(type), "status": holds ? "True" : "False", "lastProbeTime": time, "lastTransitionTime": time, "reason": .string(reason), "message": .string(message)])
        }
        if let failure {
            for type in ["FailureTarget", "Failed"] { set(type, true, failure.reason, failure.message) }
        } else if let success = judgement.success, !isSuspended {
            set("SuccessCriteriaMet", true, success.reason, success.message)
            // It is complete once the pods that it no longer needs are gone.
            if active.isEmpty {
                set("Complete", true, success.reason, success.message)
                status["completionTime"] = time
            }
        } else if completions.map({ done >= $0 }) ?? (done > 0 && active.isEmpty), !isSuspended {
            for type in ["SuccessCriteriaMet", "Complete"] { set(type, true, "CompletionsReached", "Reached expected number of succeeded pods") }
            status["completionTime"] = time
        } else if isSuspended {
            set("Suspended", true, "JobSuspended", "Job suspended")
        } else if kept.contains(where: { $0["type"] == "Suspended" }) {
            set("Suspended", false, "JobResumed", "Job resumed")
        }
        if !kept.isEmpty { status["conditions"] = .array(kept) }
        object["status"] = status
        if let seconds = spec?["activeDeadlineSeconds"]?.integer, failure == nil, !isSuspended {
            plane.later(.init(resource: resource.storageKey, key: stored.key), at: now.monotonic + .seconds(min(seconds, 3600)))
        }
        guard let fresh = store.object(resource, stored.namespace, stored.name) else { return }
        save(object, over: fresh, resource, subresource: "status", as: Self.manager, now)
    }

    /// A job that has ended is kept as long as it says, with its pods.
    private mutating func expire(_ stored: StoredObject, _ job: JSON, _ resource: ResourceDescriptor, since: String?, _ now: Now) {
        guard let seconds = job["spec"]?["ttlSecondsAfterFinished"]?.integer, let ended = since.flatMap({ Timestamp.parse($0) }) else { return }
        guard now.wall >= ended + .seconds(seconds) else {
            plane.later(.init(resource: resource.storageKey, key: stored.key), at: now.monotonic + .seconds(min(seconds, 3600)))
            return
        }
        var options = DeleteOptions()
        options.propagation = "Foreground"
        _ = try? remove(stored, resource, options, now)
    }

    private func lateness(of job: JSON, _ now: Now) -> JobJudgement.Verdict? {
        guard let seconds = job["spec"]?["activeDeadlineSeconds"]?.integer, let start = job["status"]?["startTime"]?.string.flatMap({ Timestamp.parse($0) }), now.wall >= start + .seconds(seconds) else { return nil }
        return ("DeadlineExceeded", "Job was active longer than specified deadline")
    }

    private mutating func makeWorker(of stored: StoredObject, _ job: JSON, _ resource: ResourceDescriptor, index: Int?, _ now: Now) {
        guard let pods = builtIn("", "pods") else { return }
        let template = job["spec"]?["template"]
        var pod: JSON = ["metadata": template?["metadata"] ?? [:], "spec": template?["spec"] ?? [:]]
        pod[path: "metadata", "namespace"] = .string(stored.namespace)
        pod[path: "metadata", "generateName"] = .string(stored.name + "-")
        pod[path: "metadata", "ownerReferences"] = [reference(to: stored, resource)]
        if let index {
            let key = "batch.kubernetes.io/job-completion-index"
            pod[path: "metadata", "generateName"] = .string("\(stored.name)-\(index)-")
            pod[path: "metadata", "annotations", key] = .string(String(index))
            pod[path: "metadata", "labels", key] = .string(String(index))
            if pod["spec"]?["hostname"] == nil { pod[path: "spec", "hostname"] = .string("\(stored.name)-\(index)") }
            for list in ["containers", "initContainers"] {
                pod["spec", default: [:]].each(list) {
                    $0["env"] = .array(($0["env"]?.array ?? []) + [["name": "JOB_COMPLETION_INDEX", "valueFrom": ["fieldRef": ["fieldPath": .string("metadata.labels['\(key)']")]]]])
                }
            }
        }
        make(pod, pods, as: Self.manager, now)
    }

    private static func index(of pod: StoredObject) -> Int? { pod.labels["batch.kubernetes.io/job-completion-index"].flatMap { Int($0) } }

    /// `0-2,5`.
    private static func ranges(of indexes: Set<Int>) -> String {
        var ranges: [ClosedRange<Int>] = []
        for index in indexes.sorted() {
            if let last = ranges.last, last.upperBound &+ 1 == index { ranges[ranges.count - 1] = last.lowerBound...index } else { ranges.append(index...index) }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }

    /// Jobs that have ended or are gone are no longer active.
    mutating func reconcileCronJob(_ stored: StoredObject, _ resource: ResourceDescriptor, _ now: Now) {
        guard let jobs = builtIn("batch", "jobs"), !stored.isDeleting else { return }
        var object = stored.json(resource)
        guard let active = object["status"]?["active"]?.array, !active.isEmpty else { return }
        var running: Set<String> = []
        for job in dependents(of: stored.uid, jobs) {
            let conditions = job.json(jobs)["status"]?["conditions"]?.array ?? []
            if !conditions.contains(where: { ($0["type"] == "Complete" || $0["type"] == "Failed") && $0["status"] == "True" }) { running.insert(job.uid) } else if conditions.contains(where: { $0["type"] == "Complete" }) {
                object[path: "status", "lastSuccessfulTime"] = job.json(jobs)["status"]?["completionTime"]
            }
        }
        let left = active.filter { running.contains($0["uid"]?.string ?? "") }
        guard left.count < active.count else { return }
        object[path: "status", "active"] = left.isEmpty ? nil : .array(left)
        save(object, over: stored, resource, subresource: "status", as: Self.manager, now)
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
            let before = object["status"]?["active"]?.array ?? []
            let running = Set(active.map(\.uid))
            let kept = object["spec"]?["concurrencyPolicy"] == "Replace" ? [] : before.filter { running.contains($0["uid"]?.string ?? "") }
            object[path: "status", "active"] = .array(kept + [["kind": "Job", "apiVersion": "batch/v1", "namespace": .string(cron.namespace), "name": made["metadata"]?["name"] ?? "", "uid": made["metadata"]?["uid"] ?? ""]])
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
