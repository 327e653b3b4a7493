package import Contract
package import Foundations
package import Spool

/// What an outage does to what is kept: stale detections and expired runtime data go, collected indicators are dropped.
///
/// Counted on the spool's time line, so that neither a restart nor a stepped wall clock moves a deadline.
package struct OutageTimetable: Hashable, Sendable {
    private let timetable: Timetable
    /// When the portal last answered; at first the start, until the spool says better.
    package private(set) var lastContact: SpoolTime
    package private(set) var indicatorsDropped = false
    /// After the spool could not be written.
    private var notBefore: SpoolTime = .zero

    package init(_ timetable: Timetable, lastContact: SpoolTime) {
        self.timetable = timetable
        self.lastContact = lastContact
    }

    package enum Action: Hashable, Sendable {
        case expire(UploadStream, upTo: SpoolTime, LossCause)
        case dropIndicators
    }

    package mutating func contact(at time: SpoolTime) {
        lastContact = max(lastContact, time)
        indicatorsDropped = false
    }

    package mutating func spoolFailed(at time: SpoolTime) { notBefore = time + timetable.spoolRetry }

    /// What is due. - Parameter isDelivering: detections are on their way, so none is given up for its age.
    package mutating func due(_ digest: SpoolDigest, isDelivering: Bool, at time: SpoolTime) -> [Action] {
        var actions: [Action] = []
        for stream in UploadStream.allCases {
            guard let at = expiry(of: stream, digest, isDelivering: isDelivering), time >= max(at, notBefore) else { continue }
            actions.append(.expire(stream, upTo: SpoolTime(nanoseconds: time.nanoseconds - timetable.kept(stream).nanoseconds), stream == .runtimeData ? .expired : .stale))
        }
        if !indicatorsDropped, time >= lastContact + timetable.indicatorsDroppedAfter {
            indicatorsDropped = true
            actions.append(.dropIndicators)
        }
        return actions
    }

    /// When `due` may have something; nil when nothing that is kept can fall due.
    package func nextWake(_ digest: SpoolDigest, isDelivering: Bool) -> SpoolTime? {
        var wakes = UploadStream.allCases.compactMap { expiry(of: $0, digest, isDelivering: isDelivering).map { max($0, notBefore) } }
        if !indicatorsDropped { wakes.append(lastContact + timetable.indicatorsDroppedAfter) }
        return wakes.min()
    }

    private func expiry(of stream: UploadStream, _ digest: SpoolDigest, isDelivering: Bool) -> SpoolTime? {
        guard let oldest = digest[stream].oldest, stream != .detections || !isDelivering else { return nil }
        return oldest + timetable.kept(stream)
    }
}
