import CommandEntry
import Events
import Foundation
import Foundations
import Host
import Pipeline
import Probes
import Rules

/// Live events without a daemon: probes and pipeline of this command's own, without rules, portal or store.
struct OwnEvents {
    let kinds: Set<EventKind>
    let filter: String?

    /// - Parameter show: takes each line; ends the run by false.
    /// - Throws: `Failed` when the kernel does not allow it.
    func run(_ show: (String) -> Bool) async throws {
        let settings = PipelineSettings.standalone()
        let sensor = SensorThread(options: ProbeOptions()) { Pipeline(settings: settings, rules: .empty, seed: 0) }
        let files = FileWorkers(inbox: sensor.inbox)
        sensor.inbox.put(.subscribe(id: 1, kinds: kinds, filter: try filter.map { text throws(Diagnostic) in try ConditionFilter(text) }))
        sensor.start()
        defer {
            sensor.stop()
            files.stop()
        }
        while true {
            if case .refused(_, let message) = sensor.figures.state { throw Failed(description: message) }
            for effect in sensor.outbox.take() {
                switch effect {
                case .line(let text, _): guard show(text) else { return }
                case .scan(let pid): files.scan(pid: pid)
                case .readNames(let pid, let namespace): files.readNames(pid: pid, mountNamespace: namespace)
                default: continue
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
