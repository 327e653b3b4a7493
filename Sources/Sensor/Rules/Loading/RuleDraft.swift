internal import Foundations

/// A rule while files are read: what it says so far, with the appends and replacements of later items taken in.
struct RuleDraft {
    var name: String
    var place: SourcePlace
    var condition: SourceText
    var output: SourceText
    var description: String
    var priority: Priority
    var severity: Severity?
    var id: String?
    var tags: [String]
    var techniques: [String]
    var tactics: [String]
    var source: String
    var isEnabled: Bool
    var exceptions: [ExceptionDraft]
    var correlation: CorrelationDraft?
    var skipsUnknownFields: Bool
}

/// How much a rule matters in the words of the rule language, and the severity that follows where a rule names none.
enum Priority: String, CaseIterable {
    case emergency, alert, critical, error, warning, notice, informational, debug

    init?(_ text: String) {
        let text = text.lowercased()
        if text == "info" {
            self = .informational
        } else {
            self.init(rawValue: text)
        }
    }

    var severity: Severity {
        switch self {
        case .emergency, .alert, .critical: .critical
        case .error: .high
        case .warning: .medium
        case .notice: .low
        case .informational, .debug: .informational
        }
    }
}

/// One entry of `exceptions`: what a rule is not about, as tuples of values.
struct ExceptionDraft {
    var name: String
    var place: SourcePlace
    var fields: [SourceText]
    var comparators: [SourceText]
    /// One field written without a list: its values are one list, not tuples.
    var isSingle: Bool
    var values: [ItemReader.Tree]
}

/// What more than one event needs: `threshold` or `sequence`.
struct CorrelationDraft {
    var place: SourcePlace
    var by: [SourceText]
    var within: Duration
    var kind: Kind

    enum Kind {
        case threshold(count: Int, distinct: SourceText?)
        case sequence([SourceText])
    }
}
