package import Contract

/// One thing that a scenario does.
package enum Step: Sendable, Hashable {
    /// A container starts, with a pod object in the API server.
    case container(ContainerSpec)
    /// Something is done on the host or in a container; it must exit as expected.
    case action(ActionCall)
    /// Real time passes.
    case wait(Duration)
    /// The sensor's time passes: real time divided by the time scale.
    case waitVirtual(Duration)
    /// Until the expectation holds; the scenario fails when that takes longer.
    case waitUntil(Expected)
    /// The portal refuses everything on these surfaces, or (`end`) answers again.
    case outage(Outage)
    /// From here on one second is `scale` seconds of the sensor's time; the sensor is restarted with it.
    case clock(scale: Double)
    /// From its next start on the sensor's boot clock is ahead, as after a machine's sleep; a sensor that runs is restarted.
    case bootClock(ahead: Duration)
    /// The way to the portal changes.
    case link(LinkCondition)
    /// The portal's process is ended or started, on the same ports and data.
    case portal(ProgramCommand)
    /// The small file system of the sensor's store is filled up, or has room again.
    case disk(DiskCommand)
    case kills(KillPlan)
    /// A fault plan is put in force; an empty one ends all faults.
    case faults(FaultPlan)
    /// The reputation service learns about a file or a value.
    case reputation(ReputationEntry)
    case sensor(ProgramCommand)
    /// The Kubernetes API server goes, or comes back with its data.
    case kubernetes(ClusterCommand)
    /// A sentence for the reader of the demo.
    case say(String)
}

package enum Outage: Sendable, Hashable {
    case begin
    case end
}

package enum DiskCommand: String, Sendable, CaseIterable {
    case full
    case free
}

package enum ProgramCommand: String, Sendable, CaseIterable {
    /// SIGTERM; the sensor must end within 25 s with status 0.
    case stop
    /// SIGKILL.
    case kill
    case start
    /// `stop`, then `start`.
    case restart
}

package enum ClusterCommand: String, Sendable, CaseIterable {
    /// SIGKILL.
    case kill
    /// At the same address, with the data that it had.
    case start
}

package struct ContainerSpec: Sendable, Hashable {
    package struct File: Sendable, Hashable {
        package enum Content: Sendable, Hashable {
            case text(String)
            /// An attack program by name; `unique` appends random bytes so that no other file has its hash.
            case program(String, unique: Bool)
        }
        /// Absolute, inside the container.
        package var path: String
        package var content: Content
        package var mode: UInt16
        package init(path: String, content: Content, mode: UInt16) {
            self.path = path
            self.content = content
            self.mode = mode
        }
    }

    package struct Owner: Sendable, Hashable {
        /// `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, ...
        package var kind: String
        package var name: String
        package init(kind: String, name: String) {
            self.kind = kind
            self.name = name
        }
    }

    /// By which steps and expectations refer to it.
    package var name: String
    package var pod: String
    package var namespace: String
    package var image: String
    package var serviceAccount: String
    package var labels: [String: String]
    package var owner: Owner?
    /// The main process; holds the container open by default.
    package var command: [String]
    /// Files that belong to the image.
    package var files: [File]
    /// Linux capabilities beyond the usual container set: `NET_ADMIN`, `SYS_ADMIN`, `SYS_PTRACE`.
    package var capabilities: [String]

    package init(
        name: String, pod: String, namespace: String = "default", image: String? = nil, serviceAccount: String = "default", labels: [String: String] = [:],
        owner: Owner? = nil, command: [String] = ["/bin/sleep", "86400"], files: [File] = [], capabilities: [String] = []
    ) {
        self.name = name
        self.pod = pod
        self.namespace = namespace
        self.image = image ?? "registry.example/\(name):1.0"
        self.serviceAccount = serviceAccount
        self.labels = labels
        self.owner = owner
        self.command = command
        self.files = files
        self.capabilities = capabilities
    }
}

package struct ActionCall: Sendable, Hashable {
    package var name: String
    /// nil: on the host.
    package var container: String?
    /// Given to the action; `${programs}`, `${work}` are replaced where it runs.
    package var arguments: [String]
    package var environment: [String: String]
    /// nil: any status will do.
    package var exit: Int32?
    package var limit: Duration
    /// Runs it on a pseudo-terminal, as an interactive session would.
    package var terminal: Bool
    package var times: Int
    /// In the sensor's cgroup, where what it uses counts as the sensor's.
    package var isBesideSensor = false

    package init(
        name: String, container: String? = nil, arguments: [String] = [], environment: [String: String] = [:], exit: Int32? = 0,
        limit: Duration = .seconds(30), terminal: Bool = false, times: Int = 1
    ) {
        self.name = name
        self.container = container
        self.arguments = arguments
        self.environment = environment
        self.exit = exit
        self.limit = limit
        self.terminal = terminal
        self.times = times
    }
}

package struct ReputationEntry: Sendable, Hashable {
    package enum Subject: Sendable, Hashable {
        /// The SHA-256 of a file of the container (nil: of the host).
        case file(String, container: String?)
        /// `sha256`, `sha1`, `md5`, `ip` or `domain`, and its value.
        case value(kind: String, String)
    }
    package var subject: Subject
    package var disposition: String
    package var family: String?
    package init(subject: Subject, disposition: String, family: String?) {
        self.subject = subject
        self.disposition = disposition
        self.family = family
    }
}
