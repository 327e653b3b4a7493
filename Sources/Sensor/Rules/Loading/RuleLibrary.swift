internal import Events
internal import Foundations
internal import Yams

/// Everything that the rule files say, in their order: later items replace, append to or override earlier ones of their name.
struct RuleLibrary {
    private(set) var rules: [RuleDraft] = []
    private(set) var lists: [String: [ConditionCompiler.ListElement]] = [:]
    private(set) var macros: [String: SourceText] = [:]
    private(set) var macroPlaces: [String: SourcePlace] = [:]
    var rejected: [Diagnostic] = []
    var warnings: [Diagnostic] = []
    /// What a file says it needs and nobody gives, by file.
    private(set) var unsupported: [(rule: String, what: String)] = []
    private var ruleIndex: [String: Int] = [:]

    /// The version of the rule language that is spoken here, as `required_engine_version` counts.
    static let engineVersion = [0, 62, 0]
    /// What plugins give and this sensor gives by itself.
    static let pluginsBuiltIn: Set<String> = ["container", "k8smeta"]

    mutating func read(file name: String, text: String) {
        let yaml = YAMLFile(name: name, text: text)
        rejected += yaml.problems
        for (n, node) in yaml.items.enumerated() {
            do throws(Diagnostic) {
                try read(ItemReader(node, in: yaml, lineOffset: yaml.offset(ofItem: n)))
            } catch {
                rejected.append(error)
            }
        }
    }

    private mutating func read(_ item: ItemReader) throws(Diagnostic) {
        let kinds = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"].filter(item.has)
        guard let kind = kinds.first else {
            let first = item.allKeys.first
            let hint = first.map { ConditionParser.suggestion($0.name, ["rule", "macro", "list"]) } ?? ""
            let message = "an item begins with 'rule:', 'macro:' or 'list:'" + hint
            // items of a kind that is not known here are passed over, as long as they do not look like a rule, macro or list misspelt
            guard first != nil, hint.isEmpty, !["condition", "output", "priority", "desc"].contains(where: item.has) else { throw item.place.diagnostic(message) }
            warnings.append(item.place.diagnostic(message + "; this one is passed over"))
            return
        }
        guard kinds.count == 1 else { throw item.place.diagnostic("an item is one of '\(kinds.joined(separator: "', '"))', not several at once") }
        switch kind {
        case "rule": try readRule(item)
        case "macro": try readMacro(item)
        case "list": try readList(item)
        case "required_engine_version": try readEngineVersion(item)
        default: try readPlugins(item)
        }
    }

    private mutating func checkKeys(_ item: ItemReader, _ known: [String], subject: String) {
        for (name, place) in item.allKeys where !known.contains(name) {
            if name.first == YAMLFile.repeated {
                warnings.append(place.diagnostic("the key '\(name.dropFirst())' is there twice: the first one counts", subject: subject))
                continue
            }
            warnings.append(place.diagnostic("unknown key '\(name)' is passed over" + ConditionParser.suggestion(name, known), subject: subject))
        }
    }

    private func name(_ kind: String, _ item: ItemReader) throws(Diagnostic) -> String {
        guard let text = try item.text(kind), !text.text.isEmpty else { throw item.place(of: kind).diagnostic("the \(kind) has no name") }
        return text.text
    }

    // MARK: Requirements

    private mutating func readEngineVersion(_ item: ItemReader) throws(Diagnostic) {
        guard let text = try item.text("required_engine_version") else { return }
        let parts = text.text.split(separator: ".").map { Int($0) }
        guard !parts.isEmpty, parts.count <= 3, !parts.contains(nil) else { throw text.start.diagnostic("'\(text.text)' is no version") }
        let numbers = parts.compactMap { $0 }
        // before it became 0.x.y the version was a plain number: 0.31.0 came after 26
        let wanted = numbers.count == 1 ? [0, numbers[0], 0] : numbers + [Int](repeating: 0, count: 3 - numbers.count)
        guard Self.engineVersion.lexicographicallyPrecedes(wanted) else { return }
        let problem = text.start.diagnostic("asks for engine \(text.text); this one speaks \(Self.engineVersion.map(String.init).joined(separator: "."))")
        // a later 0.x.y adds names, and a rule that uses one of them says so itself; other numbers are of a language that is not this one
        guard numbers.count > 1, numbers[0] == Self.engineVersion[0] else { throw problem }
        warnings.append(problem)
    }

    private mutating func readPlugins(_ item: ItemReader) throws(Diagnostic) {
        for plugin in try item.items("required_plugin_versions") ?? [] {
            guard let name = try plugin.text("name") else { throw plugin.place.diagnostic("a plugin has a name") }
            guard plugin.has("version") else { throw plugin.place.diagnostic("plugin '\(name.text)' has no version") }
            var names = [name.text]
            for other in try plugin.items("alternatives") ?? [] { if let text = try other.text("name") { names.append(text.text) } }
            if Self.pluginsBuiltIn.isDisjoint(with: names) { warnings.append(name.start.diagnostic("no plugin '\(name.text)' here: rules for its events stay silent")) }
        }
    }

    // MARK: Lists and macros

    private mutating func readList(_ item: ItemReader) throws(Diagnostic) {
        let name = try name("list", item)
        do throws(Diagnostic) {
            var scanner = ConditionScanner(name)
            if scanner.bareWord() == nil || !scanner.isAtEnd {
                warnings.append(item.place(of: "list").diagnostic("'\(name)' is no name of a list: conditions cannot name it"))
            }
            checkKeys(item, ["list", "items", "append", "override"], subject: name)
            guard let items = try item.texts("items") else { throw item.place.diagnostic("list '\(name)' has no items") }
            let elements = items.map { text in
                let literal = ExceptionDraft.literal(text)
                return ConditionCompiler.ListElement(text: literal.text, isQuoted: literal.isQuoted)
            }
            if try overrides(item, ["items"])["items"] == .append {
                guard lists[name] != nil else { throw item.place.diagnostic("there is no list '\(name)' to append to" + ConditionParser.suggestion(name, lists.keys.sorted())) }
                lists[name, default: []] += elements
            } else {
                lists[name] = elements
            }
        } catch {
            throw error.about("list \(name)")
        }
    }

    private mutating func readMacro(_ item: ItemReader) throws(Diagnostic) {
        let name = try name("macro", item)
        do throws(Diagnostic) {
            var scanner = ConditionScanner(name)
            if scanner.identifier() == nil || !scanner.isAtEnd {
                warnings.append(
                    item.place(of: "macro").diagnostic("'\(name)' is no name of a macro, conditions cannot name it: letters, digits and underscores, the first one a letter"))
            }
            checkKeys(item, ["macro", "condition", "append", "override"], subject: name)
            guard let condition = try item.text("condition") else { throw item.place.diagnostic("macro '\(name)' has no condition") }
            if try overrides(item, ["condition"])["condition"] == .append {
                guard let before = macros[name] else { throw item.place.diagnostic("there is no macro '\(name)' to append to" + ConditionParser.suggestion(name, macros.keys.sorted())) }
                macros[name] = before.appending(condition)
            } else {
                macros[name] = condition
            }
            macroPlaces[name] = item.place
        } catch {
            throw error.about("macro \(name)")
        }
    }

    enum Override { case append, replace }
    /// What `append: true` means; whatever else such an item says has always been passed over.
    private static let appendedOfOld: Set<String> = ["condition", "exceptions", "items"]

    /// What `override` says per key, and what the older `append: true` stands for.
    private func overrides(_ item: ItemReader, _ appendable: [String]) throws(Diagnostic) -> [String: Override] {
        var out: [String: Override] = [:]
        if let override = try item.item("override") {
            for (key, place) in override.allKeys {
                guard item.has(key) else { throw place.diagnostic("'override' names '\(key)', which the item does not have") }
                switch try override.text(key)?.text {
                case "append":
                    guard appendable.contains(key) else { throw place.diagnostic("'\(key)' cannot be appended to, only replaced") }
                    out[key] = .append
                case "replace":
                    guard key != "source" else { throw place.diagnostic("'source' cannot be replaced") }
                    out[key] = .replace
                case let other: throw place.diagnostic("'\(other ?? "")' is neither 'append' nor 'replace'")
                }
            }
            if try item.flag("append") == true { throw item.place(of: "append").diagnostic("'append' and 'override' exclude each other") }
        } else if try item.flag("append") == true {
            for key in appendable where item.has(key) && Self.appendedOfOld.contains(key) { out[key] = .append }
        }
        return out
    }

    // MARK: Rules

    private static let ruleKeys = [
        "rule", "desc", "condition", "output", "priority", "enabled", "tags", "source", "exceptions", "override", "append", "capture", "capture_duration",
        "warn_evttypes", "skip-if-unknown-filter", "id", "severity", "techniques", "tactics", "threshold", "sequence",
    ]

    private mutating func readRule(_ item: ItemReader) throws(Diagnostic) {
        let name = try name("rule", item)
        do throws(Diagnostic) {
            checkKeys(item, Self.ruleKeys, subject: name)
            let overrides = try overrides(item, ["condition", "output", "desc", "tags", "exceptions", "techniques", "tactics"])
            if item.has("override") {
                for (key, place) in item.allKeys where Self.ruleKeys.dropFirst().contains(key) && !["override", "append", "source"].contains(key) && overrides[key] == nil {
                    throw place.diagnostic("'override' does not say what becomes of '\(key)'")
                }
                try change(name, item, overrides)
            } else if try item.flag("append") == true {
                if !overrides.values.contains(.append) { warnings.append(item.place(of: "append").diagnostic("'append' has neither a condition nor exceptions to add", subject: name)) }
                for (key, place) in item.allKeys where Self.ruleKeys.dropFirst().contains(key) && key != "append" && overrides[key] == nil {
                    warnings.append(place.diagnostic("'\(key)' is passed over: 'append' adds to the condition and the exceptions", subject: name))
                }
                try change(name, item, overrides)
            } else if !item.has("condition"), item.has("enabled") || item.has("exceptions"), ruleIndex[name] != nil {
                try change(name, item, [:])
            } else {
                try define(name, item)
            }
        } catch {
            throw error.about(name)
        }
    }

    private mutating func define(_ name: String, _ item: ItemReader) throws(Diagnostic) {
        for key in ["condition", "output", "priority"] where !item.has(key) { throw item.place.diagnostic("rule '\(name)' has no '\(key)'") }
        guard let condition = try item.text("condition"), let output = try item.text("output"), let priorityText = try item.text("priority") else { return }
        // a source that is not named is that of system calls
        let source = try item.text("source")?.text ?? ""
        let draft = RuleDraft(
            name: name, place: item.place, condition: condition, output: output, description: Self.oneLine(try item.text("desc")?.text ?? ""),
            priority: try priority(priorityText), severity: try severity(item), id: try item.text("id")?.text, tags: try item.texts("tags")?.map(\.text) ?? [],
            techniques: try techniques(item), tactics: try tactics(item), source: source.isEmpty ? "syscall" : source, isEnabled: try item.flag("enabled") ?? true,
            exceptions: try exceptions(item), correlation: try correlation(item), skipsUnknownFields: try item.flag("skip-if-unknown-filter") ?? false)
        if let index = ruleIndex[name] {
            rules[index] = draft
        } else {
            ruleIndex[name] = rules.count
            rules.append(draft)
        }
    }

    private mutating func change(_ name: String, _ item: ItemReader, _ overrides: [String: Override]) throws(Diagnostic) {
        guard let index = ruleIndex[name] else { throw item.place.diagnostic("there is no rule '\(name)' to change" + ConditionParser.suggestion(name, ruleIndex.keys.sorted())) }
        var draft = rules[index]
        let isPartial = item.has("override") || item.has("append")
        for key in Self.ruleKeys.dropFirst() where item.has(key) && key != "override" && key != "append" && (!isPartial || overrides[key] != nil) {
            let isAppend = overrides[key] == .append
            switch key {
            case "condition": if let text = try item.text(key) { draft.condition = isAppend ? draft.condition.appending(text) : text }
            case "output": if let text = try item.text(key) { draft.output = isAppend ? draft.output.appending(text) : text }
            case "desc": if let text = try item.text(key) { draft.description = isAppend ? draft.description + " " + Self.oneLine(text.text) : Self.oneLine(text.text) }
            case "tags": draft.tags = (isAppend ? draft.tags : []) + (try item.texts(key)?.map(\.text) ?? [])
            case "techniques": draft.techniques = (isAppend ? draft.techniques : []) + (try techniques(item))
            case "tactics": draft.tactics = (isAppend ? draft.tactics : []) + (try tactics(item))
            case "exceptions": try merge(try exceptions(item), into: &draft, isAppend: isAppend || overrides[key] == nil)
            case "enabled": draft.isEnabled = try item.flag(key) ?? draft.isEnabled
            case "priority": if let text = try item.text(key) { draft.priority = try priority(text) }
            case "severity": draft.severity = try severity(item)
            case "id": draft.id = try item.text(key)?.text
            case "threshold", "sequence": draft.correlation = try correlation(item)
            case "skip-if-unknown-filter": draft.skipsUnknownFields = try item.flag(key) ?? draft.skipsUnknownFields
            default: break
            }
        }
        rules[index] = draft
    }

    private func merge(_ exceptions: [ExceptionDraft], into draft: inout RuleDraft, isAppend: Bool) throws(Diagnostic) {
        guard isAppend else {
            draft.exceptions = exceptions
            return
        }
        for exception in exceptions {
            if let n = draft.exceptions.firstIndex(where: { $0.name == exception.name }) {
                draft.exceptions[n].values += exception.values
                if draft.exceptions[n].fields.isEmpty { (draft.exceptions[n].fields, draft.exceptions[n].comparators) = (exception.fields, exception.comparators) }
            } else {
                draft.exceptions.append(exception)
            }
        }
    }

    private static func oneLine(_ text: String) -> String { text.split { $0 == "\n" || $0 == " " || $0 == "\t" }.joined(separator: " ") }
}
