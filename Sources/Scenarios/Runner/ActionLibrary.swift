package import ScenarioModel

/// The actions that a step can name, each with its command line.
package enum ActionLibrary {
    package struct Action: Sendable {
        package var name: String
        package var summary: String
        /// The command; `${programs}` stands for the folder of the attack programs where it runs.
        var command: [String]
    }

    /// `shell`: the text of `command` by /bin/sh. `run`: the arguments as they are. All others are subcommands of the attack programs.
    package static let all: [Action] =
        [
            Action(name: "shell", summary: "a command line for /bin/sh", command: ["/bin/sh", "-c"]),
            Action(name: "run", summary: "a program with its arguments, no shell between", command: []),
            Action(name: "payload", summary: "the program that does nothing", command: ["${programs}/payload"]),
        ]
        + [
            ("reverse-shell", "a shell whose standard streams are a connection to us: [SHELL [COMMAND]]"),
            ("bind-shell", "a shell behind a listening port: [SHELL]"),
            ("connect", "one TCP connect; nobody need answer: ADDRESS PORT"),
            ("talk", "a service on an address of the container's own and a client that sends it a text: ADDRESS PORT TEXT"),
            ("scan", "connects to one loopback port after the other: FIRST COUNT"),
            ("sweep", "connects to a port of one loopback address after the other: PORT COUNT"),
            ("query", "DNS questions to a loopback address: NAME..."),
            ("resolve", "a name server that gives an address, and a connect to that: NAME ADDRESS PORT"),
            ("packet-socket", "a socket that sees whole frames"),
            ("runtime-socket", "a stand-in for a container runtime's socket and a client of it: PATH"),
        ].map { Action(name: $0, summary: $1, command: ["${programs}/network", $0]) }
        + [
            ("fileless", "a program run from an anonymous file: FILE [NAME]"),
            ("drop", "a program copied, made executable, run and removed: FILE TARGET [ARGUMENT...]"),
            ("as", "a program under an argv[0] of one's choice: NAME FILE [ARGUMENT...]"),
            ("ptrace", "writes into a child by ptrace"),
            ("trace-me", "asks to be traced by its parent"),
            ("vm-write", "writes into a child by process_vm_writev"),
            ("mem-write", "writes into a child by its /proc/PID/mem"),
            ("unshare", "a user namespace of one's own"),
            ("setns", "enters a namespace (the one it is in)"),
            ("bpf", "loads a BPF program that returns 0"),
            ("module", "tries to load an empty kernel module"),
            ("userfaultfd", "opens a userfaultfd"),
            ("io-uring", "opens an io_uring"),
            ("uring-read", "opens and reads a file by io_uring: FILE"),
            ("mount", "mounts an empty tmpfs and takes it away: PATH"),
            ("rename", "changes the name of its thread: NAME"),
            ("kill", "kills a child of its own"),
            ("unprivileged", "another action of the program `process` as nobody: ACTION [ARGUMENT...]"),
            ("attribute", "an extended attribute of a file, taken away again: FILE NAME"),
            ("files", "files made and removed, or renamed and removed: remove|rename FOLDER COUNT [ENDING]"),
            ("hog-memory", "touches so many MiB and keeps them for so many seconds: MIB SECONDS"),
            ("storm", "makes and removes files of ever new names: FOLDER PER-SECOND SECONDS"),
        ].map { Action(name: $0, summary: $1, command: ["${programs}/process", $0]) }

    package static let names = Set(all.map(\.name))

    /// The command line of a call.
    ///
    /// - Parameters:
    ///   - programs: the folder of the attack programs where it runs.
    ///   - work: a folder there that it may write to.
    package static func command(_ call: ActionCall, programs: String, work: String) throws -> [String] {
        guard let action = all.first(where: { $0.name == call.name }) else { throw Shell.Failure(description: "no action '\(call.name)'") }
        let command = (action.command + call.arguments).map { $0.replacing("${programs}", with: programs).replacing("${work}", with: work) }
        guard !command.isEmpty else { throw Shell.Failure(description: "the action '\(call.name)' needs arguments") }
        return command
    }
}
