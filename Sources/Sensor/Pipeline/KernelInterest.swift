package import Events
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

    /// The process tree lives of exec, fork and exit; runtime data of exec; the indicators of exec, connections and names.
    private static let always: Set<EventKind> = [.exec, .fork, .exit, .connect, .datagram, .dns]

    /// - Parameter kinds: wanted by others than the consumers.
    package init(rules: Interest, kinds: Set<EventKind> = []) {
        self.kinds = Self.always.union(rules.kinds).union(kinds)
        files = rules.readFiles
        directories = rules.readDirectories
        known = rules.knownFiles
    }
}
