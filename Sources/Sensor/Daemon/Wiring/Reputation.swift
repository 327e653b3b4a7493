import Foundations
import Indicators
import PortalClient
import Portal

/// Asks the portal's reputation service in the words of the indicators room.
struct PortalReputation: ReputationAsking {
    let portal: PortalService

    func lookUp(_ indicators: [Indicator]) async -> [IndicatorAggregator.Input] {
        let queries = indicators.compactMap { indicator in ReputationQuery.Kind(rawValue: indicator.kind.rawValue).map { ReputationQuery($0, indicator.value) } }
        do throws(PortalFailure) {
            let answers = try await portal.lookUp(queries)
            let verdicts = answers.compactMap { answer in
                Indicator.Kind(rawValue: answer.query.kind.rawValue).map { kind in
                    Verdict(
                        indicator: Indicator(kind, answer.query.value), isMalicious: answer.disposition == .malicious, family: answer.family, matched: answer.matched,
                        source: answer.source, validity: answer.validity)
                }
            }
            let answered = Set(verdicts.map(\.indicator))
            let passedOver = indicators.filter { !answered.contains($0) }
            return [.verdicts(verdicts)] + (passedOver.isEmpty ? [] : [.unanswered(passedOver)])
        } catch {
            return [.failed(indicators)]
        }
    }
}

/// Without a portal nobody knows anything; the indicators wait in their bounds.
struct NoReputation: ReputationAsking {
    func lookUp(_ indicators: [Indicator]) async -> [IndicatorAggregator.Input] { [.failed(indicators)] }
}
