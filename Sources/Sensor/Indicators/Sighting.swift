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

    package init(_ event: EnrichedEvent) {
        self.event = event.event
        time = event.wallTime
        userName = event.userName
        tree = ProcessSnapshot.tree(of: event.process)
        container = event.container
    }
}
