/// Every field, by name.
package enum FieldCatalog {
    /// Ordered as the documentation shows them: by class, then as written in the tables.
    package static let all: [FieldDefinition] = {
        let tables: [[FieldDefinition]] = [
            eventFields, argumentFields, processFields, ancestorFields, environmentFields, threadFields, userFields, descriptorFields, pathFields, containerFields,
            kubernetesFields, dnsFields,
        ]
        return tables.flatMap { $0 }
    }()

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// A field as written in a rule, its argument apart: `proc.aname[2]`, `evt.arg.flags`, `container.label.app`.
    package struct Reference: Sendable {
        package let field: FieldDefinition
        package let argument: FieldArgument
        /// The one spelling of this field and argument.
        package var text: String { field.name + argument.text }
    }

    package enum Problem: Error, Equatable {
        case unknown(suggestion: String?)
        case argumentNotAllowed
        case argumentNeeded
        case badArgument(String)
    }

    /// - Parameters:
    ///   - name: dotted name; for `evt.arg.x` and its like the last parts may be the argument.
    ///   - bracket: what stood in brackets, without them; nil for none.
    package static func reference(_ name: String, bracket: String?) throws(Problem) -> Reference {
        if let field = byName[name] { return Reference(field: field, argument: try argument(of: field, bracket)) }
        // evt.arg.flags is evt.arg[flags]; container.label.app.kubernetes.io is container.label[app.kubernetes.io]
        if bracket == nil {
            for field in all where field.argument == .requiredKey || field.argument == .optionalKey {
                let prefix = field.name + "."
                if name.utf8.count > prefix.utf8.count, name.hasPrefix(prefix) {
                    return Reference(field: field, argument: try argument(of: field, String(name.dropFirst(prefix.count))))
                }
            }
        }
        throw .unknown(suggestion: nearest(to: name))
    }

    private static func argument(of field: FieldDefinition, _ bracket: String?) throws(Problem) -> FieldArgument {
        switch (field.argument, bracket) {
        case (.none, nil), (.optionalIndex, nil), (.optionalKey, nil): return .none
        case (.none, _?): throw .argumentNotAllowed
        case (.requiredKey, nil): throw .argumentNeeded
        case (.optionalIndex, let text?):
            guard let n = Int(text), n >= 0, n <= 255 else { throw .badArgument(text) }
            return .index(n)
        case (.requiredKey, let text?), (.optionalKey, let text?):
            guard !text.isEmpty else { throw .argumentNeeded }
            if let n = Int(text), n >= 0, n <= 255 { return .index(n) }
            return .key(text)
        }
    }

    /// The longest known name that a text begins with; nil for none.
    package static func longestName(beginning text: String) -> String? {
        all.lazy.map(\.name).filter { text.hasPrefix($0) }.max { $0.utf8.count < $1.utf8.count }
    }

    /// The known name with the fewest edits to `name`, when those are few enough to be a slip of the finger.
    package static func nearest(to name: String) -> String? {
        nearest(to: name, among: all.lazy.map(\.name))
    }

    package static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        guard name.utf8.count <= 64 else { return nil }
        let wanted = Array(name.utf8)
        var best: (name: String, distance: Int)?
        for candidate in names {
            let distance = edits(wanted, Array(candidate.utf8))
            if distance < best?.distance ?? min(3, wanted.count / 2 + 1) { best = (candidate, distance) }
        }
        return best?.name
    }

    // Insertions, deletions, substitutions and swaps of neighbours.
    private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if abs(a.count - b.count) > 3 { return 4 }
        var older = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, previous[j + 1] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, older[j - 1] + 1) }
                row.append(cost)
            }
            (older, previous) = (previous, row)
        }
        return previous[b.count]
    }
}
