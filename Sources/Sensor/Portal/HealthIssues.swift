package import Foundations

/// Something a person should know about this sensor; it opens, and later it resolves.
package struct PortalHealthIssue: Hashable, Sendable {
    /// A stable name, e.g. `spool.disk-full`.
    package var code: String
    package var severity: Severity
    package var message: String
    package var since: WallInstant

    package init(code: String, severity: Severity, message: String, since: WallInstant) {
        self.code = code
        self.severity = severity
        self.message = message
        self.since = since
    }
}

/// The issues that are open now, one per code. Codes are ours, so their number is bounded by the program's text.
package struct HealthIssues: Hashable, Sendable {
    private var open: [String: PortalHealthIssue] = [:]

    package init() {}

    /// Sorted by code, so that a heartbeat reads the same twice.
    package var all: [PortalHealthIssue] { open.values.sorted { $0.code < $1.code } }

    package subscript(code: String) -> PortalHealthIssue? { open[code] }

    /// Opens the issue, or refreshes its message; true when it was not open.
    @discardableResult
    package mutating func open(_ code: String, _ severity: Severity, _ message: String, at now: Now) -> Bool {
        let known = open[code]
        open[code] = PortalHealthIssue(code: code, severity: severity, message: message, since: known?.since ?? now.wall)
        return known == nil
    }

    /// True when it was open.
    @discardableResult
    package mutating func resolve(_ code: String) -> Bool { open.removeValue(forKey: code) != nil }
}
