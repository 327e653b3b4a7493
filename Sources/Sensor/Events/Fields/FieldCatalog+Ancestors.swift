// The parent's fields, and those of any ancestor: with an index one of them (0 is the process itself), without one all of them.
extension FieldCatalog {
    static let ancestorFields: [FieldDefinition] = [
        FieldDefinition("proc.pname", .text, "Name of the parent.") { e, _ in e.process.parent.flatMap(name) },
        FieldDefinition("proc.pexe", .text, "argv[0] of the parent.") { e, _ in e.process.parent.flatMap(exe) },
        FieldDefinition("proc.pexepath", .text, "Executable of the parent.") { e, _ in e.process.parent.flatMap { .known($0.exec.path) } },
        FieldDefinition("proc.pcmdline", .text, "Name and arguments of the parent.") { e, _ in e.process.parent.flatMap { .known($0.nameLine) } },
        ancestors("proc.aname", .text, "Names of the ancestors.", name),
        ancestors("proc.aexe", .text, "argv[0] of the ancestors.", exe),
        ancestors("proc.aexepath", .text, "Executables of the ancestors.") { .known($0.exec.path) },
        ancestors("proc.acmdline", .text, "Names and arguments of the ancestors.") { .known($0.nameLine) },
        ancestors("proc.aargs", .text, "Arguments of the ancestors after argv[0], joined by spaces.") { .text($0.argumentLine) },
        ancestors("proc.apid", .number, "Process ids of the ancestors.") { .integer($0.key.pid) },
    ]

    private static func ancestors(_ field: String, _ type: FieldType, _ summary: String, _ value: @escaping @Sendable (ProcessRecord) -> FieldValue?) -> FieldDefinition {
        FieldDefinition(
            field, type, argument: .optionalIndex, summary,
            reading: .multiple { e, argument, body in
                guard case .index(let level) = argument else { return e.visitAncestors(value, body) }
                guard let found = e.ancestor(level).flatMap(value) else { return false }
                return body(found)
            })
    }
}
