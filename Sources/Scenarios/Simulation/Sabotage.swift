import Contract
import Foundations
import Portal
import Spool

/// Mistakes that somebody might build into the sensor one day, each made from outside, between the conversation and the world, so
/// that the real code stays free of hooks. The auditor has to notice every one of them.
package enum Sabotage: String, CaseIterable, Sendable {
    /// Tries again every second for ever.
    case noSlowRetries
    /// Waits half the interval of the timetable.
    case halfInterval
    case detectionsStaleTooEarly
    /// Off by one nanosecond.
    case detectionsStaleTooLate
    case runtimeDataKeptTooLong
    case indicatorsKept
    case indicatorsDroppedTooEarly
    /// Counts a batch as delivered that was only loaded.
    case acknowledgesUnsent
    /// Never tells the spool what was delivered.
    case neverAcknowledges
    /// Gives up the newest along with the oldest.
    case expiresTooMuch
    case neverExpires
    case appendsTwice
    case losesAppends
    case evictsUnderWrongName
    case skipRedaction
    /// Counts deadlines on the clock that administrators step.
    case wallClockDeadlines
    /// Gives a batch that is sent again other sequence numbers.
    case resendsUnderNewNumbers
    /// Takes a request that timed out for one that got through.
    case believesInTimeouts
    case evictsDetectionsFirst
    case countsNoEvictions
    case forgetsSpoolOnRestart
    case agesByWallClock
    /// Does not look at one message in five.
    case overlooksMessages

    var mistakeOfTheStore: MemorySpool.Mistake? {
        switch self {
        case .evictsDetectionsFirst: .detectionsFirst
        case .countsNoEvictions: .countsNoEvictions
        case .forgetsSpoolOnRestart: .forgetsOnReopen
        case .agesByWallClock: .agesByWallClock
        default: nil
        }
    }

    var timetable: Timetable {
        var timetable = Timetable()
        switch self {
        case .noSlowRetries: timetable.retryPhase = .hours(1000)
        case .halfInterval: timetable.retryInterval = .minutes(30)
        case .detectionsStaleTooEarly: timetable.detectionsStaleAfter = .hours(24) - .nanoseconds(1)
        case .detectionsStaleTooLate: timetable.detectionsStaleAfter = .hours(24) + .nanoseconds(1)
        case .runtimeDataKeptTooLong: timetable.runtimeDataKept = .hours(49)
        case .indicatorsKept: timetable.indicatorsDroppedAfter = .hours(1000)
        case .indicatorsDroppedTooEarly: timetable.indicatorsDroppedAfter = .hours(24) - .milliseconds(1)
        default: break
        }
        return timetable
    }

    /// The commands that are performed instead.
    func tamper(with command: SpoolCommand) -> [SpoolCommand] {
        switch (self, command) {
        case (.neverAcknowledges, .acknowledge(_, let stream)): [.acknowledge([], stream)]
        case (.acknowledgesUnsent, .acknowledge(let sequences, let stream)): [.acknowledge(sequences + [(sequences.last ?? 0) + 1], stream)]
        case (.expiresTooMuch, .expire(let stream, let cutoff, let cause)): [.expire(stream, upTo: cutoff + .hours(1), cause)]
        case (.neverExpires, .expire(let stream, _, let cause)): [.expire(stream, upTo: .zero + .hours(-1000), cause)]
        case (.appendsTwice, .append(let drafts)): [.append(drafts + drafts.suffix(1))]
        case (.losesAppends, .append(let drafts)): [.append(Array(drafts.dropLast()))]
        case (.evictsUnderWrongName, .evict(let sequences, let stream, _)): [.evict(sequences, stream, .refusedByPortal)]
        default: [command]
        }
    }

    /// The request that goes out instead.
    func tamper(with request: PortalRequest, id: UInt64) -> PortalRequest {
        guard self == .resendsUnderNewNumbers, case .upload(var upload) = request else { return request }
        for place in upload.records.indices { upload.records[place].sequence += id << 32 }
        return .upload(upload)
    }

    /// The answer that the conversation gets instead.
    func tamper(with reply: PortalReply) -> PortalReply {
        guard self == .believesInTimeouts, case .failed(let failure) = reply, failure.kind == .state(.timedOut) else { return reply }
        return .uploaded(UploadReply(accepted: 0, duplicates: 0, watermark: 0))
    }
}
