import Contract
import Foundations

/// STIX 2.1 bundles: `indicator` objects whose pattern is made of equality comparisons on file hashes, addresses, domains and URLs
/// (OASIS STIX 2.1, sections 4.7 and 9), and the observables `ipv4-addr`, `ipv6-addr`, `domain-name`, `url` and `file` themselves.
enum STIXIndicators {
    static func read(_ bundle: [String: Any], file: String) throws -> IndicatorFile {
        guard let objects = bundle["objects"] as? [Any] else { throw Diagnostic(file: file, subject: "objects", message: "objects is missing") }
        var out = IndicatorFile(entries: [], diagnostics: [])
        for (index, element) in objects.enumerated() {
            let place = "objects[\(index)]"
            guard let object = element as? [String: Any], let type = object["type"] as? String else {
                out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).type is missing"))
                continue
            }
            if object["revoked"] as? Bool == true { continue }
            switch type {
            case "indicator": readIndicator(object, at: place, file: file, into: &out)
            case "ipv4-addr", "ipv6-addr", "domain-name", "url":
                take([(path: "\(type):value", value: object["value"] as? String ?? "")], of: object, at: place, file: file, into: &out)
            case "file":
                let hashes = (object["hashes"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
                take(hashes.map { (path: "file:hashes.'\($0.key)'", value: $0.value) }, of: object, at: place, file: file, into: &out)
            default: continue
            }
        }
        return out
    }

    private static func readIndicator(_ object: [String: Any], at place: String, file: String, into out: inout IndicatorFile) {
        guard (object["pattern_type"] as? String ?? "stix") == "stix" else {
            out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).pattern_type is not stix"))
            return
        }
        guard let pattern = object["pattern"] as? String else {
            out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).pattern is missing"))
            return
        }
        let comparisons = STIXPattern.comparisons(pattern)
        guard !comparisons.isEmpty else {
            out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).pattern has no comparison that can be looked up"))
            return
        }
        take(comparisons, of: object, at: place, file: file, into: &out)
    }

    private static func take(_ comparisons: [(path: String, value: String)], of object: [String: Any], at place: String, file: String, into out: inout IndicatorFile) {
        let types = object["indicator_types"] as? [String] ?? []
        let disposition = types.contains("benign") ? "benign" : types.contains("anomalous-activity") ? "suspicious" : "malicious"
        for (path, written) in comparisons {
            guard let kind = kind(ofPath: path) else { continue }
            guard let (found, value) = IndicatorText.canonical(written, kind: kind) else {
                out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place): '\(written)' is no \(kind)"))
                continue
            }
            out.entries.append(
                IndicatorImport.Entry(kind: found, value: value, disposition: disposition, family: object["name"] as? String, source: object["id"] as? String ?? file))
        }
    }

    private static func kind(ofPath path: String) -> String? {
        let plain = path.replacing("'", with: "").replacing("\"", with: "")
        if plain.hasPrefix("file:hashes.") { return IndicatorText.canonicalKind(String(plain.dropFirst("file:hashes.".count))) }
        switch plain {
        case "ipv4-addr:value", "ipv6-addr:value": return "ip"
        case "domain-name:value", "url:value": return "domain"
        default: return nil
        }
    }
}

/// The part of the STIX patterning language that names values: `[path = 'literal' OR path IN ('a', 'b')]`.
///
/// Conjunctions inside one observation (`AND`) give nothing: half of a conjunction is not an indicator.
enum STIXPattern {
    static func comparisons(_ pattern: String) -> [(path: String, value: String)] {
        var out: [(path: String, value: String)] = []
        for observation in observations(pattern) where !observation.contains(where: { $0 == .word("AND") || $0 == .word("NOT") }) {
            var at = 0
            while at + 2 < observation.count {
                guard case .word(let path) = observation[at], path.contains(":") else {
                    at += 1
                    continue
                }
                if observation[at + 1] == .word("="), case .literal(let value) = observation[at + 2] {
                    out.append((path, value))
                } else if observation[at + 1] == .word("IN") {
                    for case .literal(let value) in observation[(at + 2)...].prefix(while: { $0 != .word("OR") }) { out.append((path, value)) }
                }
                at += 2
            }
        }
        return out
    }

    private enum Token: Equatable { case word(String), literal(String) }

    /// The tokens between each pair of square brackets. A quote after a point belongs to a path (`file:hashes.'SHA-256'`), else it opens a literal.
    private static func observations(_ pattern: String) -> [[Token]] {
        var out: [[Token]] = []
        var current: [Token]?
        var word = ""
        func endWord() {
            if !word.isEmpty { current?.append(.word(word)) }
            word = ""
        }
        var characters = pattern.makeIterator()
        while let character = characters.next() {
            switch character {
            case "'":
                var literal = ""
                while let inner = characters.next(), inner != "'" {
                    if inner == "\\" { literal.append(characters.next() ?? "\\") } else { literal.append(inner) }
                }
                if word.hasSuffix(".") { word += "'\(literal)'" } else { endWord(); current?.append(.literal(literal)) }
            case "[": (current, word) = ([], "")
            case "]":
                endWord()
                if let tokens = current { out.append(tokens) }
                current = nil
            case "=", "(", ")", ",", "!", "<", ">":
                // `!=`, `<=` and `>=` must not look like `=`.
                if character == "=", let last = current?.last, [.word("!"), .word("<"), .word(">")].contains(last), word.isEmpty { continue }
                endWord()
                current?.append(.word(String(character)))
            case _ where character.isWhitespace: endWord()
            default: word.append(character)
            }
        }
        return out
    }
}
