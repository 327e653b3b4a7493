internal import Enrichment
internal import Foundations

/// The containers that a runtime is to be asked about: each once at a time, in the order in which they came, again after a while when it does not
/// know one yet.
struct RuntimeQuestions: Sendable {
    struct Question: Sendable {
        var id: String
        /// From a list; nil for a container that was met.
        var listed: RuntimeContainer?
        var attempts = 0
        var notBefore: MonotonicInstant

        /// Whether somebody waits for the answer: nobody does for a second one, and not for what a list has told already.
        var isAwaited: Bool { listed == nil && attempts == 0 }
    }

    private let tuning: RuntimeTuning
    private var waiting: [Question] = []
    private var asked: Question?
    /// Ids with a question out or waiting.
    private var ids: Set<String> = []

    init(tuning: RuntimeTuning) { self.tuning = tuning }

    /// When the next can be asked.
    var due: MonotonicInstant? { waiting.map(\.notBefore).min() }

    enum Addition { case added, underWay(isAwaited: Bool), full }

    mutating func add(_ id: String, listed: RuntimeContainer?, at now: MonotonicInstant) -> Addition {
        if ids.contains(id), let other = ([asked].compactMap { $0 } + waiting).first(where: { $0.id == id }) { return .underWay(isAwaited: other.isAwaited) }
        guard waiting.count < tuning.questionsMax else { return .full }
        ids.insert(id)
        waiting.append(Question(id: id, listed: listed, notBefore: now))
        return .added
    }

    /// The one to ask now; it is out until `answered` or `unanswered`.
    mutating func next(at now: MonotonicInstant) -> Question? {
        guard let index = waiting.firstIndex(where: { now >= $0.notBefore }) else { return nil }
        asked = waiting.remove(at: index)
        return asked
    }

    /// The question that is out has its answer, or will get none.
    mutating func answered() -> Question? {
        defer { asked = nil }
        if let asked { ids.remove(asked.id) }
        return asked
    }

    /// The runtime does not know the container that it was asked for: containers are known before their first process, only sandboxes come late.
    mutating func unknown(at now: MonotonicInstant) -> Question? {
        guard let question = asked else { return nil }
        guard question.listed == nil, question.attempts < tuning.askAgain.count else { return answered() }
        var again = question
        again.notBefore = now + tuning.askAgain[question.attempts]
        again.attempts += 1
        waiting.append(again)
        asked = nil
        return question
    }

    /// Asks nothing of all this. Returns the ids whose answers are awaited.
    mutating func drop() -> [String] {
        defer { (waiting, asked, ids) = ([], nil, []) }
        return ([asked].compactMap { $0 } + waiting).filter(\.isAwaited).map(\.id)
    }
}
