/// Holds an object against the rules of its schema, within a budget; findings in the words of the real validator.
struct RuleValidation {
    private(set) var findings: [FieldError] = []
    /// Findings about what an update has not touched: told, not enforced.
    private(set) var warnings: [String] = []
    private var budget = CELEvaluation.budget
    private var isExhausted = false
    private let types: CELTypes

    /// Bytes of a message that an expression gives.
    static let messageBytesMax = 5 * 1024

    init(_ object: JSON, old: JSON?, _ tree: RuleTree) {
        types = tree.types
        if !tree.root.isEmpty { check(object, old, tree.root, "", isUnchanged: old == object) }
    }

    /// - Parameter isUnchanged: the value, or the nearest one around it that has an old value to be compared with, is as it was.
    private mutating func check(_ value: JSON, _ old: JSON?, _ node: RuleTree.Node, _ path: String, isUnchanged: Bool) {
        guard value != .null, !isExhausted else { return }
        apply(node, value, old == .null ? nil : old, path, isUnchanged: isUnchanged)
        for part in node.allOf { check(value, old, part, path, isUnchanged: false) }
        switch value {
        case .array(let items):
            guard let item = node.items.first else { return }
            let before = node.listKeys.isEmpty ? [] : old?.array ?? []
            for (index, element) in items.enumerated() {
                let same = before.first { earlier in node.listKeys.allSatisfy { earlier[$0] == element[$0] } }
                check(element, same, item, "\(path)[\(index)]", isUnchanged: same.map { $0 == element } ?? isUnchanged)
            }
        case .object(let members):
            for (key, member) in members.sorted(by: { $0.key < $1.key }) {
                let same = node.isAtomicMap ? nil : old?[key]
                let isSame = same.map { $0 == member } ?? isUnchanged
                if let additional = node.additional.first { check(member, same, additional, "\(path)[\(key)]", isUnchanged: isSame) }
                if let property = node.properties[key] { check(member, same, property, path.isEmpty ? key : "\(path).\(key)", isUnchanged: isSame) }
            }
        default: break
        }
    }

    // MARK: Rules of one value

    private mutating func apply(_ node: RuleTree.Node, _ value: JSON, _ old: JSON?, _ path: String, isUnchanged: Bool) {
        guard !node.rules.isEmpty else { return }
        let current = CELValue(value, as: node.type, types)
        let before = old.map { CELValue($0, as: node.type, types) }
        // A place without a name is printed as Go prints nil.
        let place = path.isEmpty ? "<nil>" : path
        for rule in node.rules {
            // A rule about a change needs something that was there before.
            if rule.usesOld, before == nil, !rule.isOldOptional { continue }
            var evaluation = CELEvaluation(["self": current])
            evaluation.variables["oldSelf"] = rule.isOldOptional ? .optional(before) : before
            let (result, cost) = evaluation.run(rule.rule.node)
            guard spend(cost, node, place) else { return }
            switch result {
            case .success(.bool(true)): continue
            case .failure(let error):
                let why = error.isFatal ? "'\(error.message)': no further validation rules will be run due to call cost exceeds limit for rule: \(rule.shown)"
                    : error == .noOverload ? "'\(error.message)': call arguments did not match a supported operator, function or macro signature for rule: \(rule.shown)" : "\(error.message) evaluating rule: \(rule.shown)"
                findings.append(.init(reason: .invalid, field: place, body: "Invalid value: \"\(node.kind)\": \(why)"))
                isExhausted = error.isFatal
                if isExhausted { return }
            case .success:
                guard let message = message(rule, &evaluation, node, place) else { return }
                let field = rule.fieldPath.isEmpty ? place : Self.joined(path, rule.fieldPath)
                let finding = Self.finding(rule.reason, field, node.kind, message)
                if !rule.usesOld, isUnchanged { warnings.append(finding.description) } else { findings.append(finding) }
            }
        }
    }

    private mutating func spend(_ cost: Int, _ node: RuleTree.Node, _ place: String) -> Bool {
        budget -= cost
        guard budget < 0 else { return true }
        findings.append(.init(reason: .invalid, field: place, body: "Invalid value: \"\(node.kind)\": validation failed due to running out of cost budget, no further validation rules will be run"))
        isExhausted = true
        return false
    }

    /// What the finding says; nil when the budget ended over it.
    private mutating func message(_ rule: ValidationRule, _ evaluation: inout CELEvaluation, _ node: RuleTree.Node, _ place: String) -> String? {
        guard let expression = rule.messageExpression else { return rule.failure }
        let (result, cost) = evaluation.run(expression.node)
        guard spend(cost, node, place) else { return nil }
        guard case .success(.string(let text)) = result else { return rule.failure }
        let message = text.trimmed
        return message.isEmpty || message.contains("\n") || message.utf8.count > Self.messageBytesMax ? rule.failure : message
    }

    private static func joined(_ path: String, _ more: String) -> String { path.isEmpty ? String(more.drop { $0 == "." }) : path + more }

    private static func finding(_ reason: String, _ field: String, _ kind: String, _ message: String) -> FieldError {
        switch reason {
        case "FieldValueForbidden": .forbidden(field, message)
        case "FieldValueRequired": .required(field, message)
        case "FieldValueDuplicate": .duplicate(field, .string(kind))
        default: .init(reason: .invalid, field: field, body: "Invalid value: \"\(kind)\": \(message)")
        }
    }
}
