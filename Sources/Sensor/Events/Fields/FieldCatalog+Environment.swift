// Environments hold secrets under any name. Rules compare the values; an output shows the names alone, or the one variable that it asks for by
// name, with that name before it, so that redaction knows what it sees.
extension FieldCatalog {
    static let environmentFields: [FieldDefinition] = [
        FieldDefinition(
            "proc.env", .text, argument: .optionalKey, source: .environment,
            "What the program was started with, `NAME=value NAME=value`; `proc.env[NAME]` is one value. Outputs show the names, or `NAME=value`.",
            reading: .single { e, argument in
                guard let environment = e.process.exec.environment else { return nil }
                guard let name = variable(argument) else { return .known(environment.joined(separator: " ")) }
                return value(of: name, in: environment).map { .text($0) }
            },
            shown: .single { e, argument in
                guard let environment = e.process.exec.environment else { return nil }
                guard let name = variable(argument) else { return .known(names(environment)) }
                return value(of: name, in: environment).map { .text(name + "=" + $0) }
            }),
        FieldDefinition(
            "proc.aenv", .text, argument: .optionalKey, source: .environment,
            "Environments of the ancestors; `proc.aenv[2]` is the grandparent's, `proc.aenv[NAME]` the nearest ancestor's value. Outputs as of proc.env.",
            reading: .multiple { e, argument, body in
                if case .key(let name) = argument { return inherited(name, e).map { body(.text($0)) } ?? false }
                return visitAncestors(e, argument) { body(.text($0.joined(separator: " "))) }
            },
            shown: .multiple { e, argument, body in
                if case .key(let name) = argument { return inherited(name, e).map { body(.text(name + "=" + $0)) } ?? false }
                return visitAncestors(e, argument) { body(.text(names($0))) }
            }),
    ]

    // a variable may be called by a number
    private static func variable(_ argument: FieldArgument) -> String? {
        switch argument {
        case .none: nil
        case .index(let n): String(n)
        case .key(let name): name
        }
    }

    private static func value(of name: String, in environment: [String]) -> Substring? {
        for variable in environment where variable.hasPrefix(name) {
            let rest = variable.utf8.dropFirst(name.utf8.count)
            if rest.first == UInt8(ascii: "=") { return variable[variable.utf8.index(after: rest.startIndex)...] }
        }
        return nil
    }

    private static func names(_ environment: [String]) -> String {
        environment.lazy.compactMap { variable in variable.firstIndex(of: "=").map { variable[..<$0] } }.joined(separator: " ")
    }

    private static func inherited(_ name: String, _ event: EnrichedEvent) -> Substring? {
        var next = event.process.parent
        while let record = next {
            if let found = record.exec.environment.flatMap({ value(of: name, in: $0) }) { return found }
            next = record.parent
        }
        return nil
    }

    private static func visitAncestors(_ event: EnrichedEvent, _ argument: FieldArgument, _ body: ([String]) -> Bool) -> Bool {
        if case .index(let level) = argument { return event.ancestor(level)?.exec.environment.map(body) ?? false }
        var next = event.process.parent
        while let record = next {
            if let environment = record.exec.environment, body(environment) { return true }
            next = record.parent
        }
        return false
    }
}
