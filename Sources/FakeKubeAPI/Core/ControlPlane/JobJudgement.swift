/// What the pods of a job that have ended mean for the job, by its policies of failure and success.
struct JobJudgement {
    typealias Verdict = (reason: String, message: String)

    /// Failures that count against the limit.
    private(set) var failed = 0
    private(set) var failedIndexes: Set<Int> = []
    private(set) var failure: Verdict?
    private(set) var success: Verdict?

    /// - Parameters:
    ///   - failures: pods that have failed.
    ///   - succeeded: indexes that are done; empty for a job without indexes.
    init(_ job: JSON, failures: [JSON], succeeded: Set<Int>) {
        let spec = job["spec"] ?? [:]
        let perIndex = spec.number("backoffLimitPerIndex")
        var counts: [Int: Int64] = [:]
        for pod in failures {
            let index = (pod["metadata"]?["labels"]?["batch.kubernetes.io/job-completion-index"]?.string).flatMap { Int($0) }
            let match = Self.match(pod, spec["podFailurePolicy"]?.list("rules") ?? [])
            switch match?.action {
            case "Ignore": continue
            case "FailJob": failure = failure ?? ("PodFailurePolicy", "\(match?.words ?? "") matching FailJob rule at index \(match?.rule ?? 0)")
            case "FailIndex": if let index { failedIndexes.insert(index) }
            default: break
            }
            failed += 1
            guard let index, let perIndex else { continue }
            counts[index, default: 0] += 1
            if counts[index] ?? 0 > perIndex { failedIndexes.insert(index) }
        }
        failedIndexes.subtract(succeeded)
        success = Self.success(spec, succeeded)
        guard failure == nil, success == nil else { return }
        if failed > Int(spec.number("backoffLimit") ?? 6) { failure = ("BackoffLimitExceeded", "Job has reached the specified backoff limit") } else if let most = spec.number("maxFailedIndexes"), failedIndexes.count > Int(most) {
            failure = ("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
        } else if !failedIndexes.isEmpty, failedIndexes.count + succeeded.count >= Int(spec.number("completions") ?? 0) {
            failure = ("FailedIndexes", "Job has failed indexes")
        }
    }

    /// The first rule of a failure policy that a pod falls under.
    private static func match(_ pod: JSON, _ rules: [JSON]) -> (action: String, rule: Int, words: String)? {
        let name = "\(pod["metadata"]?.word("namespace") ?? "")/\(pod["metadata"]?.word("name") ?? "")"
        let statuses = (pod["status"]?.list("initContainerStatuses") ?? []) + (pod["status"]?.list("containerStatuses") ?? [])
        for (index, rule) in rules.enumerated() {
            if let codes = rule["onExitCodes"], codes != .null {
                let values = codes.list("values").compactMap(\.integer)
                let hit = statuses.first { status in
                    guard let code = status["state"]?["terminated"]?.number("exitCode"), code != 0, !codes.has("containerName") || codes["containerName"] == status["name"] else { return false }
                    return values.contains(code) == (codes["operator"] == "In")
                }
                if let hit { return (rule.word("action"), index, "Container \(hit.word("name")) for pod \(name) failed with exit code \(hit["state"]?["terminated"]?.number("exitCode") ?? 0)") }
            }
            let conditions = pod["status"]?.list("conditions") ?? []
            for wanted in rule.list("onPodConditions") where conditions.contains(where: { $0["type"] == wanted["type"] && $0["status"] == wanted["status"] }) {
                return (rule.word("action"), index, "Pod \(name) has condition \(wanted.word("type"))")
            }
        }
        return nil
    }

    private static func success(_ spec: JSON, _ succeeded: Set<Int>) -> Verdict? {
        let completions = spec.number("completions") ?? 0
        for (index, rule) in (spec["successPolicy"]?.list("rules") ?? []).enumerated() {
            var wanted: Set<Int>?
            if let text = rule["succeededIndexes"]?.string, case .success(let found) = JobIndexes.parse(text, below: completions) { wanted = Set(found.map(Int.init)) }
            let done = wanted.map(succeeded.intersection) ?? succeeded
            let isMet = rule.number("succeededCount").map { done.count >= Int($0) } ?? (wanted.map { !$0.isEmpty && done == $0 } ?? false)
            if isMet { return ("SuccessPolicy", "Matched rules at index \(index)") }
        }
        return nil
    }
}
