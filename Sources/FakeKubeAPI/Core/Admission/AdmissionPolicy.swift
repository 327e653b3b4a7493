/// The expressions of an admission policy, or of a webhook's match conditions, ready to be evaluated.
struct AdmissionPolicy: Sendable {
    struct Rule: Sendable {
        var expression: CELExpression
        var messageExpression: CELExpression?
        var message: String
        var reason: String
    }

    private(set) var conditions: [(name: String, expression: CELExpression)] = []
    private(set) var variables: [String: CELExpression] = [:]
    private(set) var rules: [Rule] = []
    /// Of a MutatingAdmissionPolicy.
    private(set) var mutations: [(isPatch: Bool, expression: CELExpression)] = []
    private(set) var annotations: [(key: String, expression: CELExpression)] = []
    /// What cannot be read, by the place below the policy or the webhook.
    private(set) var findings: [FieldError] = []

    /// - Parameters:
    ///   - spec: of the policy, or a webhook, which has `matchConditions` alone.
    ///   - path: of it, for findings.
    ///   - object: the type of `object` and `oldObject`.
    init(_ spec: JSON, _ path: String, hasParams: Bool, object: CELType = .dyn, params: CELType = .dyn, types: CELTypes = CELTypes()) {
        var types = types
        var named: [String: CELType] = ["object": object, "oldObject": object, "request": .dyn, "authorizer": .opaque("kubernetes.authorization.Authorizer"), "authorizer.requestResource": .opaque("kubernetes.authorization.ResourceCheck")]
        if hasParams { named["params"] = params }
        conditions = (spec["matchConditions"]?.array ?? []).enumerated().compactMap { index, condition in
            read(condition["expression"], "\(path)matchConditions[\(index)].expression", named, types, "must evaluate to bool", [.bool]).map { (condition["name"]?.string ?? "", $0) }
        }
        named["namespaceObject"] = .dyn
        types.declared["kubernetes.variables"] = [:]
        named["variables"] = .object("kubernetes.variables")
        for (index, variable) in (spec["variables"]?.array ?? []).enumerated() {
            guard let name = variable["name"]?.string, let expression = read(variable["expression"], "\(path)variables[\(index)].expression", named, types, "", []) else { continue }
            variables[name] = expression
            types.declared["kubernetes.variables"]?[name] = expression.type
        }
        for (index, rule) in (spec["validations"]?.array ?? []).enumerated() {
            let place = "\(path)validations[\(index)]"
            let message = rule["messageExpression"].flatMap { read($0, "\(place).messageExpression", named, types, "must evaluate to string", [.string]) }
            guard let expression = read(rule["expression"], "\(place).expression", named, types, "must evaluate to bool", [.bool]) else { continue }
            rules.append(Rule(expression: expression, messageExpression: message, message: (rule["message"]?.string ?? "").trimmed, reason: rule["reason"]?.string ?? ""))
        }
        for (index, mutation) in (spec["mutations"]?.array ?? []).enumerated() {
            let isPatch = mutation["patchType"] == "JSONPatch"
            let key = isPatch ? "jsonPatch" : "applyConfiguration"
            guard let expression = read(mutation[key]?["expression"], "\(path)mutations[\(index)].\(key).expression", named, types, "", []) else { continue }
            mutations.append((isPatch, expression))
        }
        annotations = (spec["auditAnnotations"]?.array ?? []).enumerated().compactMap { index, annotation in
            read(annotation["valueExpression"], "\(path)auditAnnotations[\(index)].valueExpression", named, types, "must evaluate to one of [string null_type]", [.string, .null]).map { (annotation["key"]?.string ?? "", $0) }
        }
    }

    private mutating func read(_ text: JSON?, _ path: String, _ variables: [String: CELType], _ types: CELTypes, _ why: String, _ wanted: Set<CELType>) -> CELExpression? {
        guard let source = text?.string, !source.trimmed.isEmpty else { return nil }
        do throws(CELExpression.Refusal) {
            let expression = try CELExpression(source, variables: variables, types: types)
            if wanted.isEmpty || expression.type == .dyn || wanted.contains(expression.type) { return expression }
            findings.append(.invalid(path, .string(source), why))
        } catch {
            findings.append(.invalid(path, .string(source), "compilation failed: \(error.message)"))
        }
        return nil
    }
}
