import Events
import Host
import Pipeline
import Probes

/// The kernel's table of files that rules know by their path: those of the host, looked up every few seconds, and those of containers, as the pipeline has
/// them. Lives on the sensor thread.
final class KnownFileTable {
    let probes: ProbeSet
    /// Files that the table had no room for.
    private(set) var refused = 0
    private var host: [KnownFile] = []
    private var seen: UInt64?

    init(_ probes: ProbeSet) { self.probes = probes }

    // A few dozen files of /etc, a few microseconds each, on this thread: the table changes between two events and not during one.
    func lookAtHost(for pipeline: Pipeline) {
        host = KnownFileScan.files(pipeline.interest.known.sorted())
        write(pipeline)
    }

    /// Takes over what has become known of containers since the last call.
    func follow(_ pipeline: Pipeline) { if seen != pipeline.containerFiles.changes { write(pipeline) } }

    private func write(_ pipeline: Pipeline) {
        seen = pipeline.containerFiles.changes
        refused = probes.watch(known: host + pipeline.containerFiles.files)
    }
}
