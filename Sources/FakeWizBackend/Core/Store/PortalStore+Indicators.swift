package import Contract
import Foundation
import Foundations
import GRDB

/// What the reputation service knows about one indicator.
package struct ReputationAnswer: Sendable, Hashable {
    /// `malicious`, `suspicious`, `benign` or `unknown`.
    package var disposition: String
    package var family: String
    /// The listed value that matched: the value itself, a block of addresses, a parent domain. Empty when unknown.
    package var matched: String
    package var source: String
}

extension PortalStore {
    /// Adds indicators in canonical form; one that is known is replaced.
    package func addIndicators(_ entries: [IndicatorImport.Entry]) async throws {
        try await writer.write { db in
            for entry in entries {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO indicators VALUES (?, ?, ?, ?, ?)",
                    arguments: [entry.kind, entry.value, entry.disposition, entry.family ?? "", entry.source ?? ""])
            }
        }
    }

    package func indicatorCounts() async throws -> [String: Int] {
        try await writer.read { db in
            try Row.fetchAll(db, sql: "SELECT kind, COUNT(*) AS n FROM indicators GROUP BY kind").reduce(into: [:]) { $0[$1["kind"]] = $1["n"] }
        }
    }

    /// Looks indicators up, one answer for each in the same order. The narrowest match wins: an address before its block, a domain before its parent;
    /// so a benign entry for one address lifts it out of a malicious block.
    /// - Parameter indicators: kind (`sha256`, `sha1`, `md5`, `ip`, `domain`) and value.
    package func reputation(of indicators: [(kind: String, value: String)]) async throws -> [ReputationAnswer] {
        try await writer.read { db in
            let lengths = try Int.fetchSet(
                db, sql: "SELECT DISTINCT CAST(substr(value, instr(value, '/') + 1) AS INTEGER) FROM indicators WHERE kind = 'ip' AND value LIKE '%/%'")
            let statement = try db.cachedStatement(sql: "SELECT * FROM indicators WHERE kind = ? AND value = ?")
            return try indicators.map { indicator in
                for candidate in Self.candidates(for: indicator, prefixLengths: lengths) {
                    guard let row = try Row.fetchOne(statement, arguments: [indicator.kind, candidate]) else { continue }
                    return ReputationAnswer(disposition: row["disposition"], family: row["family"], matched: candidate, source: row["source"])
                }
                return ReputationAnswer(disposition: "unknown", family: "", matched: "", source: "")
            }
        }
    }

    /// The listed values that would match an indicator, the narrowest first.
    package static func candidates(for indicator: (kind: String, value: String), prefixLengths: Set<Int>) -> [String] {
        switch indicator.kind {
        case "ip":
            guard let address = NetworkPrefix(indicator.value) else { return [] }
            let wider = prefixLengths.filter { $0 < address.length }.sorted(by: >)
            return [address.description] + wider.map { address.widened(to: $0).description }
        case "domain":
            var labels = indicator.value.lowercased().split(separator: ".")[...]
            var out: [String] = []
            // A bare top-level domain is never an indicator.
            while labels.count >= 2 {
                out.append(labels.joined(separator: "."))
                labels = labels.dropFirst()
            }
            return out
        default: return [indicator.value.lowercased()]
        }
    }
}
