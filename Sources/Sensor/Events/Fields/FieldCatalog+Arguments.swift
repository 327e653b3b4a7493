// `evt.arg` and its relatives; the names of the arguments are in CallArguments.
extension FieldCatalog {
    static let argumentFields: [FieldDefinition] = [
        FieldDefinition("evt.args", .text, "All arguments: `name=value name=value`.") { e, _ in .known(CallArguments.all(of: e)) },
        FieldDefinition("evt.info", .text, "Same as evt.args.") { e, _ in .known(CallArguments.all(of: e)) },
        FieldDefinition("evt.arg", .any, argument: .requiredKey, "One argument by name or position; flags in the words of their headers.") { e, argument in
            read(e, argument, raw: false)
        },
        FieldDefinition("evt.rawarg", .any, argument: .requiredKey, "One argument by name, flags as numbers.") { e, argument in read(e, argument, raw: true) },
    ]

    private static func read(_ e: EnrichedEvent, _ argument: FieldArgument, raw: Bool) -> FieldValue? {
        switch argument {
        case .key(let name): return CallArguments.value(name, of: e, raw: raw)
        case .index(let n):
            let names = CallArguments.names(of: e.event.kind)
            return n < names.count ? CallArguments.value(names[n], of: e, raw: raw) : nil
        case .none: return nil
        }
    }
}
