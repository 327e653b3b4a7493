/// How much a detection matters, in the portal's words. Ordered from least to most severe.
package enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    case informational = "INFORMATIONAL"
    case low = "LOW"
    case medium = "MEDIUM"
    case high = "HIGH"
    case critical = "CRITICAL"

    package var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}
