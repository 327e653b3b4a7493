// After the class "fs.path": the paths of every call that works on names, one spelling for all of them.
extension FieldCatalog {
    private static let pathKinds = FieldDefinition.fileKinds
    private static let twoNames: Set<EventKind> = [.rename, .link, .symlink, .mount]

    static let pathFields: [FieldDefinition] = [
        FieldDefinition("fs.path.name", .text, kinds: pathKinds, "Resolved path that the call worked on; of a rename or link the one that it made.") { e, _ in objectOfChange(e) },
        FieldDefinition("fs.path.source", .text, kinds: twoNames, "Where a rename or link comes from; what is mounted.") { e, _ in
            guard let file = e.file else { return nil }
            return e.event.kind == .mount ? .known(file.secondPath) : .known(file.path)
        },
        FieldDefinition("fs.path.target", .text, kinds: twoNames, "Where a rename or link leads; what is mounted over.") { e, _ in
            guard let file = e.file else { return nil }
            return e.event.kind == .mount ? .known(file.path) : .known(file.secondPath)
        },
        FieldDefinition("fs.mode", .number, kinds: [.open, .openFailed, .mkdir, .chmod], "Permission bits as a number.") { e, _ in e.file.map { .integer($0.mode & 0o7777) } },
        FieldDefinition("fs.path.nameraw", .text, kinds: pathKinds, "The path of fs.path.name as the caller typed it; none where the call took a descriptor.") { e, _ in
            guard let file = e.file else { return nil }
            return hasTarget(e) ? .known(file.secondTyped) : .known(file.typed)
        },
        FieldDefinition("fs.path.sourceraw", .text, kinds: twoNames, "fs.path.source as the caller typed it.") { e, _ in
            guard let file = e.file else { return nil }
            return e.event.kind == .mount ? .known(file.secondTyped) : .known(file.typed)
        },
        FieldDefinition("fs.path.targetraw", .text, kinds: twoNames, "fs.path.target as the caller typed it.") { e, _ in
            guard let file = e.file else { return nil }
            return e.event.kind == .mount ? .known(file.typed) : .known(file.secondTyped)
        },
        .unavailable("syslog.facility.str", "Facility of a syslog message."),
        .unavailable("syslog.facility", .number, "Facility of a syslog message."), .unavailable("syslog.severity.str", "Severity of a syslog message."),
        .unavailable("syslog.severity", .number, "Severity of a syslog message."), .unavailable("syslog.message", "Text of a syslog message."),
    ]

    static func objectOfChange(_ e: EnrichedEvent) -> FieldValue? {
        guard let file = e.file else { return nil }
        return hasTarget(e) ? .known(file.secondPath) : .known(file.path)
    }

    private static func hasTarget(_ e: EnrichedEvent) -> Bool { e.event.kind == .rename || e.event.kind == .link || e.event.kind == .symlink }
}
