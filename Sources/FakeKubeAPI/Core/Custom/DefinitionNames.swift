/// The names that a definition wants, and those of them that no other definition of its group has.
struct DefinitionNames {
    private(set) var accepted: JSON
    private var conflict: (reason: String, message: String)?

    var isAccepted: Bool { conflict == nil }

    /// - Parameter others: the other definitions; only names that were accepted are taken.
    init(_ definition: JSON, others: [JSON]) {
        let wanted = definition["spec"]?["names"] ?? [:]
        let taken = others.filter { $0["spec"]?["group"] == definition["spec"]?["group"] }.compactMap { $0["status"]?["acceptedNames"] }
        let resources = Set(taken.flatMap { [$0.word("plural"), $0.word("singular")] + $0.list("shortNames").compactMap(\.string) }.filter { !$0.isEmpty })
        let kinds = Set(taken.flatMap { [$0.word("kind"), $0.word("listKind")] }.filter { !$0.isEmpty })
        accepted = definition["status"]?["acceptedNames"] ?? [:]
        var found: [(reason: String, message: String)] = []
        for key in ["plural", "singular"] {
            let name = wanted.word(key)
            if resources.contains(name) { found.append((key == "plural" ? "PluralConflict" : "SingularConflict", "\(JSON.string(name).text) is already in use")) } else { accepted[key] = wanted[key] }
        }
        let short = wanted.list("shortNames").compactMap(\.string).filter(resources.contains)
        if short.isEmpty { accepted["shortNames"] = wanted["shortNames"] } else {
            found.append(("ShortNamesConflict", short.count == 1 ? "\(JSON.string(short[0]).text) is already in use" : "[\(short.map { "\(JSON.string($0).text) is already in use" }.joined(separator: ", "))]"))
        }
        for key in ["kind", "listKind"] {
            let name = wanted.word(key)
            if kinds.contains(name) { found.append((key == "kind" ? "KindConflict" : "ListKindConflict", "\(JSON.string(name).text) is already in use")) } else { accepted[key] = wanted[key] }
        }
        accepted["categories"] = wanted["categories"]
        // The last one that is found stands in the condition.
        conflict = found.last
    }

    func conditions(over old: [JSON], at time: JSON) -> [JSON] {
        var conditions = old
        func set(_ type: String, _ holds: Bool, _ reason: String, _ message: String) {
            let condition: JSON = ["type": .string(type), "status": holds ? "True" : "False", "lastTransitionTime": time, "reason": .string(reason), "message": .string(message)]
            guard let at = conditions.firstIndex(where: { $0["type"]?.string == type }) else { return conditions.append(condition) }
            if conditions[at]["status"] != condition["status"] || conditions[at]["reason"] != condition["reason"] || conditions[at]["message"] != condition["message"] { conditions[at] = condition }
        }
        let wasEstablished = old.contains { $0["type"] == "Established" && $0["status"] == "True" }
        if let conflict { set("NamesAccepted", false, conflict.reason, conflict.message) } else { set("NamesAccepted", true, "NoConflicts", "no conflicts found") }
        if conflict == nil {
            set("Established", true, "InitialNamesAccepted", "the initial names have been accepted")
        } else if !wasEstablished {
            set("Established", false, "NotAccepted", "not all names are accepted")
        }
        return conditions
    }
}
