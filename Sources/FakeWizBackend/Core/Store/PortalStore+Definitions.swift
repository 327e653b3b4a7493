package import Contract
import Foundation
import Foundations
import GRDB

extension PortalStore {
    /// Publishes a version. A version is published once: its bytes are what sensors have checked and kept.
    /// - Throws: `Diagnostic` when the version is there already.
    package func publish(_ definitions: SignedDefinitions) async throws {
        try await writer.write { db in
            let version = definitions.version.description
            guard try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM definitions WHERE version = ?)", arguments: [version]) != true else {
                throw JSONBody.wrong("version", "\(version) is published already")
            }
            try db.execute(
                sql: """
                    INSERT INTO definitions (version, rank, format_version, parts, sha256, size, proof, published, expires, rule_files, indicators, defect)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    version, definitions.version.rank, definitions.formatVersion, definitions.parts, definitions.sha256, definitions.size,
                    String(decoding: try JSONBody.encode(definitions.proof), as: UTF8.self), definitions.published.nanoseconds, definitions.expires?.nanoseconds,
                    String(decoding: try JSONBody.encode(definitions.ruleFiles), as: UTF8.self), definitions.indicators, definitions.defect?.rawValue,
                ])
        }
    }

    /// Signs every release anew, after the authority has changed its keys. Those that were spoiled on purpose stay as they are.
    /// - Returns: how many were signed.
    @discardableResult
    package func sign(with authority: DefinitionsAuthority) async throws -> Int {
        try await writer.write { db in
            let rows = try Row.fetchAll(db, sql: "SELECT row, proof FROM definitions WHERE defect IS NULL")
            for row in rows {
                let proof = try JSONDecoder().decode(DefinitionsProof.self, from: Data((row["proof"] as String).utf8))
                let renewed = String(decoding: try JSONBody.encode(authority.prove(proof.manifest.document)), as: UTF8.self)
                try db.execute(sql: "UPDATE definitions SET proof = ? WHERE row = ?", arguments: [renewed, row["row"] as Int64])
            }
            return rows.count
        }
    }

    /// The release of a version, or the newest; nil when there is none.
    package func definitions(version: String? = nil) async throws -> SignedDefinitions? {
        try await writer.read { db in
            let row =
                if let version {
                    try Row.fetchOne(db, sql: "SELECT * FROM definitions WHERE version = ?", arguments: [version])
                } else {
                    try Row.fetchOne(db, sql: "SELECT * FROM definitions ORDER BY rank DESC LIMIT 1")
                }
            guard let row, let version = DefinitionsVersion(row["version"]) else { return nil }
            return SignedDefinitions(
                version: version, formatVersion: row["format_version"], parts: row["parts"], sha256: row["sha256"], size: row["size"],
                proof: try JSONDecoder().decode(DefinitionsProof.self, from: Data((row["proof"] as String).utf8)),
                published: WallInstant(nanoseconds: row["published"]), expires: (row["expires"] as Int64?).map(WallInstant.init(nanoseconds:)),
                ruleFiles: try JSONDecoder().decode([String].self, from: Data((row["rule_files"] as String).utf8)), indicators: row["indicators"],
                defect: (row["defect"] as String?).flatMap(DefinitionsPublication.Defect.init))
        }
    }

    /// The newest version's name; empty when nothing is published.
    package func newestDefinitionsVersion() async throws -> String {
        try await writer.read { db in try String.fetchOne(db, sql: "SELECT version FROM definitions ORDER BY rank DESC LIMIT 1") ?? "" }
    }

    /// Published versions, the newest first, and who uses them.
    package func definitionsList(_ page: PageRequest) async throws -> Page<DefinitionsView> {
        try await writer.read { db in
            let columns = "version, format_version, size, hex(sha256) AS digest, published, expires, rule_files, indicators"
            return try List(table: "definitions", columns: columns, key: "rank").page(page, in: db) { row in
                let users = try String.fetchAll(
                    db, sql: "SELECT id FROM sensors WHERE definitions_version = ? AND deregistered IS NULL ORDER BY id", arguments: [row["version"] as String])
                return DefinitionsView(
                    version: row["version"], formatVersion: row["format_version"], sha256: (row["digest"] as String).lowercased(), size: row["size"],
                    publishedAt: Self.time(row["published"]), expiresAt: (row["expires"] as Int64?).map(Self.time),
                    ruleFiles: try JSONDecoder().decode([String].self, from: Data((row["rule_files"] as String).utf8)), indicators: row["indicators"],
                    inUseBy: users)
            }
        }
    }
}
