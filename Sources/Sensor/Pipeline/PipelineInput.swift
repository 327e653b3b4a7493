package import Enrichment
package import Events
package import Foundations
package import Governor
package import Indicators
package import Rules

/// What comes back into the pipeline from the workers and services around it. Handled on the pipeline's thread, between messages.
package enum PipelineInput: Sendable {
    /// Processes that /proc knows: all of them at start, single ones later.
    case processes([ProcessFacts])
    case names(UserResolver.Names, mountNamespace: UInt32)
    /// The files that the paths of the question lead to there; nil when nobody could look.
    case knownFiles([KnownFile]?, mountNamespace: UInt32)
    case digests(FileDigests, for: FileHasher.Request)
    /// The file will have no digests: it was gone, too large, unreadable, or too many waited.
    case notHashed(FileHasher.Request, LossCause)
    /// What the Kubernetes API says about a pod of this node, and the container runtime about a container.
    case workload(WorkloadResolver.Input)
    /// Other rules and indicators take over, all together, with the next event.
    case definitions(RuleSet, KnownIndicators, version: String)
    case indicators(IndicatorAggregator.Input)
    /// Lines of live events for a subscriber; nil filter means every event.
    case subscribe(id: UInt64, kinds: Set<EventKind>, filter: ConditionFilter?)
    case unsubscribe(id: UInt64)
    case identity(SensorIdentity)
    /// How much there is room for from now on.
    case visibility(VisibilityLevel)
    /// What can be asked for again is forgotten: memory is short.
    case dropCaches
    /// How often what ran is handed over; nil restores the built-in time.
    case runtimeDataInterval(Duration?)
    /// Answers with what is there now, through `PipelineEffect.report`.
    case report(id: UInt64)
}
