/// Something that can be bad by itself, as the reputation service is asked for it.
package struct Indicator: Hashable, Sendable, Comparable, Codable {
    package enum Kind: String, Sendable, CaseIterable, Codable { case sha256, ip, domain }
    package var kind: Kind
    /// Lower-case hex, a textual address, or a lower-case name without the last dot.
    package var value: String

    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value
    }

    package static func < (a: Self, b: Self) -> Bool { (a.kind.rawValue, a.value) < (b.kind.rawValue, b.value) }
}

/// What the service says about an indicator, and for how long that holds.
package struct Verdict: Sendable, Hashable {
    package var indicator: Indicator
    package var isMalicious: Bool
    package var family: String
    /// The listed value that matched: a network, a parent domain, or the value itself.
    package var matched: String
    package var source: String
    package var validity: Duration

    package init(indicator: Indicator, isMalicious: Bool, family: String = "", matched: String = "", source: String = "", validity: Duration) {
        self.indicator = indicator
        self.isMalicious = isMalicious
        self.family = family
        self.matched = matched
        self.source = source
        self.validity = validity
    }
}
