internal import Contract
internal import Foundations
internal import Portal
internal import Spool
internal import Synchronization

/// What waits for the service: pushed from any thread without waiting, taken in order by the service alone.
///
/// Drafts beyond the bound are refused and counted by stream (`inboxFull`); answers and the word to stop are never refused, their
/// number is bounded by the requests that are out.
final class PortalInbox: Sendable {
    private struct State {
        var drafts: BoundedQueue<SpoolDraft>
        var inputs: [Conversation.Input] = []
        var losses = Ledger()
        var onInput: (@Sendable () -> Void)?
        var isWoken = false
    }

    private let state: Mutex<State>

    init(capacity: Int) { state = Mutex(State(drafts: BoundedQueue(capacity: capacity))) }

    var losses: Ledger { state.withLock { $0.losses } }
    var hasInput: Bool { state.withLock { !$0.inputs.isEmpty || !$0.drafts.isEmpty } }
    var depth: Int { state.withLock { $0.drafts.count } }

    /// - Parameter wake: called, on the pusher's thread, when something comes into an inbox that was taken empty.
    func onInput(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.onInput = wake } }

    func push(_ draft: SpoolDraft) {
        wakeAfter { state in
            if !state.drafts.push(draft) { state.losses.count("inboxFull", at: draft.stream.rawValue) }
        }
    }

    func push(_ input: Conversation.Input) { wakeAfter { $0.inputs.append(input) } }

    /// Everything that is there: answers first, so that acknowledgements make room before drafts want it.
    func take() -> (inputs: [Conversation.Input], drafts: [SpoolDraft]) {
        state.withLock { state in
            state.isWoken = false
            defer { state.inputs = [] }
            return (state.inputs, state.drafts.drain())
        }
    }

    private func wakeAfter(_ change: (inout State) -> Void) {
        let wake = state.withLock { state -> (@Sendable () -> Void)? in
            change(&state)
            guard !state.isWoken else { return nil }
            state.isWoken = true
            return state.onInput
        }
        wake?()
    }
}
