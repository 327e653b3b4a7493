package import Foundations

/// A process as the process tree knows it. Owned by the pipeline's thread; consumers read it while they handle an event and
/// keep nothing but copies.
package final class ProcessRecord {
    /// Exact once the process has had an event of its own; from /proc alone the start is rounded down to a clock tick.
    package var key: ProcessKey
    /// The process that made this one; nil at the top of what is known. Stays readable after that process has gone.
    package var parent: ProcessRecord?
    package var parentPID: UInt32
    package var comm: String { didSet { lines = nil } }
    package var exec: ExecDetails { didSet { lines = nil } }
    package var execTime: BootInstant
    package var uid: UInt32
    package var gid: UInt32
    package var container: ContainerContext?
    package var digests: FileDigests?
    /// Boot time at which it went; nil while it lives.
    package var exitTime: BootInstant?

    package init(key: ProcessKey, parent: ProcessRecord?, parentPID: UInt32, comm: String, exec: ExecDetails, execTime: BootInstant, uid: UInt32, gid: UInt32) {
        self.key = key
        self.parent = parent
        self.parentPID = parentPID
        self.comm = comm
        self.exec = exec
        self.execTime = execTime
        self.uid = uid
        self.gid = gid
    }

    /// The arguments joined by spaces, argv[0] included.
    package var commandLine: String { currentLines.command }
    /// The arguments after argv[0], joined by spaces.
    package var argumentLine: String { currentLines.arguments }
    /// The kernel's name of the process and the arguments after argv[0]: what rules know as `proc.cmdline`.
    package var nameLine: String { currentLines.name }

    // Joined once per program and not once per event: rules compare them all the time.
    private struct Lines {
        let command: String
        let arguments: String
        let name: String
    }
    private var lines: Lines?

    private var currentLines: Lines {
        if let lines { return lines }
        let arguments = exec.arguments.dropFirst().joined(separator: " ")
        let made = Lines(
            command: exec.arguments.isEmpty ? "" : arguments.isEmpty ? exec.arguments[0] : exec.arguments[0] + " " + arguments, arguments: arguments,
            name: arguments.isEmpty ? comm : comm + " " + arguments)
        lines = made
        return made
    }
}

/// Hex digests of an executed file, and the build-id that its linker gave it, where there is one.
package struct FileDigests: Sendable, Hashable, Codable {
    package var sha256: String
    package var sha1: String
    package var md5: String
    package var size: UInt64
    package var buildID: String?
    package init(sha256: String, sha1: String, md5: String, size: UInt64, buildID: String? = nil) {
        self.sha256 = sha256
        self.sha1 = sha1
        self.md5 = md5
        self.size = size
        self.buildID = buildID
    }
}

/// A container with what its runtime says of it and, once the Kubernetes API or the runtime has said so, its pod.
package struct ContainerContext: Sendable, Hashable {
    package struct Mount: Sendable, Hashable {
        package var source: String
        package var destination: String
        /// Options as the runtime writes them; often empty.
        package var mode: String
        package var isWritable: Bool
        /// `private`, `rslave`, `rshared`.
        package var propagation: String
        package init(source: String, destination: String, mode: String = "", isWritable: Bool, propagation: String) {
            self.source = source
            self.destination = destination
            self.mode = mode
            self.isWritable = isWritable
            self.propagation = propagation
        }

        /// As rules and detections print it.
        package var text: String { "\(source):\(destination):\(mode):\(isWritable):\(propagation)" }
    }

    package var id: String
    package var runtime: String = ""
    package var name: String?
    package var image: String?
    package var imageID: String?
    package var imageDigest: String?
    package var privileged: Bool?
    package var created: WallInstant?
    package var started: WallInstant?
    /// From the runtime alone, like the mounts.
    package var labels: [String: String] = [:]
    package var mounts: [Mount] = []
    package var sandboxID: String?
    /// From the cgroup path, known at once.
    package var podUID: String?
    package var pod: PodContext?
    /// False once the bounded wait for its context has passed in vain.
    package var isComplete: Bool = true

    package init(id: String) { self.id = id }
}

package struct PodContext: Sendable, Hashable {
    package struct Owner: Sendable, Hashable {
        package var kind: String
        package var name: String
        package init(kind: String, name: String) {
            self.kind = kind
            self.name = name
        }
    }
    package var name: String
    package var namespace: String
    package var uid: String
    package var node: String = ""
    package var ips: [String] = []
    package var serviceAccount: String = ""
    package var labels: [String: String] = [:]
    /// Nearest first: ReplicaSet, Deployment.
    package var owners: [Owner] = []
    package var hostNetwork = false
    package init(name: String, namespace: String, uid: String) {
        self.name = name
        self.namespace = namespace
        self.uid = uid
    }
}

/// An event with everything the consumers may ask for. Lives for the length of one call on the pipeline's thread.
package struct EnrichedEvent {
    package var event: Event
    package var wallTime: WallInstant
    /// The process that did it. For a fork: the parent. For an exec: the process after it.
    package var process: ProcessRecord
    /// Names from the process's own passwd and group files; nil when they do not say.
    package var userName: String?
    package var groupName: String?
    /// Domain names under which the ends of a connection were looked up before.
    package var localNames: [String] = []
    package var remoteNames: [String] = []
    /// Homes and shells of the users that the process's passwd file names.
    package var accounts: UserAccounts?
    package var hostName: String = ""

    package init(event: Event, wallTime: WallInstant, process: ProcessRecord, userName: String? = nil, groupName: String? = nil) {
        self.event = event
        self.wallTime = wallTime
        self.process = process
        self.userName = userName
        self.groupName = groupName
    }

    package var container: ContainerContext? { process.container }
}
