package import Foundations

/// What is to go wrong, as a test asked for it: rules that are tried in order, the first that matches a request decides.
///
/// Told over the control port as `{"seed": 1, "rules": [{"match": {"verb", "resource", "user", "after", "count", "probability"},
/// "fault": {...}}]}`; a bare list of rules is taken too. `after` lets so many matching requests pass first, `count` ends the rule.
package struct FaultPlan: Sendable {
    package struct Rule: Sendable {
        var verb: String?
        var resource: String?
        var user: String?
        var path: String?
        var after = 0
        var count: Int?
        var probability = 1.0
        var fault: Fault
        var seen = 0
        var used = 0
    }

    package struct Fault: Sendable, Equatable {
        /// Answer with this status and reason instead.
        var status: Int?
        var retryAfterSeconds: Int?
        var message: String?
        /// Answer late.
        var latencyMilliseconds: Int?
        /// Cut a watch after so many events.
        var cutWatchAfterEvents: Int?
        /// Say 410 to a list, and by an ERROR event to a watch.
        var gone = false
        /// Wait so long before each batch of a watch.
        var slowWatchMilliseconds: Int?
        var dropBookmarks = false
        /// Close the connection without an answer.
        var disconnect = false
    }

    package private(set) var rules: [Rule] = []
    private var generator: SeededGenerator

    package init() { generator = SeededGenerator(seed: 1) }

    /// - Throws: a `Diagnostic` that names the rule and the field.
    package init(json: JSON) throws(Diagnostic) {
        generator = SeededGenerator(seed: UInt64(clamping: json["seed"]?.integer ?? 1))
        guard let list = json.array ?? json["rules"]?.array else { throw Diagnostic(file: "faults", message: "a list of rules is needed, or an object with `rules`") }
        for (index, entry) in list.enumerated() { rules.append(try Self.rule(entry, "rules[\(index)]")) }
    }

    private static func rule(_ json: JSON, _ place: String) throws(Diagnostic) -> Rule {
        guard json.object != nil else { throw Diagnostic(file: "faults", subject: place, message: "\(place): an object is needed") }
        try check(json, place, ["match", "fault"])
        let match = json["match"] ?? [:]
        guard let wanted = json["fault"] else { throw Diagnostic(file: "faults", subject: place, message: "\(place).fault: is missing") }
        try check(match, "\(place).match", ["verb", "resource", "user", "path", "after", "count", "probability"])
        try check(wanted, "\(place).fault", ["status", "retryAfterSeconds", "message", "latencyMs", "cutWatchAfterEvents", "gone", "slowWatchMs", "dropBookmarks", "disconnect"])
        func number(_ object: JSON, _ key: String) throws(Diagnostic) -> Int? {
            guard let value = object[key] else { return nil }
            guard let number = value.integer, number >= 0 else { throw Diagnostic(file: "faults", subject: place, message: "\(place): `\(key)` must be a whole number of 0 or more") }
            return Int(number)
        }
        var fault = Fault()
        fault.status = try number(wanted, "status")
        if let status = fault.status, !(400...599).contains(status) { throw Diagnostic(file: "faults", subject: place, message: "\(place): `status` must be from 400 to 599") }
        fault.retryAfterSeconds = try number(wanted, "retryAfterSeconds")
        fault.message = wanted["message"]?.string
        fault.latencyMilliseconds = try number(wanted, "latencyMs")
        fault.cutWatchAfterEvents = try number(wanted, "cutWatchAfterEvents")
        fault.gone = wanted["gone"]?.bool ?? false
        fault.slowWatchMilliseconds = try number(wanted, "slowWatchMs")
        fault.dropBookmarks = wanted["dropBookmarks"]?.bool ?? false
        fault.disconnect = wanted["disconnect"]?.bool ?? false
        var rule = Rule(fault: fault)
        rule.verb = match["verb"]?.string
        rule.resource = match["resource"]?.string
        rule.user = match["user"]?.string
        rule.path = match["path"]?.string
        rule.after = try number(match, "after") ?? 0
        rule.count = try number(match, "count")
        switch match["probability"] {
        case nil: break
        case .double(let value)? where (0...1).contains(value): rule.probability = value
        case .integer(let value)? where (0...1).contains(value): rule.probability = Double(value)
        default: throw Diagnostic(file: "faults", subject: place, message: "\(place): `probability` must be from 0 to 1")
        }
        return rule
    }

    private static func check(_ object: JSON, _ place: String, _ known: Set<String>) throws(Diagnostic) {
        if let unknown = (object.object ?? [:]).keys.sorted().first(where: { !known.contains($0) }) {
            throw Diagnostic(file: "faults", subject: place, message: "\(place): unknown field `\(unknown)`")
        }
    }

    /// The fault for this request, counted.
    mutating func fault(verb: String, resource: String, user: String, path: String) -> Fault? {
        for index in rules.indices {
            let rule = rules[index]
            guard rule.verb.map({ $0 == verb }) ?? true, rule.resource.map({ $0 == resource }) ?? true, rule.user.map({ $0 == user }) ?? true,
                rule.path.map({ path.hasPrefix($0) }) ?? true
            else { continue }
            rules[index].seen += 1
            guard rules[index].seen > rule.after, rule.count.map({ rule.used < $0 }) ?? true else { continue }
            if rule.probability < 1, Double.random(in: 0..<1, using: &generator) >= rule.probability { continue }
            rules[index].used += 1
            return rule.fault
        }
        return nil
    }

    package var json: JSON {
        .array(rules.map { rule in
            var match: JSON = [:]
            match["verb"] = rule.verb.map(JSON.string)
            match["resource"] = rule.resource.map(JSON.string)
            match["user"] = rule.user.map(JSON.string)
            match["path"] = rule.path.map(JSON.string)
            if rule.after > 0 { match["after"] = JSON(rule.after) }
            match["count"] = rule.count.map(JSON.init)
            if rule.probability < 1 { match["probability"] = .double(rule.probability) }
            var fault: JSON = [:]
            fault["status"] = rule.fault.status.map(JSON.init)
            fault["retryAfterSeconds"] = rule.fault.retryAfterSeconds.map(JSON.init)
            fault["message"] = rule.fault.message.map(JSON.string)
            fault["latencyMs"] = rule.fault.latencyMilliseconds.map(JSON.init)
            fault["cutWatchAfterEvents"] = rule.fault.cutWatchAfterEvents.map(JSON.init)
            fault["slowWatchMs"] = rule.fault.slowWatchMilliseconds.map(JSON.init)
            if rule.fault.gone { fault["gone"] = true }
            if rule.fault.dropBookmarks { fault["dropBookmarks"] = true }
            if rule.fault.disconnect { fault["disconnect"] = true }
            return ["match": match, "fault": fault, "matched": JSON(rule.seen), "applied": JSON(rule.used)]
        })
    }
}
