import BackendCore
import ContractGRPC
import GRPCCore
import GRPCNIOTransportHTTP2

/// Verdicts on digests, addresses and domains.
struct ReputationService: Sendable {
    static let indicatorsMax = 1_000
    /// Verdicts on what is listed hold a day, the absence of one an hour.
    static let listedValidSeconds: UInt32 = 86_400
    static let unknownValidSeconds: UInt32 = 3_600
    let portal: Portal

    func register(with route: GRPCRoute, in router: inout RPCRouter<HTTP2ServerTransport.Posix>) {
        route.register(Wizsensor_V1_Reputation.Method.Lookup.descriptor, on: .reputation, in: &router, handle: lookup)
    }

    @Sendable private func lookup(_ request: Wizsensor_V1_LookupRequest, reply: ReplySink<Wizsensor_V1_LookupReply>) async throws {
        guard request.indicators.count <= Self.indicatorsMax else {
            throw RPCError(code: .invalidArgument, message: "indicators: at most \(Self.indicatorsMax), got \(request.indicators.count)")
        }
        let asked = try request.indicators.enumerated().map { index, indicator in
            guard let kind = Self.kind(indicator.kind) else { throw RPCError(code: .invalidArgument, message: "indicators[\(index)].kind is unknown") }
            return (kind: kind, value: indicator.value)
        }
        let answers = try await portal.store.reputation(of: asked)
        try await reply(
            .with { message in
                message.verdicts = zip(request.indicators, answers).map { indicator, answer in
                    .with {
                        $0.indicator = indicator
                        $0.disposition = Self.disposition(answer.disposition)
                        $0.family = answer.family
                        $0.matched = answer.matched
                        $0.source = answer.source
                        $0.validSeconds = answer.disposition == "unknown" ? Self.unknownValidSeconds : Self.listedValidSeconds
                    }
                }
            })
    }

    private static func kind(_ kind: Wizsensor_V1_IndicatorKind) -> String? {
        switch kind {
        case .sha256: "sha256"
        case .sha1: "sha1"
        case .md5: "md5"
        case .ip: "ip"
        case .domain: "domain"
        case .unspecified, .UNRECOGNIZED: nil
        }
    }

    private static func disposition(_ name: String) -> Wizsensor_V1_Disposition {
        switch name {
        case "malicious": .malicious
        case "suspicious": .suspicious
        case "benign": .benign
        default: .unknown
        }
    }
}
