package import Contract
import Foundations

/// Every timing of the conversation with the portal, as a setting with its default.
package struct Timetable: Hashable, Sendable {
    // Retries (outage timetable, first and second line).
    /// First wait after a failure; the next ones grow by `retryMultiplier`, each shortened by up to half at random.
    package var retryInitial: Duration = .seconds(1)
    package var retryMultiplier: Double = 2
    /// The longest wait inside `retryPhase`.
    package var retryStepMax: Duration = .seconds(15)
    /// How long failures are answered with quick retries.
    package var retryPhase: Duration = .seconds(60)
    /// One attempt each, after that. The first such wait is a random part of it, so that a fleet spreads over the whole interval.
    package var retryInterval: Duration = .hours(1)
    /// Each later wait is longer by a random part of this fraction; never shorter than `retryInterval`.
    package var retryIntervalJitter: Double = 0.1

    // What is given up without the portal.
    package var detectionsStaleAfter: Duration = .hours(24)
    package var indicatorsDroppedAfter: Duration = .hours(24)
    package var runtimeDataKept: Duration = .hours(48)
    package var telemetryKept: Duration = .hours(24)

    // The conversation while all is well.
    /// The first attempt waits a random part of it.
    package var startDelayMax: Duration = .zero
    package var heartbeatInterval: Duration = .seconds(60)
    package var heartbeatJitter: Double = 0.1
    /// An answer later than this is a failure.
    package var requestTimeout: Duration = .seconds(30)
    /// A token is refreshed when this fraction of its life is left, at least `tokenMarginMin` ahead.
    package var tokenMargin: Double = 0.2
    package var tokenMarginMin: Duration = .seconds(10)
    /// How long records wait for company before they are sent. CRITICAL detections never wait.
    package var detectionLinger: Duration = .milliseconds(200)
    package var runtimeDataLinger: Duration = .seconds(5)
    package var telemetryLinger: Duration = .seconds(30)
    /// The span of the byte budget for what is not a detection.
    package var budgetWindow: Duration = .hours(1)
    /// How long the spool is left alone after it could not be written.
    package var spoolRetry: Duration = .seconds(5)
    /// Flush and deregistration together.
    package var shutdownMax: Duration = .seconds(20)

    package init() {}

    /// The same timetable, `factor` times faster. What waits for other machines keeps a floor, because networks do not speed up.
    package func scaled(by factor: Double) -> Timetable {
        guard factor != 1, factor > 0 else { return self }
        func scale(_ span: Duration, floor: Duration = .milliseconds(1)) -> Duration {
            max(min(span, floor), .nanoseconds(Int64((Double(span.nanoseconds) / factor).rounded())))
        }
        var out = self
        out.retryInitial = scale(retryInitial, floor: .milliseconds(20))
        out.retryStepMax = scale(retryStepMax, floor: .milliseconds(100))
        out.retryPhase = scale(retryPhase)
        out.retryInterval = scale(retryInterval, floor: .milliseconds(200))
        out.detectionsStaleAfter = scale(detectionsStaleAfter)
        out.indicatorsDroppedAfter = scale(indicatorsDroppedAfter)
        out.runtimeDataKept = scale(runtimeDataKept)
        out.telemetryKept = scale(telemetryKept)
        out.startDelayMax = scale(startDelayMax)
        out.heartbeatInterval = scale(heartbeatInterval, floor: .seconds(1))
        out.requestTimeout = scale(requestTimeout, floor: .seconds(3))
        out.detectionLinger = scale(detectionLinger, floor: .milliseconds(50))
        out.runtimeDataLinger = scale(runtimeDataLinger, floor: .milliseconds(250))
        out.telemetryLinger = scale(telemetryLinger, floor: .milliseconds(500))
        out.budgetWindow = scale(budgetWindow)
        out.spoolRetry = scale(spoolRetry, floor: .milliseconds(200))
        return out
    }

    package func linger(of stream: UploadStream) -> Duration {
        switch stream {
        case .detections: detectionLinger
        case .runtimeData: runtimeDataLinger
        case .telemetry: telemetryLinger
        }
    }

    /// How old a record of the stream may get before it is given up.
    package func kept(_ stream: UploadStream) -> Duration {
        switch stream {
        case .detections: detectionsStaleAfter
        case .runtimeData: runtimeDataKept
        case .telemetry: telemetryKept
        }
    }
}
