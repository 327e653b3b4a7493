/// Holds a write against one policy, with one param object: what is denied, and why.
struct PolicyEvaluation {
    struct Denial {
        var message: String
        /// `Invalid` unless the rule says otherwise.
        var reason = "Invalid"
    }

    private let policy: AdmissionPolicy
    private let isFailing: Bool
    private var evaluation: CELEvaluation
    private var budget = CELEvaluation.budget

    static let exhausted = "validation failed due to running out of cost budget, no further validation rules will be run"
    static let messageBytesMax = 5 * 1024

    /// - Parameters:
    ///   - values: what may be named, by its name.
    ///   - isFailing: errors deny (`failurePolicy: Fail`).
    init(_ policy: AdmissionPolicy, _ values: [String: CELValue], isFailing: Bool, authorize: @escaping (CELAuthorizer, String) -> (Bool, String)) {
        self.policy = policy
        self.isFailing = isFailing
        evaluation = CELEvaluation(values)
        evaluation.composed = policy.variables.mapValues(\.node)
        evaluation.authorize = authorize
    }

    /// Whether the conditions hold.
    /// - Throws: when one has no value and none says no.
    mutating func matches() throws(CELError) -> Bool {
        var failure: CELError?
        var left = CELEvaluation.matchBudget
        for (_, condition) in policy.conditions {
            let (result, cost) = evaluation.run(condition.node)
            left -= cost
            if left < 0 { throw CELError(Self.exhausted) }
            switch result {
            case .success(.bool(false)): return false
            case .success(.bool(true)): continue
            case .success: failure = failure ?? Self.failed(condition, .noOverload)
            case .failure(let error): failure = failure ?? Self.failed(condition, error)
            }
        }
        if let failure { throw failure }
        return true
    }

    private static func failed(_ expression: CELExpression, _ error: CELError) -> CELError { CELError("expression '\(expression.source)' resulted in error: \(error.message)") }

    /// Every rule that the write breaks, and with `failurePolicy: Fail` every one that has no value.
    mutating func denials() -> [Denial] {
        do throws(CELError) { guard try matches() else { return [] } } catch { return isFailing ? [Denial(message: error.message)] : [] }
        var found: [Denial] = []
        for rule in policy.rules {
            let (result, cost) = evaluation.run(rule.expression.node)
            budget -= cost
            if budget < 0 { return isFailing ? [Denial(message: Self.exhausted)] : [] }
            switch result {
            case .success(.bool(true)): continue
            case .failure(let error): if isFailing { found.append(Denial(message: Self.failed(rule.expression, error).message)) }
            case .success: found.append(Denial(message: message(rule), reason: rule.reason.isEmpty ? "Invalid" : rule.reason))
            }
        }
        for (_, expression) in policy.annotations {
            let (result, _) = evaluation.run(expression.node)
            guard isFailing else { continue }
            switch result {
            case .success(.string), .success(.null): continue
            case .success(let value): found.append(Denial(message: "valueExpression '\(expression.source)' resulted in unsupported return type: \(value.typeName). Return type must be either string or null."))
            case .failure(let error): found.append(Denial(message: Self.failed(expression, error).message))
            }
        }
        return found
    }

    /// What a mutation gives: a patch, or what is to be applied.
    mutating func mutation(_ expression: CELExpression) throws(CELError) -> JSON {
        let (result, cost) = evaluation.run(expression.node)
        budget -= cost
        if budget < 0 { throw CELError(Self.exhausted) }
        switch result {
        case .failure(let error): throw Self.failed(expression, error)
        case .success(let value):
            guard let json = value.json else { throw Self.failed(expression, CELError("a \(value.typeName) has no form as JSON")) }
            return json
        }
    }

    private mutating func message(_ rule: AdmissionPolicy.Rule) -> String {
        if let expression = rule.messageExpression, case .success(.string(let text)) = evaluation.run(expression.node).0 {
            let message = text.trimmed
            if !message.isEmpty, !message.contains("\n"), message.utf8.count <= Self.messageBytesMax { return message }
        }
        return rule.message.isEmpty ? "failed expression: \(rule.expression.source.trimmed)" : rule.message
    }
}
