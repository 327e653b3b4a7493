/// How things stand with the container runtime: one name each, reported when it changes.
package enum RuntimeState: String, Sendable, Hashable, CaseIterable, Codable {
    case connecting
    /// The runtime tells of every container itself.
    case watching
    /// It is asked when a container is first seen, and for a list now and then.
    case polling
    /// No socket at any of the places.
    case absent
    /// A socket is there and nobody answers.
    case unreachable
    case timedOut = "timed-out"
    /// The socket may not be opened.
    case refused
    /// What answers does not speak the language that is needed: a containerd without its CRI plugin.
    case unsupported
    /// The answer cannot be understood.
    case badReply = "bad-reply"

    var isAnswering: Bool { self == .watching || self == .polling }

    /// Of several sockets that failed, the one with the highest says most about what is wrong.
    var weight: Int {
        switch self {
        case .connecting, .watching, .polling: 0
        case .absent: 1
        case .unsupported: 2
        case .unreachable: 3
        case .timedOut: 4
        case .badReply: 5
        case .refused: 6
        }
    }
}

/// Why a question was not answered.
package struct RuntimeFailure: Error, Hashable, Sendable {
    package var state: RuntimeState
    package var detail: String
    /// The connection is of no use any longer.
    package var isBroken: Bool

    package init(_ state: RuntimeState, _ detail: String = "", isBroken: Bool = true) {
        self.state = state
        self.detail = detail
        self.isBroken = isBroken
    }
}
