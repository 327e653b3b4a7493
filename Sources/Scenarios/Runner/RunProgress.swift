package import ScenarioModel

/// What a run tells while it goes on.
package enum RunProgress: Sendable {
    case began(Scenario, number: Int, of: Int)
    /// Something was brought up or is about to be done.
    case note(String)
    /// A sentence of the scenario for its reader.
    case said(String)
    case ended(RunReport.Result)

    package typealias Listener = @Sendable (RunProgress) -> Void
}
