import Contract
import Foundations
import Redaction
import Spool

/// Where detections go: into the spool for the portal or, for a sensor without one, as JSON lines to standard output.
struct DetectionOutlet: Sendable {
    /// nil: there is no portal.
    let submit: (@Sendable (SpoolDraft) -> Void)?

    func send(_ event: Redacted<CloudEvent>, _ severity: Severity) {
        guard let payload = try? event.encoded() else { return }
        if let submit {
            submit(SpoolDraft(stream: .detections, id: event.value.id, severity: severity, payload: payload))
        } else {
            Output.say(String(decoding: payload.value, as: UTF8.self))
        }
    }
}
