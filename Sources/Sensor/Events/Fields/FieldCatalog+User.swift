extension FieldCatalog {
    static let userFields: [FieldDefinition] = [
        FieldDefinition("user.uid", .number, "User id in the initial namespace.") { e, _ in .integer(e.event.uid) },
        FieldDefinition("user.name", .text, "User name of the process's own passwd file.") { e, _ in e.userName.map { .text($0) } },
        FieldDefinition("user.loginuid", .number, "Login (audit) uid; -1 when there was no login.") { e, _ in
            .integer(e.process.exec.loginUID == .max ? -1 : Int64(e.process.exec.loginUID))
        },
        FieldDefinition("user.loginname", .text, "Name of the login uid, where it is root's or the process's own.") { e, _ in
            if e.process.exec.loginUID == .max { return nil }
            if e.process.exec.loginUID == e.event.uid { return e.userName.map { .text($0) } }
            return e.process.exec.loginUID == 0 ? .text("root") : nil
        },
        FieldDefinition("user.euid", .number, "Effective uid at the exec.") { e, _ in .integer(e.process.exec.euid) },
        FieldDefinition("group.gid", .number, "Group id in the initial namespace.") { e, _ in .integer(e.event.gid) },
        FieldDefinition("group.name", .text, "Group name of the process's own group file.") { e, _ in e.groupName.map { .text($0) } },
        FieldDefinition("user.homedir", .text, "Home directory, as the process's own passwd file says.") { e, _ in e.accounts?.homes[e.event.uid].flatMap { .known($0) } },
        FieldDefinition("user.shell", .text, "Login shell, as the process's own passwd file says.") { e, _ in e.accounts?.shells[e.event.uid].flatMap { .known($0) } },
    ]
}
