package import Events
package import Governor
package import Rules

/// What the kernel is asked to send: what no consumer wants is not copied out of it.
package struct KernelInterest: Equatable, Sendable {
    package var kinds: Set<EventKind>
    /// Names of files whose reads are reported, wherever they lie.
    package var files: Set<String>
    /// Names of directories: reads of anything up to two levels below are reported.
    package var directories: Set<String>
    /// Files that are known by these paths: whatever name one of them is opened by, it is reported as what it is.
    package var known: Set<String>
    /// Opens for writing are wanted of those files alone too.
    package var onlySensitiveFiles: Bool
    /// An exec carries what the program was started with.
    package var environment: Bool

    /// The process tree lives of exec, fork and exit; runtime data of exec and libraries; the indicators of both, connections and names.
    private static let always: Set<EventKind> = [.exec, .fork, .exit, .library, .connect, .datagram, .dns]

    /// Changes of files that are many and say little by themselves.
    private static let smallChanges: Set<EventKind> = [.mkdir, .rmdir, .unlink, .truncate, .utimes, .chdir]
    /// What is left on the last level: processes, and system calls that are rare.
    private static let processes: Set<EventKind> = [
        .exec, .fork, .exit, .setuid, .setgid, .capset, .processRename, .kill, .ptrace, .unshare, .setns, .memfd, .bpf, .vmWrite, .userfaultfd, .ioUring, .module,
    ]

    /// - Parameters:
    ///   - kinds: wanted by others than the consumers.
    ///   - environment: the same.
    ///   - level: what there is room for; it binds those who look on too.
    package init(rules: Interest, kinds: Set<EventKind> = [], environment: Bool = false, level: VisibilityLevel = .full) {
        self.kinds = Self.always.union(rules.kinds).union(kinds)
        files = rules.readFiles
        directories = rules.readDirectories
        known = rules.knownFiles
        self.environment = environment || rules.environment
        onlySensitiveFiles = !level.hasOrdinaryFiles
        if !level.hasRuntimeData { self.kinds.remove(.library) }
        if !level.hasOrdinaryFiles { self.kinds.subtract(Self.smallChanges) }
        if !level.hasMoreThanProcesses { self.kinds.formIntersection(Self.processes) }
    }
}
