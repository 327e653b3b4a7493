/// Deployments, ReplicaSets, DaemonSets, StatefulSets, replication controllers.
enum WorkloadValidation {
    static func check(_ object: JSON, _ old: JSON?, _ resource: ResourceDescriptor, _ validation: inout Validation) {
        let spec = object["spec"]
        guard resource.kind != "ControllerRevision" else {
            if let old { validation.immutable(object["data"], old["data"], "data") }
            return
        }
        validation.atLeast(0, spec?["replicas"], "spec.replicas")
        if resource.kind == "ReplicationController" {
            if spec?["selector"]?.isEmpty ?? true { validation.add(.required("spec.selector")) }
        } else {
            validation.selector(spec?["selector"], template: spec?["template"], "spec", kind: resource.kind)
        }
        if let old, resource.kind != "ReplicationController", resource.kind != "StatefulSet" { validation.immutable(spec?["selector"], old["spec"]?["selector"], "spec.selector") }
        checkTemplate(spec?["template"], "spec.template", &validation)
        let policy = spec?["template"]?["spec"]?["restartPolicy"]
        if policy?.string != "Always" { validation.add(.notSupported("spec.template.spec.restartPolicy", policy ?? "", ["Always"])) }
        if spec?["template"]?["spec"]?["activeDeadlineSeconds"] != nil { validation.add(.forbidden("spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in \(resource.kind) is not Supported")) }
        validation.atLeast(0, spec?["minReadySeconds"], "spec.minReadySeconds")
        validation.atLeast(0, spec?["revisionHistoryLimit"], "spec.revisionHistoryLimit")
        switch resource.kind {
        case "Deployment": checkDeployment(spec, &validation)
        case "DaemonSet": checkDaemonSet(spec, &validation)
        case "StatefulSet": checkStatefulSet(spec, old?["spec"], &validation)
        default: break
        }
    }

    static func checkTemplate(_ template: JSON?, _ path: String, _ validation: inout Validation) {
        validation.labels(template?["metadata"]?["labels"], "\(path).labels")
        PodValidation.check(template?["spec"], "\(path).spec", &validation)
    }

    private static func number(_ value: JSON?) -> Int64 {
        if let text = value?.string, text.hasSuffix("%") { return Int64(text.dropLast()) ?? 0 }
        return value?.integer ?? 0
    }

    private static func checkAmount(_ value: JSON?, _ field: String, _ validation: inout Validation) {
        switch value {
        case .string(let text)?:
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()), percent >= 0 else {
                validation.add(.invalid(field, .string(text), "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"))
                return
            }
        case .integer(let amount)?: if amount < 0 { validation.add(.invalid(field, .integer(amount), "must be greater than or equal to 0")) }
        default: break
        }
    }

    private static func checkDeployment(_ spec: JSON?, _ validation: inout Validation) {
        let strategy = spec?["strategy"]
        switch strategy?["type"]?.string ?? "" {
        case "Recreate": if strategy?["rollingUpdate"] != nil { validation.add(.forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'")) }
        case "RollingUpdate":
            let rolling = strategy?["rollingUpdate"]
            checkAmount(rolling?["maxUnavailable"], "spec.strategy.rollingUpdate.maxUnavailable", &validation)
            checkAmount(rolling?["maxSurge"], "spec.strategy.rollingUpdate.maxSurge", &validation)
            if number(rolling?["maxUnavailable"]) == 0, number(rolling?["maxSurge"]) == 0 {
                validation.add(.invalid("spec.strategy.rollingUpdate.maxUnavailable", rolling?["maxUnavailable"] ?? 0, "may not be 0 when `maxSurge` is 0"))
            }
        default: validation.oneOf(["Recreate", "RollingUpdate"], strategy?["type"], "spec.strategy.type")
        }
        if let deadline = spec?["progressDeadlineSeconds"]?.integer {
            validation.atLeast(0, .integer(deadline), "spec.progressDeadlineSeconds")
            if deadline <= spec?["minReadySeconds"]?.integer ?? 0 { validation.add(.invalid("spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds")) }
        }
    }

    private static func checkDaemonSet(_ spec: JSON?, _ validation: inout Validation) {
        let strategy = spec?["updateStrategy"]
        switch strategy?["type"]?.string ?? "" {
        case "OnDelete": break
        case "RollingUpdate":
            let rolling = strategy?["rollingUpdate"]
            checkAmount(rolling?["maxUnavailable"], "spec.updateStrategy.rollingUpdate.maxUnavailable", &validation)
            checkAmount(rolling?["maxSurge"], "spec.updateStrategy.rollingUpdate.maxSurge", &validation)
            if number(rolling?["maxUnavailable"]) == 0, number(rolling?["maxSurge"]) == 0 {
                validation.add(.required("spec.updateStrategy.rollingUpdate.maxUnavailable", "cannot be 0 when maxSurge is 0"))
            }
        case let other:
            let shown = "{\"Type\":\(JSON.string(other).text),\"RollingUpdate\":\(strategy?["rollingUpdate"]?.text ?? "null")}"
            validation.add(.init(reason: .notSupported, field: "spec.updateStrategy", body: "Unsupported value: \(shown): supported values: \"RollingUpdate\", \"OnDelete\""))
        }
    }

    private static func checkStatefulSet(_ spec: JSON?, _ old: JSON?, _ validation: inout Validation) {
        validation.oneOf(["OrderedReady", "Parallel"], spec?["podManagementPolicy"], "spec.podManagementPolicy")
        validation.atLeast(0, spec?["updateStrategy"]?["rollingUpdate"]?["partition"], "spec.updateStrategy.rollingUpdate.partition")
        guard let old else { return }
        let free: Set = ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"]
        func fixed(_ spec: JSON?) -> [String: JSON] { (spec?.object ?? [:]).filter { !free.contains($0.key) } }
        if fixed(spec) != fixed(old) {
            validation.add(.forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"))
        }
    }
}

/// Jobs and what makes them on time.
enum JobValidation {
    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"]
        checkSpec(spec, "spec", &validation)
        if object["metadata"]?["name"]?.string?.utf8.count ?? 0 > 63, old == nil {
            validation.add(.invalid("metadata.name", object["metadata"]?["name"] ?? "", "must be no more than 63 bytes"))
        }
        guard let before = old?["spec"] else { return }
        if spec?["completions"] != before["completions"], spec?["completionMode"] != "Indexed" || spec?["completions"] != spec?["parallelism"] { validation.immutable(spec?["completions"], before["completions"], "spec.completions") }
        validation.immutable(spec?["selector"], before["selector"], "spec.selector")
        var template = spec?["template"]
        var oldTemplate = before["template"]
        if before["suspend"] == true {
            // A suspended job may still move to other nodes.
            for key in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
                template?[path: "spec", key] = nil
                oldTemplate?[path: "spec", key] = nil
            }
        }
        if template != oldTemplate { validation.add(.init(reason: .invalid, field: "spec.template", body: "Invalid value: \(spec?["template"]?.text ?? ""): field is immutable")) }
        validation.immutable(spec?["completionMode"], before["completionMode"], "spec.completionMode")
    }

    private static func checkSpec(_ spec: JSON?, _ path: String, _ validation: inout Validation) {
        for key in ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"] { validation.atLeast(0, spec?[key], "\(path).\(key)") }
        if spec?["completionMode"] == "Indexed", spec?["completions"] == nil { validation.add(.required("\(path).completions", "when completion mode is Indexed")) }
        WorkloadValidation.checkTemplate(spec?["template"], "\(path).template", &validation)
        let policy = spec?["template"]?["spec"]?["restartPolicy"]?.string ?? ""
        if policy == "" || policy == "Always" {
            validation.add(.required("\(path).template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""))
        } else if policy != "OnFailure", policy != "Never" {
            validation.add(.notSupported("\(path).template.spec.restartPolicy", .string(policy), ["OnFailure", "Never"]))
        }
    }

    static func checkCronJob(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let name = object["metadata"]?["name"]?.string ?? ""
        if name.utf8.count > 52, old == nil { validation.add(.invalid("metadata.name", .string(name), "must be no more than 52 characters")) }
        let spec = object["spec"]
        let schedule = spec?["schedule"]?.string ?? ""
        if schedule.isEmpty { validation.add(.required("spec.schedule")) } else if let wrong = CronSchedule.failure(schedule) { validation.add(.invalid("spec.schedule", .string(schedule), wrong)) }
        validation.atLeast(0, spec?["startingDeadlineSeconds"], "spec.startingDeadlineSeconds")
        validation.oneOf(["Allow", "Forbid", "Replace"], spec?["concurrencyPolicy"], "spec.concurrencyPolicy")
        checkSpec(spec?["jobTemplate"]?["spec"], "spec.jobTemplate.spec", &validation)
        validation.atLeast(0, spec?["successfulJobsHistoryLimit"], "spec.successfulJobsHistoryLimit")
        validation.atLeast(0, spec?["failedJobsHistoryLimit"], "spec.failedJobsHistoryLimit")
    }
}
