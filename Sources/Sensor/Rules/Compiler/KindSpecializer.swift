internal import Events

/// What is left of a condition when the kind of the event is known: usually very little.
///
/// Checks of fields that the kind does not have are false, the name of the system call is settled, and what follows from that is
/// folded. Then alternatives on the same field become one check (a set, a trie, an automaton), and cheap checks come first.
struct KindSpecializer {
    let kind: EventKind

    func specialize(_ condition: Condition) -> Condition {
        switch condition {
        case .constant: return condition
        case .check(let check): return specialize(check)
        case .not(let inner):
            switch specialize(inner) {
            case .constant(let value): return .constant(!value)
            case .not(let twice): return twice
            case let other: return .not(other)
            }
        case .all(let parts): return all(parts.map(specialize))
        case .any(let parts): return any(parts.map(specialize))
        }
    }

    private func specialize(_ check: Condition.Check) -> Condition {
        guard check.kinds.contains(kind) else { return .constant(false) }
        switch check.test {
        case .eventType(let wanted):
            var names = Set(EventNames.names(of: kind))
            if kind == .rmdir { names.insert("unlinkat") }
            if names.isDisjoint(with: wanted) { return .constant(false) }
            if !EventNames.isExact(kind) || names.isSubset(of: wanted) { return .constant(true) }
            return .check(Condition.Check(operand: check.operand, test: .eventType(wanted.intersection(names))))
        case .text(_, let literals) where literals.isEmpty: return .constant(false)
        case .numbers(let numbers) where numbers.isEmpty: return .constant(false)
        case .addresses(let ranges) where ranges.isEmpty: return .constant(false)
        default: break
        }
        guard check.operand.transforms.isEmpty, check.operand.argument == .none else { return .check(check) }
        switch (check.operand.field.name, check.test) {
        case ("evt.kind", .text(.equal, let names)): return .constant(names.contains(Array(kind.name.utf8)))
        // a call is one event: rules of the time when it was two, its entry and its return, mean this one by either
        case ("evt.dir", .text(.equal, let names)): return .constant(names.contains([0x3C]) || names.contains([0x3E]))
        // a number that is never 0 and always there: what rule files use for "never" and "always"
        case ("evt.num", .numbers(let numbers)) where numbers == [0]: return .constant(false)
        case ("evt.num", .order(.greaterOrEqual, 0)), ("evt.num", .order(.greater, 0)): return .constant(true)
        default: return outcome(check) ?? .check(check)
        }
    }

    /// What the kind of an open says of how it ended: those that failed are a kind of their own.
    private func outcome(_ check: Condition.Check) -> Condition? {
        guard kind == .open || kind == .openFailed else { return nil }
        let hasFailed = kind == .openFailed
        switch (check.operand.field.name, check.test) {
        case ("evt.failed", .flag(let wanted)): return .constant(wanted == hasFailed)
        case ("fd.num", .order(.greaterOrEqual, 0)), ("evt.rawres", .order(.greaterOrEqual, 0)): return .constant(!hasFailed)
        case ("fd.num", .order(.less, 0)), ("evt.rawres", .order(.less, 0)): return .constant(hasFailed)
        case ("fd.num", .numbers(let numbers)) where hasFailed || numbers == [-1]: return .constant(hasFailed && numbers.contains(-1))
        case ("evt.res", .text(.equal, let words)) where words == [Array("SUCCESS".utf8)]: return .constant(!hasFailed)
        case ("evt.res", .text(.startswith, let words)) where words == [Array("E".utf8)]: return .constant(hasFailed)
        default: return nil
        }
    }

    // MARK: Folding

    private func all(_ parts: [Condition]) -> Condition {
        var flat: [Condition] = []
        for part in parts {
            switch part {
            case .constant(true): break
            case .constant(false): return .constant(false)
            case .all(let inner): flat += inner
            default: flat.append(part)
            }
        }
        // not a and not b is not (a or b), and a or b may be one check
        let negated = flat.compactMap { if case .not(let inner) = $0 { inner } else { nil } }
        if negated.count > 1 {
            flat = flat.filter { if case .not = $0 { false } else { true } }
            switch any(negated) {
            case .constant(let value): if value { return .constant(false) }
            case .any(let rest): flat += rest.map { .not($0) }
            case let one: flat.append(.not(one))
            }
        }
        if flat.count < 2 { return flat.first ?? .constant(true) }
        return .all(sorted(flat))
    }

    private func any(_ parts: [Condition]) -> Condition {
        var flat: [Condition] = []
        for part in parts {
            switch part {
            case .constant(false): break
            case .constant(true): return .constant(true)
            case .any(let inner): flat += inner
            default: flat.append(part)
            }
        }
        flat = merged(flat)
        if flat.count < 2 { return flat.first ?? .constant(false) }
        return .any(sorted(flat))
    }

    private func merged(_ parts: [Condition]) -> [Condition] {
        var out: [Condition] = []
        var places: [String: [Int]] = [:]
        for part in parts {
            guard case .check(let check) = part, !check.isAll else {
                out.append(part)
                continue
            }
            var isMerged = false
            for at in places[check.operand.text] ?? [] {
                guard case .check(var other) = out[at], let test = other.test.merged(with: check.test) else { continue }
                other.test = test
                out[at] = .check(other)
                isMerged = true
                break
            }
            if !isMerged {
                places[check.operand.text, default: []].append(out.count)
                out.append(part)
            }
        }
        return out
    }

    private func sorted(_ parts: [Condition]) -> [Condition] {
        parts.enumerated().map { ($0.element.cost, $0.offset, $0.element) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }
}
