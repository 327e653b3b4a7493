import Contract
import Foundations
import Spool

/// What the spool answers.
extension Conversation {
    mutating func spooled(_ answer: SpoolAnswer, at now: Now, _ effects: inout [Effect]) {
        switch answer {
        case .loaded(let stream, let records): perform(outbox.loaded(records, of: stream, at: now.monotonic), &effects)
        case .done(let command, let digest):
            var urgent = false
            switch command {
            case .append(let drafts): urgent = drafts.contains { $0.stream == .detections && $0.severity == .critical }
            case .acknowledge(_, let stream), .evict(_, let stream, _): outbox.settled(stream)
            case .load, .expire, .noteContact, .measure, .compact: break
            }
            guard let digest else { return spoolUnreadable(at: now, &effects) }
            noteEvictions(from: self.digest, to: digest, &effects)
            self.digest = digest
            compactWhenDrained(&effects)
            measureAt = nil
            resolve("spool.disk-full", &effects)
            resolve("spool.failed", &effects)
            outbox.spoolChanged(digest, urgent: urgent, at: now.monotonic)
        case .failed(let command, let error): spoolFailed(command, error, at: now, &effects)
        }
    }

    // An outage's worth was delivered: its room goes back to the disk.
    private mutating func compactWhenDrained(_ effects: inout [Effect]) {
        spoolPeakBytes = max(spoolPeakBytes, digest.bytes)
        guard digest.records == 0, spoolPeakBytes >= tuning.compactFromBytes else { return }
        spoolPeakBytes = 0
        effects.append(.spool(.compact))
    }

    private mutating func spoolFailed(_ command: SpoolCommand, _ error: SpoolError, at now: Now, _ effects: inout [Effect]) {
        switch error {
        case .diskFull: open("spool.disk-full", .high, error.description, at: now, &effects)
        case .corrupt, .failed: open("spool.failed", .high, error.description, at: now, &effects)
        }
        switch command {
        case .append(let drafts): intake.putBack(drafts, retryAt: now.monotonic + tuning.timetable.spoolRetry)
        case .load(let stream, _, _), .acknowledge(_, let stream), .evict(_, let stream, _): outbox.spoolFailed(stream, at: now.monotonic)
        case .expire: outage.spoolFailed(at: timeline.time(at: now.monotonic))
        case .measure: spoolUnreadable(at: now, &effects)
        case .noteContact, .compact: break
        }
    }

    /// What was asked happened, but what the spool holds now is not known: asked again later, and until then nothing expires by the old sums.
    private mutating func spoolUnreadable(at now: Now, _ effects: inout [Effect]) {
        open("spool.failed", .high, "the spool's sums cannot be read", at: now, &effects)
        measureAt = now.monotonic + tuning.timetable.spoolRetry
        outage.spoolFailed(at: timeline.time(at: now.monotonic))
    }

    private func noteEvictions(from old: SpoolDigest, to new: SpoolDigest, _ effects: inout [Effect]) {
        for stream in UploadStream.allCases {
            for (cause, count) in new[stream].evicted.sorted(by: { $0.key < $1.key }) {
                let before = old[stream].evicted[cause] ?? 0
                if count > before { effects.append(.report(.evicted(stream: stream.rawValue, cause: cause, records: count - before))) }
            }
        }
    }
}
