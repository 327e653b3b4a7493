package import Enrichment

extension RuntimeConversation {
    package enum Input: Sendable {
        case opened(name: String)
        case listed([RuntimeContainer])
        /// The answer about one container; nil when the runtime does not have it.
        case found(RuntimeContainer?)
        /// The request that is out failed.
        case failed(RuntimeFailure)
        case event(RuntimeEvent)
        case eventsEnded(RuntimeFailure?)
    }

    package enum Request: Sendable, Equatable {
        case open(RuntimeSocket)
        /// Drop the connection and everything that is out on it.
        case close
        case list
        case find(id: String)
        /// What a list does not say of a container.
        case details(RuntimeContainer)
        case watchEvents
    }

    package enum Effect: Sendable, Equatable {
        case ask(Request)
        case connected
        case disconnected
        case container(RuntimeContainer)
        /// The runtime does not have it, or does not say.
        case unknown(id: String)
        case removed(id: String)
        /// A list is complete; see `present`.
        case listed
    }
}
