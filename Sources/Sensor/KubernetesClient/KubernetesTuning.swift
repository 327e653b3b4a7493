internal import Foundations

/// Every timing and bound of the conversation with the API server.
package struct KubernetesTuning: Hashable, Sendable {
    /// The first list waits a random part of it, so that a fleet does not start at once.
    package var startDelayMax: Duration = .zero
    /// Pods of one page; a node has some hundred at most.
    package var pageLimit = 100
    /// A watch is asked to end after a random time in this range, as client-go does (5 to 10 minutes).
    package var watchMin: Duration = .minutes(5)
    package var watchMax: Duration = .minutes(10)
    /// How long after its own end a silent watch is given up.
    package var watchGrace: Duration = .seconds(30)
    /// A watch that ends sooner and without an event counts as a failure.
    package var watchShortest: Duration = .seconds(1)
    package var requestTimeout: Duration = .seconds(30)
    /// First wait after a failure; doubled up to `retryMax`, each shortened by up to half at random (client-go: 800 ms to 30 s).
    package var retryInitial: Duration = .milliseconds(800)
    package var retryMax: Duration = .seconds(30)
    /// After a refusal that a person must mend (401, 403, a certificate).
    package var refusedRetryMax: Duration = .minutes(5)
    /// The longest wish of a Retry-After that is honoured.
    package var retryAfterMax: Duration = .minutes(5)
    /// A list does not begin sooner than this after the one before it began.
    package var listIntervalMin: Duration = .seconds(10)
    /// Between two questions to the kubelet, give or take a tenth; sooner than an event gives up waiting for its pod.
    package var kubeletInterval: Duration = .seconds(5)
    /// Failures in a row after which the API server is asked instead.
    package var kubeletFailuresMax = 3
    /// Between two attempts, give or take a quarter, to go back from the API server to the kubelet.
    package var kubeletReturnInterval: Duration = .minutes(5)
    /// Owners: answers kept, questions waiting, and for how long "there is none" and "you may not" are believed.
    package var ownersMax = 4096
    package var ownerQueueMax = 1024
    package var ownerMissingKept: Duration = .minutes(10)
    package var ownerForbiddenKept: Duration = .hours(1)

    package init() {}
}
