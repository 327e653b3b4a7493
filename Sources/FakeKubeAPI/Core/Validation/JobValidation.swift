/// Jobs and what makes them on time.
enum JobValidation {
    private static let indexesMax: Int64 = 100_000
    private static let indexesSoftMax: Int64 = 100_000
    private static let parallelismMax: Int64 = 100_000

    static func check(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let spec = object["spec"] ?? [:]
        if object["metadata"]?.word("name").utf8.count ?? 0 > 63, old == nil {
            validation.add(.invalid("metadata.name", object["metadata"]?["name"] ?? "", "must be no more than 63 bytes"))
        }
        checkSpec(spec, "spec", &validation)
        if spec.has("selector") { validation.selector(spec["selector"], "spec.selector") } else { validation.add(.required("spec.selector")) }
        let labels = spec["template"]?["metadata"]?["labels"] ?? .null
        if spec.has("selector"), !LabelSelector(object: spec["selector"]).matches(labels.strings) { validation.add(.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")) }
        guard let before = old?["spec"] else { return }
        if spec["completions"] != before["completions"], spec["completionMode"] != "Indexed" || spec["completions"] != spec["parallelism"] { validation.immutable(spec["completions"], before["completions"], "spec.completions") }
        validation.immutable(spec["selector"], before["selector"], "spec.selector")
        var template = spec["template"]
        var oldTemplate = before["template"]
        if before["suspend"] == true {
            // A suspended job may still move to other nodes.
            for key in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
                template?[path: "spec", key] = nil
                oldTemplate?[path: "spec", key] = nil
            }
            for key in ["labels", "annotations"] {
                template?[path: "metadata", key] = nil
                oldTemplate?[path: "metadata", key] = nil
            }
        }
        if template != oldTemplate { validation.add(.init(reason: .invalid, field: "spec.template", body: "Invalid value: \(spec["template"]?.text ?? ""): field is immutable")) }
        for key in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"] { validation.immutable(spec[key], before[key], "spec.\(key)") }
    }

    private static func checkSpec(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        for key in ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"] { validation.notNegative(spec[key], "\(path).\(key)") }
        if spec.has("maxFailedIndexes"), !spec.has("backoffLimitPerIndex") { validation.add(.required("\(path).backoffLimitPerIndex", "when maxFailedIndexes is specified")) }
        if let name = spec["managedBy"]?.string {
            if name.split(separator: "/", maxSplits: 1).count < 2 { validation.add(.invalid("\(path).managedBy", .string(name), "must be a domain-prefixed path (such as \"acme.io/foo\")")) }
            if name.utf8.count > 63 { validation.add(.tooLong("\(path).managedBy", 63)) }
        }
        let isIndexed = spec["completionMode"] == "Indexed"
        validation.known(["NonIndexed", "Indexed"], spec["completionMode"], "\(path).completionMode")
        if isIndexed { checkIndexed(spec, path, &validation) } else {
            for key in ["backoffLimitPerIndex", "maxFailedIndexes"] where spec.has(key) { validation.add(.invalid("\(path).\(key)", spec[key] ?? 0, "requires indexed completion mode")) }
        }
        if spec.has("podFailurePolicy") { JobPolicyValidation.checkFailures(spec, "\(path).podFailurePolicy", &validation) }
        if spec.has("successPolicy") {
            if isIndexed { JobPolicyValidation.checkSuccess(spec, "\(path).successPolicy", &validation) } else {
                validation.add(.init(reason: .invalid, field: "\(path).successPolicy", body: "Invalid value: \(JobPolicyValidation.shown(spec["successPolicy"])): requires indexed completion mode"))
            }
        }
        let replacement = spec.word("podReplacementPolicy")
        let known = spec.has("podFailurePolicy") ? ["Failed"] : ["Failed", "TerminatingOrFailed"]
        if spec.has("podReplacementPolicy"), !known.contains(replacement) { validation.add(.notSupported("\(path).podReplacementPolicy", .string(replacement), known)) }
        WorkloadValidation.checkTemplate(spec["template"], "\(path).template", &validation)
        let policy = spec["template"]?["spec"]?.word("restartPolicy") ?? ""
        let field = "\(path).template.spec.restartPolicy"
        if policy == "" || policy == "Always" { validation.add(.required(field, "valid values: \"OnFailure\", \"Never\"")) } else if policy != "OnFailure", policy != "Never" {
            validation.add(.notSupported(field, .string(policy), ["OnFailure", "Never"]))
        } else if spec.has("podFailurePolicy"), policy != "Never" {
            validation.add(.invalid(field, .string(policy), "only \"Never\" is supported when podFailurePolicy is specified"))
        }
    }

    private static func checkIndexed(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        guard let completions = spec.number("completions") else {
            validation.add(.required("\(path).completions", "when completion mode is Indexed"))
            return
        }
        if let parallelism = spec.number("parallelism"), parallelism > parallelismMax {
            validation.add(.invalid("\(path).parallelism", .integer(parallelism), "must be less than or equal to \(parallelismMax) when completion mode is Indexed"))
        }
        guard let failures = spec.number("maxFailedIndexes") else {
            if completions > indexesSoftMax, spec.has("backoffLimitPerIndex") { validation.add(.required("\(path).maxFailedIndexes", "must be specified when completions is above \(indexesSoftMax)")) }
            return
        }
        if failures > completions { validation.add(.invalid("\(path).maxFailedIndexes", .integer(failures), "must be less than or equal to completions")) }
        if failures > indexesMax { validation.add(.invalid("\(path).maxFailedIndexes", .integer(failures), "must be less than or equal to \(indexesMax)")) }
    }

    static func checkCronJob(_ object: JSON, _ old: JSON?, _ validation: inout Validation) {
        let name = object["metadata"]?.word("name") ?? ""
        let spec = object["spec"] ?? [:]
        let schedule = spec.word("schedule")
        if schedule.isEmpty { validation.add(.required("spec.schedule")) } else {
            if let wrong = CronSchedule.failure(schedule) { validation.add(.invalid("spec.schedule", .string(schedule), wrong)) }
            if schedule.contains("TZ") { validation.add(.invalid("spec.schedule", .string(schedule), "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")) }
        }
        validation.notNegative(spec["startingDeadlineSeconds"], "spec.startingDeadlineSeconds")
        validation.oneOf(["Allow", "Forbid", "Replace"], spec["concurrencyPolicy"], "spec.concurrencyPolicy")
        checkSpec(spec["jobTemplate"]?["spec"] ?? [:], "spec.jobTemplate.spec", &validation)
        if let selector = spec["jobTemplate"]?["spec"]?["selector"], selector != .null { validation.add(.invalid("spec.jobTemplate.spec.selector", selector, "`selector` will be auto-generated")) }
        if spec["jobTemplate"]?["spec"]?["manualSelector"] == true { validation.add(.notSupported("spec.jobTemplate.spec.manualSelector", true, ["nil", "false"])) }
        validation.notNegative(spec["successfulJobsHistoryLimit"], "spec.successfulJobsHistoryLimit")
        validation.notNegative(spec["failedJobsHistoryLimit"], "spec.failedJobsHistoryLimit")
        if let zone = spec["timeZone"]?.string {
            if zone.isEmpty { validation.add(.invalid("spec.timeZone", .string(zone), "timeZone must be nil or non-empty string")) } else {
                if zone.lowercased() == "local" { validation.add(.invalid("spec.timeZone", .string(zone), "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")) }
                if !TimeZones.isKnown(zone) { validation.add(.invalid("spec.timeZone", .string(zone), "unknown time zone \(zone)")) }
            }
        }
        if name.utf8.count > 52, old == nil { validation.add(.invalid("metadata.name", .string(name), "must be no more than 52 characters")) }
    }
}

/// When a job has failed, or succeeded, before all of its pods have.
enum JobPolicyValidation {
    private static let rulesMax = 20
    private static let valuesMax = 255

    private static func tooMany(_ field: String, _ count: Int, _ most: Int) -> FieldError { .init(reason: .tooMany, field: field, body: "Too many: \(count): must have at most \(most) items") }

    /// A choice that must be made; its absence tells what there is.
    private static func choice(_ known: [String], _ value: JSON?, _ field: String, _ validation: inout Validation) {
        let text = value?.string ?? ""
        if text.isEmpty { validation.add(.required(field, "valid values: [\(known.map { "\"\($0)\"" }.joined(separator: " "))]")) } else if !known.contains(text) {
            validation.add(.notSupported(field, .string(text), known))
        }
    }

    static func checkFailures(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        let rules = spec["podFailurePolicy"]?.list("rules") ?? []
        if rules.count > rulesMax { validation.add(tooMany("\(path).rules", rules.count, rulesMax)) }
        let pod = spec["template"]?["spec"] ?? [:]
        let names = Set((pod.list("containers") + pod.list("initContainers")).map { $0.word("name") })
        for (index, rule) in rules.enumerated() {
            let place = "\(path).rules[\(index)]"
            if rule["action"] == "FailIndex" {
                if !spec.has("backoffLimitPerIndex") { validation.add(.invalid("\(place).action", "FailIndex", "requires the backoffLimitPerIndex to be set")) }
            } else {
                choice(["Count", "FailIndex", "FailJob", "Ignore"], rule["action"], "\(place).action", &validation)
            }
            if let codes = rule["onExitCodes"], codes != .null { checkCodes(codes, "\(place).onExitCodes", names, &validation) }
            let conditions = rule.list("onPodConditions")
            if conditions.count > rulesMax { validation.add(tooMany("\(place).onPodConditions", conditions.count, rulesMax)) }
            for (number, condition) in conditions.enumerated() {
                validation.name(NameRules.qualifiedName, condition.word("type"), "\(place).onPodConditions[\(number)].type")
                choice(["False", "True", "Unknown"], condition["status"], "\(place).onPodConditions[\(number)].status", &validation)
            }
            func refuse(_ why: String) { validation.add(.init(reason: .invalid, field: place, body: "Invalid value: \(why)")) }
            if rule.has("onExitCodes"), !conditions.isEmpty { refuse("specifying both OnExitCodes and OnPodConditions is not supported") }
            if !rule.has("onExitCodes"), conditions.isEmpty { refuse("specifying one of OnExitCodes and OnPodConditions is required") }
        }
    }

    private static func checkCodes(_ codes: JSON, _ path: String, _ names: Set<String>, _ validation: inout Validation) {
        choice(["In", "NotIn"], codes["operator"], "\(path).operator", &validation)
        if let name = codes["containerName"]?.string, !names.contains(name) {
            validation.add(.invalid("\(path).containerName", .string(name), "must be one of the container or initContainer names in the pod template"))
        }
        let values = codes.list("values").map { $0.integer ?? 0 }
        if values.isEmpty { validation.add(.invalid("\(path).values", codes["values"] ?? .null, "at least one value is required")) }
        if values.count > valuesMax { validation.add(tooMany("\(path).values", values.count, valuesMax)) }
        var seen: Set<Int64> = []
        for (index, value) in values.enumerated() {
            if codes["operator"] == "In", value == 0 { validation.add(.invalid("\(path).values[\(index)]", 0, "must not be 0 for the In operator")) }
            if !seen.insert(value).inserted { validation.add(.duplicate("\(path).values[\(index)]", .integer(value))) }
        }
        if zip(values, values.dropFirst()).contains(where: { $0 > $1 }) { validation.add(.invalid("\(path).values", codes["values"] ?? [], "must be ordered")) }
    }

    /// The policy as the real server prints its own form of it.
    static func shown(_ policy: JSON?) -> String {
        let rules = (policy?.list("rules") ?? []).map { "{\"SucceededIndexes\":\(($0["succeededIndexes"] ?? .null).text),\"SucceededCount\":\(($0["succeededCount"] ?? .null).text)}" }
        return "{\"Rules\":\(rules.isEmpty ? "null" : "[\(rules.joined(separator: ","))]")}"
    }

    static func checkSuccess(_ spec: JSON, _ path: String, _ validation: inout Validation) {
        let rules = spec["successPolicy"]?.list("rules") ?? []
        let completions = spec.number("completions") ?? 0
        if rules.isEmpty { validation.add(.required("\(path).rules", "at least one rules must be specified when the successPolicy is specified")) }
        if rules.count > rulesMax { validation.add(tooMany("\(path).rules", rules.count, rulesMax)) }
        for (index, rule) in rules.enumerated() {
            let place = "\(path).rules[\(index)]"
            if !rule.has("succeededCount"), !rule.has("succeededIndexes") { validation.add(.required(place, "at least one of succeededCount or succeededIndexes must be specified")) }
            var total: Int64 = 0
            if let text = rule["succeededIndexes"]?.string {
                switch JobIndexes.parse(text, below: completions) {
                case .success(let found): total = Int64(found.count)
                case .failure(let failure): validation.add(.invalid("\(place).succeededIndexes", .string(text), "error parsing succeededIndexes: \(failure.message)"))
                }
            }
            guard let count = rule.number("succeededCount") else { continue }
            validation.notNegative(.integer(count), "\(place).succeededCount")
            if count > completions { validation.add(.invalid("\(place).succeededCount", .integer(count), "must be less than or equal to \(completions) (the number of specified completions)")) }
            if rule.has("succeededIndexes"), count > total {
                validation.add(.invalid("\(place).succeededCount", .integer(count), "must be less than or equal to \(total) (the number of indexes in the specified succeededIndexes field)"))
            }
        }
    }
}
