/// An element of `x-kubernetes-validations`, ready to be held against values.
struct ValidationRule: Sendable {
    let rule: CELExpression
    let messageExpression: CELExpression?
    /// As it was written, without blanks around it.
    let message: String
    let reason: String
    /// `.a.b` below the value that the rule stands at; empty for that value itself.
    let fieldPath: String
    let isOldOptional: Bool
    let usesOld: Bool

    /// Why a rule cannot be used, and which of its fields says so.
    struct Refusal: Error {
        var field: String
        var message: String
    }

    /// - Parameter type: of `self`.
    init(_ json: JSON, _ type: CELType, _ types: CELTypes) throws(Refusal) {
        isOldOptional = json["optionalOldSelf"] == true
        let variables = ["self": type, "oldSelf": isOldOptional ? .optional(type) : type]
        do { rule = try CELExpression(json["rule"]?.string ?? "", variables: variables, types: types) } catch { throw Refusal(field: "rule", message: "compilation failed: \(error.message)") }
        guard rule.type == .bool || rule.type == .dyn else { throw Refusal(field: "rule", message: "cel expression must evaluate to a bool") }
        usesOld = rule.node.names.contains("oldSelf")
        if let text = json["messageExpression"]?.string {
            do { messageExpression = try CELExpression(text, variables: variables, types: types) } catch { throw Refusal(field: "messageExpression", message: "messageExpression compilation failed: \(error.message)") }
            guard messageExpression?.type == .string || messageExpression?.type == .dyn else { throw Refusal(field: "messageExpression", message: "messageExpression must evaluate to a string") }
        } else {
            messageExpression = nil
        }
        message = (json["message"]?.string ?? "").trimmed
        reason = json["reason"]?.string ?? ""
        fieldPath = json["fieldPath"]?.string ?? ""
    }

    /// The message, or the rule when there is none.
    var shown: String { message.isEmpty ? rule.source.trimmed : message }
    var failure: String { message.isEmpty ? "failed rule: \(rule.source.trimmed)" : message }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }), let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
        return String(scalars[first...last])
    }
}
