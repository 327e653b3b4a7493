import Foundations

/// `PodLogOptions`, as the parameters of a request give them.
struct LogOptions: Sendable {
    var container: String?
    var follows = false
    var wantsPrevious = false
    var hasTimestamps = false
    /// Lines before it are left out.
    var since: WallInstant?
    var tailLines: Int?
    var limitBytes: Int?

    /// - Throws: 400 for what cannot be read, 422 for what is out of range.
    init(_ request: APIRequest, pod: String, at now: WallInstant) throws(APIStatus) {
        container = request.parameter("container")
        follows = request.flag("follow")
        wantsPrevious = request.flag("previous")
        hasTimestamps = request.flag("timestamps")
        var findings: [FieldError] = []
        let tail = try request.number("tailLines")
        if let tail, tail < 0 { findings.append(.invalid("tailLines", .integer(tail), "must be greater than or equal to 0")) }
        let limit = try request.number("limitBytes")
        if let limit, limit < 1 { findings.append(.invalid("limitBytes", .integer(limit), "must be greater than 0")) }
        let seconds = try request.number("sinceSeconds")
        let time = request.parameter("sinceTime")
        if seconds != nil, time != nil {
            findings.append(.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
        } else if let seconds {
            if seconds < 1 { findings.append(.invalid("sinceSeconds", .integer(seconds), "must be greater than 0")) }
            // Before 1970 is before everything.
            since = seconds < 1_000_000_000 ? now + (.zero - .seconds(seconds)) : nil
        } else if let time {
            guard let instant = Timestamp.parse(time) else { throw .badRequest(Timestamp.failure(time, layout: "2006-01-02T15:04:05Z07:00")) }
            since = instant
        }
        guard findings.isEmpty else { throw .invalid(group: "", kind: "PodLogOptions", name: pod, findings) }
        tailLines = tail.map { Int(clamping: $0) }
        limitBytes = limit.map { Int(clamping: $0) }
    }
}
