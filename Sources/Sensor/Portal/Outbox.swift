package import Contract
package import Foundations
package import Spool

/// Which records go to the portal next. Detections before runtime data before telemetry; in order within each; one batch of each
/// stream out at a time; when the portal fails, one batch alone tries again on the timetable and opens the way for the rest.
package struct Outbox: Sendable {
    package enum Action: Hashable, Sendable {
        case load(UploadStream, records: Int, bytes: Int)
        case send(UploadStream, [SpooledRecord])
        case acknowledge([UInt64], UploadStream)
        case evict([UInt64], UploadStream, LossCause)
    }

    /// A record refused this often by itself is set aside, so that it does not block its stream for ever.
    package static let refusalsAloneMax = 3

    package private(set) var lanes: [OutboxLane]
    package private(set) var budget: ByteBudget
    private let timetable: Timetable
    private var backoff: Backoff
    /// While failing: when the next batch may try.
    private var retryAt: MonotonicInstant?
    private var isFlushing = false

    package init(_ timetable: Timetable, batch: OutboxLane.Limit, budgetBytes: Int) {
        self.timetable = timetable
        // Order is priority.
        lanes = [UploadStream.detections, .runtimeData, .telemetry].map { OutboxLane($0, limit: batch) }
        budget = ByteBudget(limit: budgetBytes, window: timetable.budgetWindow)
        backoff = Backoff(timetable)
    }

    package var isFailing: Bool { backoff.isFailing }
    package var isQuiet: Bool { lanes.allSatisfy { $0.state == .idle } }
    package var pending: Int { lanes.reduce(0) { $0 + $1.pending } }

    package mutating func setBudget(bytes: Int) { budget.limit = bytes }

    /// When `next` may have something to do, given that uploads are possible.
    package func nextWake(at now: MonotonicInstant) -> MonotonicInstant? {
        var wake: MonotonicInstant?
        for lane in lanes {
            switch lane.state {
            case .idle where lane.pending > 0:
                if backoff.isFailing, isTrying { continue }
                let due = [lane.lingerUntil, lane.notBefore, retryAt].compactMap { $0 }.max() ?? now
                wake = min(wake ?? due, due)
            case .settling:
                if let due = lane.notBefore { wake = min(wake ?? due, due) }
            default: continue
            }
        }
        return wake
    }

    private var isTrying: Bool { lanes.contains { $0.state == .loading || $0.state == .sending } }

    /// The next action, one at a time, until nil.
    package mutating func next(canUpload: Bool, at now: MonotonicInstant) -> Action? {
        for index in lanes.indices {
            let lane = lanes[index]
            if let due = lane.notBefore, now < due { continue }
            if case .settling(let sequences, let cause) = lane.state, lane.notBefore != nil {
                lanes[index].notBefore = nil
                return settle(sequences, cause, lane.stream)
            }
            guard canUpload, lane.state == .idle, lane.pending > 0 else { continue }
            if backoff.isFailing {
                guard !isTrying, retryAt.map({ now >= $0 }) ?? true else { continue }
            } else if !isFlushing, let due = lane.lingerUntil, now < due { continue }
            lanes[index].notBefore = nil
            lanes[index].state = .loading
            return .load(lane.stream, records: lane.limit.records, bytes: lane.limit.bytes)
        }
        return nil
    }

    // MARK: What the spool says

    /// New sums. - Parameter urgent: a CRITICAL detection is among what is new: nothing waits for company.
    package mutating func spoolChanged(_ digest: SpoolDigest, urgent: Bool = false, at now: MonotonicInstant) {
        for index in lanes.indices {
            let stream = lanes[index].stream
            let pending = digest[stream].records
            if pending == 0 {
                lanes[index].lingerUntil = nil
            } else if lanes[index].pending == 0 || lanes[index].lingerUntil == nil {
                lanes[index].lingerUntil = now + timetable.linger(of: stream)
            }
            if urgent, stream == .detections, pending > 0 { lanes[index].lingerUntil = now }
            // A full batch has all the company it can take.
            if pending >= lanes[index].limit.records { lanes[index].lingerUntil = now }
            lanes[index].pending = pending
        }
    }

    package mutating func loaded(_ records: [SpooledRecord], of stream: UploadStream, at now: MonotonicInstant) -> Action? {
        guard let index = index(of: stream), lanes[index].state == .loading else { return nil }
        guard !records.isEmpty else {
            lanes[index].state = .idle
            lanes[index].pending = 0
            return nil
        }
        if stream != .detections, let refusal = budget.take(records.reduce(0) { $0 + $1.payload.count }, at: now) {
            let sequences = records.map(\.sequence)
            switch refusal {
            case .until(let instant) where stream == .runtimeData:
                lanes[index].state = .idle
                lanes[index].notBefore = instant
                return nil
            case .never where lanes[index].limit.records > 1 && records.count > 1:
                lanes[index].state = .idle
                lanes[index].narrow(from: records.count)
                return nil
            case .until, .never:
                lanes[index].state = .settling(sequences, .byteBudget)
                return settle(sequences, .byteBudget, stream)
            }
        }
        lanes[index].state = .sending
        lanes[index].isFromBeforeReturn = false
        return .send(stream, records)
    }

    /// The spool could not do what the lane asked; it is asked again later.
    package mutating func spoolFailed(_ stream: UploadStream, at now: MonotonicInstant) {
        guard let index = index(of: stream) else { return }
        lanes[index].notBefore = now + timetable.spoolRetry
        if lanes[index].state == .loading { lanes[index].state = .idle }
    }

    package mutating func settled(_ stream: UploadStream) {
        guard let index = index(of: stream), case .settling = lanes[index].state else { return }
        lanes[index].state = .idle
        lanes[index].notBefore = nil
    }

    // MARK: What the portal says

    package mutating func uploaded(_ records: [SpooledRecord], of stream: UploadStream) -> Action? {
        guard let index = index(of: stream), lanes[index].state == .sending else { return nil }
        portalAnswered()
        lanes[index].widen()
        let sequences = records.map(\.sequence)
        lanes[index].state = .settling(sequences, nil)
        return settle(sequences, nil, stream)
    }

    /// - Parameter outageSince: when the session found the portal away: an upload that fails during an outage does not begin another
    ///   minute of quick retries.
    package mutating func failed(
        _ records: [SpooledRecord], of stream: UploadStream, _ failure: PortalFailure, outageSince: MonotonicInstant? = nil, at now: MonotonicInstant,
        using random: inout some RandomNumberGenerator
    ) -> Action? {
        guard let index = index(of: stream), lanes[index].state == .sending else { return nil }
        lanes[index].state = .idle
        // on a slow line a batch that is too large for the time-out would be too large for ever
        if failure.kind == .state(.timedOut), records.count > 1 { lanes[index].narrow(from: records.count) }
        switch failure.kind {
        case .requestRefused, .notFound:
            portalAnswered()
            return refused(records, index, at: now)
        case .unauthenticated, .notRegistered:
            // The session finds out more. Should it find nothing wrong, the next batch is a retry like any other.
            wait(slowly: false, failure.retryAfter, since: outageSince, at: now, using: &random)
        case .state where lanes[index].isFromBeforeReturn:
            lanes[index].isFromBeforeReturn = false
        case .state(let state):
            wait(slowly: state.isRefusal, failure.retryAfter, since: outageSince, at: now, using: &random)
        }
        return nil
    }

    /// The portal took a heartbeat after a time without answers: no need to wait for the timetable.
    package mutating func portalReturned(at now: MonotonicInstant) {
        for index in lanes.indices where lanes[index].state == .sending { lanes[index].isFromBeforeReturn = true }
        guard backoff.isFailing else { return }
        retryAt = now
        backoff.restart(at: now)
    }

    /// Nothing waits for company any more.
    package mutating func flush() { isFlushing = true }

    private mutating func portalAnswered() {
        backoff.succeeded()
        retryAt = nil
    }

    // Several batches may be out when the portal goes away: that is one failure, not three.
    private mutating func wait(
        slowly: Bool, _ retryAfter: Duration?, since: MonotonicInstant?, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
    ) {
        if let retryAt, now < retryAt { return }
        retryAt = backoff.failed(at: now, since: since, slowly: slowly, retryAfter: retryAfter, using: &random)
    }

    private mutating func refused(_ records: [SpooledRecord], _ index: Int, at now: MonotonicInstant) -> Action? {
        guard records.count == 1 else {
            lanes[index].narrow(from: records.count)
            return nil
        }
        lanes[index].refusalsAlone += 1
        guard lanes[index].refusalsAlone >= Self.refusalsAloneMax else {
            lanes[index].notBefore = now + timetable.retryInitial
            return nil
        }
        lanes[index].refusalsAlone = 0
        let sequences = records.map(\.sequence)
        lanes[index].state = .settling(sequences, .refusedByPortal)
        return settle(sequences, .refusedByPortal, lanes[index].stream)
    }

    private func settle(_ sequences: [UInt64], _ cause: LossCause?, _ stream: UploadStream) -> Action {
        if let cause { .evict(sequences, stream, cause) } else { .acknowledge(sequences, stream) }
    }

    private func index(of stream: UploadStream) -> Int? { lanes.firstIndex { $0.stream == stream } }
}
