package import Events
package import Foundations

/// Who met an indicator: a copy that outlives the event and its process, enough to make a detection later.
package struct Sighting: Sendable {
    package var event: Event
    package var time: WallInstant
    package var userName: String?
    /// The process first, then its ancestors.
    package var tree: [ProcessSnapshot]
    package var container: ContainerContext?

    package init(_ event: EnrichedEvent) { self.init(event, tree: ProcessSnapshot.tree(of: event.process)) }

    /// - Parameter tree: of the event's process, made before.
    init(_ event: EnrichedEvent, tree: [ProcessSnapshot]) {
        self.event = event.event
        time = event.wallTime
        userName = event.userName
        self.tree = tree
        container = event.container
    }
}
