internal import Foundations

/// Every timing and bound of the conversation with the container runtime.
package struct RuntimeTuning: Hashable, Sendable {
    package var requestTimeout: Duration = .seconds(5)
    /// First wait after no socket was of use; doubled up to `retryMax`, each shortened by up to a quarter at random.
    package var retryInitial: Duration = .seconds(2)
    package var retryMax: Duration = .minutes(5)
    /// Between two lists: of a runtime that tells of its containers, and of one that does not.
    package var listIntervalWatching: Duration = .minutes(5)
    package var listIntervalPolling: Duration = .seconds(30)
    /// A stream of events that has lived so long is believed; one that ends sooner counts as a failure.
    package var eventsProven: Duration = .seconds(1)
    /// Streams that failed in a row after which this runtime is asked instead.
    package var eventFailuresMax = 3
    /// A container that the runtime does not know yet is asked for again after these: sandboxes are known after their first process.
    package var askAgain: [Duration] = [.milliseconds(250), .seconds(1)]
    /// Containers that wait to be asked for; a new one beyond is not (`runtimeQuestionsFull`).
    package var questionsMax = 1024

    package init() {}
}
