internal import ContractGRPC

/// Something that the reputation service is asked about.
package struct ReputationQuery: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable { case sha256, sha1, md5, ip, domain }
    package var kind: Kind
    /// Lower-case hex, a textual address, or a lower-case name without a dot at its end.
    package var value: String

    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    /// The service takes 1,000 a call.
    static let perCallMax = 1000
    static let perCallDefault = 500
}

package struct ReputationAnswer: Sendable, Hashable {
    package enum Disposition: String, Sendable, CaseIterable { case unknown, benign, suspicious, malicious }
    package var query: ReputationQuery
    package var disposition: Disposition
    /// Of the malware or campaign.
    package var family: String
    /// The listed value that matched: a network, a parent domain, or the value itself.
    package var matched: String
    package var source: String
    package var validity: Duration
}

extension ReputationQuery.Kind {
    var wire: Wizsensor_V1_IndicatorKind {
        switch self {
        case .sha256: .sha256
        case .sha1: .sha1
        case .md5: .md5
        case .ip: .ip
        case .domain: .domain
        }
    }

    init?(_ wire: Wizsensor_V1_IndicatorKind) {
        switch wire {
        case .sha256: self = .sha256
        case .sha1: self = .sha1
        case .md5: self = .md5
        case .ip: self = .ip
        case .domain: self = .domain
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

extension ReputationAnswer.Disposition {
    init?(_ wire: Wizsensor_V1_Disposition) {
        switch wire {
        case .unknown: self = .unknown
        case .benign: self = .benign
        case .suspicious: self = .suspicious
        case .malicious: self = .malicious
        case .UNRECOGNIZED: return nil
        }
    }
}
