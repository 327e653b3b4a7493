/// Which rules an event is held against.
package enum RuleMatching: Sendable {
    /// Each rule that matches makes a detection.
    case all
    /// The first rule that makes a detection, in the order of the files, is the only one. Rules behind it still count towards their thresholds and sequences.
    case first
}
