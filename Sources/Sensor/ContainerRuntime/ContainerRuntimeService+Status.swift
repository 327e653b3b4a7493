extension ContainerRuntimeService {
    /// How things stand with the runtimes of the node.
    package struct Status: Sendable, Hashable, Codable {
        /// A runtime whose socket is there.
        package struct Runtime: Sendable, Hashable, Codable {
            package var socket: String
            /// nil while it does not answer.
            package var runtime: String?
            package var state: RuntimeState
            package var detail: String
            package var containers: Int
        }

        package var state: RuntimeState
        package var detail: String
        /// Name and socket of the first runtime that answers; nil when none does.
        package var runtime: String?
        package var socket: String?
        package var runtimes: [Runtime]
        package var containers: Int
        package var connections: UInt64
        package var lists: UInt64
        package var questions: UInt64
        package var events: UInt64
        /// Containers that a runtime was asked for and does not have.
        package var unknown: UInt64
        package var questionsFull: UInt64
        package var failures: [String: UInt64]

        init(_ watch: RuntimeWatch) {
            let counts = watch.counts
            state = watch.state
            detail = watch.detail
            runtimes = watch.conversations.filter { $0.state != .absent && $0.state != .connecting }.map {
                Runtime(socket: $0.socket.path, runtime: $0.runtime.isEmpty ? nil : $0.runtime, state: $0.state, detail: $0.detail, containers: $0.containers)
            }
            let first = runtimes.first { $0.runtime != nil }
            runtime = first?.runtime
            socket = first?.socket
            containers = runtimes.reduce(0) { $0 + $1.containers }
            connections = counts.connections
            lists = counts.lists
            questions = counts.questions
            events = counts.events
            unknown = counts.unknown
            questionsFull = counts.questionsFull
            failures = Dictionary(uniqueKeysWithValues: counts.failures.map { ($0.rawValue, $1) })
        }
    }
}
