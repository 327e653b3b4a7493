package import Enrichment
package import Foundations

/// The conversations with all runtimes of the node, and what enrichment is to know of what they say.
///
/// A value: takes what came back and instants, gives requests and news. A node may have several runtimes, and two of them may know the same
/// container (Docker and its CRI adapter): the one whose socket stands first speaks for it.
package struct RuntimeWatch: Sendable {
    package enum Input: Sendable {
        case wake
        /// A container was met for the first time.
        case met(id: String)
        /// From the runtime behind the socket of this number.
        case from(Int, RuntimeConversation.Input)
    }

    package enum Effect: Sendable, Equatable {
        /// Of the runtime behind the socket of this number.
        case ask(Int, RuntimeConversation.Request)
        case tell(RuntimeContainers.Input)
        case state(RuntimeState, detail: String)
    }

    package private(set) var state = RuntimeState.connecting
    package private(set) var detail = ""
    /// One for each socket, in their order.
    package private(set) var conversations: [RuntimeConversation]
    /// Who is still to say whether a container that was met is his.
    private var awaited: [String: Set<Int>] = [:]
    private var isAvailable = false

    package init(sockets: [RuntimeSocket], tuning: RuntimeTuning, seed: UInt64, at now: MonotonicInstant) {
        conversations = sockets.enumerated().map { RuntimeConversation($1, tuning: tuning, seed: seed &+ UInt64($0), at: now) }
    }

    package var counts: RuntimeCounts { conversations.reduce(RuntimeCounts()) { $0 + $1.counts } }

    /// When to call `handle(.wake)` at the latest; nil while only an answer can bring anything new.
    package var nextWake: MonotonicInstant? { conversations.compactMap(\.nextWake).min() }

    package mutating func handle(_ input: Input, at now: MonotonicInstant) -> [Effect] {
        var effects: [Effect] = []
        switch input {
        case .wake: for index in conversations.indices { take(conversations[index].wake(at: now), of: index, &effects) }
        case .met(let id):
            let asked = conversations.indices.filter { conversations[$0].isConnected }
            guard !asked.isEmpty else { break }
            awaited[id] = Set(asked)
            for index in asked { take(conversations[index].met(id, at: now), of: index, &effects) }
        case .from(let index, let input): take(conversations[index].handle(input, at: now), of: index, &effects)
        }
        judge(&effects)
        return effects
    }

    private mutating func take(_ said: [RuntimeConversation.Effect], of index: Int, _ effects: inout [Effect]) {
        for one in said {
            switch one {
            case .ask(let request): effects.append(.ask(index, request))
            case .connected:
                if !isAvailable { effects.append(.tell(.available(true))) }
                isAvailable = true
            case .disconnected:
                guard isAvailable, !conversations.contains(where: \.isConnected) else { continue }
                isAvailable = false
                awaited = [:]
                effects.append(.tell(.available(false)))
            case .container(let container):
                awaited[container.id] = nil
                if !conversations[..<index].contains(where: { $0.has(container.id) }) { effects.append(.tell(.container(container))) }
            case .unknown(let id): deny(id, by: index, &effects)
            case .removed(let id): if !conversations.contains(where: { $0.has(id) }) { effects.append(.tell(.removed(id: id))) }
            case .listed: effects.append(.tell(.listed(ids: conversations.reduce(into: []) { $0.formUnion($1.present) })))
            }
        }
    }

    /// One runtime does not have the container; when none has, nobody need wait for an answer.
    private mutating func deny(_ id: String, by index: Int, _ effects: inout [Effect]) {
        // of the last runtime that leaves: whoever waits is told that nobody answers
        guard conversations.contains(where: \.isConnected), awaited[id]?.remove(index) != nil, awaited[id]?.isEmpty ?? false else { return }
        awaited[id] = nil
        effects.append(.tell(.unknown(id: id)))
    }

    // MARK: How things stand

    private mutating func judge(_ effects: inout [Effect]) {
        let (new, words) = overall
        // what failed is named once; who answers, each time that changes
        guard new != state || new.isAnswering && words != detail else { return }
        (state, detail) = (new, words)
        effects.append(.state(new, detail: words))
    }

    private var overall: (RuntimeState, String) {
        let answering = conversations.filter(\.state.isAnswering)
        guard answering.isEmpty else {
            return (answering.contains { $0.state == .polling } ? .polling : .watching, answering.map(\.detail).joined(separator: "; "))
        }
        guard !conversations.contains(where: { $0.state == .connecting }), let worst = conversations.max(by: { $0.state.weight < $1.state.weight }) else { return (.connecting, "") }
        return (worst.state, worst.detail)
    }
}
