/// An expression that has been read and, if types were given, checked.
package struct CELExpression: Sendable {
    let source: String
    let node: CELNode
    /// What it gives, as far as the types say.
    let type: CELType

    /// Why an expression cannot be used: each problem with the line it is in and a mark below, as the reference implementation prints it.
    struct Refusal: Error { var message: String }

    /// - Parameters:
    ///   - variables: what may be named, by its type.
    ///   - types: fields of object types.
    init(_ source: String, variables: [String: CELType], types: CELTypes = CELTypes()) throws(Refusal) {
        self.source = source
        do { node = try CELParser.parse(source) } catch { throw Refusal(message: Self.shown([error], source)) }
        var checker = CELChecker(variables: variables, types: types)
        type = checker.type(node)
        if !checker.problems.isEmpty { throw Refusal(message: Self.shown(checker.problems, source)) }
    }

    private static func shown(_ problems: [CELProblem], _ source: String) -> String {
        let lines = source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return problems.sorted { $0.offset < $1.offset }.map { problem in
            var line = 0
            var column = problem.offset
            while line < lines.count - 1, column > lines[line].unicodeScalars.count {
                column -= lines[line].unicodeScalars.count + 1
                line += 1
            }
            return "ERROR: <input>:\(line + 1):\(column + 1): \(problem.message)\n | \(lines[line])\n | \(String(repeating: ".", count: column))^"
        }.joined(separator: "\n")
    }

    /// The value as text, for those outside: tests. Variables are untyped JSON.
    /// - Returns: `int 3`, `error: no such key: x`.
    package static func evaluate(_ source: String, _ variables: [String: JSON] = [:]) -> String {
        let values = variables.mapValues { CELValue($0) }
        do throws(CELExpression.Refusal) {
            let expression = try CELExpression(source, variables: values.mapValues { _ in .dyn })
            var evaluation = CELEvaluation(values)
            switch evaluation.run(expression.node).0 {
            case .success(let value): return value.described
            case .failure(let error): return "error: \(error.message)"
            }
        } catch {
            return "refused: \(error.message)"
        }
    }
}
