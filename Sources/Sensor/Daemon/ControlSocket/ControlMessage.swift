/// What a subcommand asks of a running daemon: one JSON line there, JSON lines back.
struct ControlRequest: Codable, Sendable {
    enum Verb: String, Codable, Sendable { case statistics, ready, actors, containers, events }
    var verb: Verb
    /// For `events`: the kinds wanted, empty for all.
    var kinds: [String] = []
    /// For `events`: a condition in the rule language.
    var filter: String?
}
