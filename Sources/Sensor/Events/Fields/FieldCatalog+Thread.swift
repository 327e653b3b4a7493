extension FieldCatalog {
    static let threadFields: [FieldDefinition] = [
        FieldDefinition("thread.tid", .number, "Thread id in the initial namespace.") { e, _ in .integer(e.event.threadID) },
        FieldDefinition("thread.ismain", .flag, "The thread leads its process.") { e, _ in .flag(e.event.threadID == e.event.process.pid) },
        FieldDefinition("thread.name", .text, "The kernel's name of the thread.") { e, _ in .known(e.event.comm) },
        FieldDefinition("thread.cgroups", .text, "Path of the process's cgroup.") { e, _ in .known(e.process.exec.cgroupPath) },
        FieldDefinition("thread.cgroup", .text, argument: .requiredKey, "Path of the process's cgroup; all controllers are taken to share it.") { e, _ in
            .known(e.process.exec.cgroupPath)
        },
        FieldDefinition("thread.cap_effective", .text, "Effective capabilities at the time of the event: `CAP_CHOWN CAP_SYS_ADMIN`.") { e, _ in
            e.event.capabilities.map { .text(CallText.capabilities($0)) }
        },
        FieldDefinition("thread.nametid", .text, "Name and id of the thread.") { e, _ in .known(e.event.comm).map { .text($0.printed + ":" + String(e.event.threadID)) } },
        FieldDefinition("thread.cap_permitted", .text, "The effective ones: what is permitted beyond them is not reported.") { e, _ in
            e.event.capabilities.map { .text(CallText.capabilities($0)) }
        },
        FieldDefinition("thread.vtid", .number, "Thread id in its own namespace; of the thread that leads the process only.") { e, _ in
            e.event.threadID == e.event.process.pid ? nonZero(e.process.exec.namespacePID) : nil
        },
        .unavailable("thread.cap_inheritable", source: .capabilities, "Inheritable capabilities."),
        .unavailable("thread.exectime", .number, "Processor time of the last run."),
        .unavailable("thread.totexectime", .number, "Processor time since the capture began."), .unavailable("thread.pfmajor", .number, "Major page faults."),
        .unavailable("thread.pfminor", .number, "Minor page faults."), .unavailable("thread.cpu", .number, "Processor time of the last second."),
        .unavailable("thread.cpu.user", .number, "User time of the last second."), .unavailable("thread.cpu.system", .number, "System time of the last second."),
        .unavailable("thread.vmsize", .number, "Virtual memory."), .unavailable("thread.vmrss", .number, "Resident memory."),
        .unavailable("thread.vmsize.b", .number, "Virtual memory in bytes."), .unavailable("thread.vmrss.b", .number, "Resident memory in bytes."),
    ]
}
