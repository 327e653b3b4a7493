import Contract
import Foundations

/// CSV (RFC 4180) with a header line that names some of `value`, `kind`, `disposition`, `family`, `source` in any order, or without a header:
/// then the first column is the value and the second, when it names one, the kind. Lines that begin with `#` are comments.
enum CSVIndicators {
    static func read(_ text: String, file: String) -> IndicatorFile {
        var out = IndicatorFile(entries: [], diagnostics: [])
        var columns: [String: Int]?
        for record in records(text) {
            guard let first = record.fields.first, !(record.fields.count == 1 && first.isEmpty), !first.hasPrefix("#") else { continue }
            let layout: [String: Int]
            if let columns {
                layout = columns
            } else if let header = header(record.fields) {
                columns = header
                continue
            } else {
                layout = ["value": 0, "kind": 1, "disposition": 2, "family": 3, "source": 4]
                columns = layout
            }
            func field(_ name: String) -> String? {
                guard let index = layout[name], index < record.fields.count, !record.fields[index].isEmpty else { return nil }
                return record.fields[index]
            }
            guard let written = field("value") else {
                out.diagnostics.append(Diagnostic(file: file, line: record.line, message: "has no value"))
                continue
            }
            let kind = field("kind")
            if let kind, IndicatorText.canonicalKind(kind) == nil {
                out.diagnostics.append(Diagnostic(file: file, line: record.line, subject: written, message: "kind '\(kind)' cannot be looked up"))
                continue
            }
            guard let (found, value) = IndicatorText.canonical(written, kind: kind) else {
                out.diagnostics.append(Diagnostic(file: file, line: record.line, subject: written, message: "'\(written)' is no \(kind ?? "digest, address or domain")"))
                continue
            }
            let disposition = field("disposition")?.lowercased() ?? "malicious"
            guard IndicatorFile.dispositions.contains(disposition) else {
                out.diagnostics.append(Diagnostic(file: file, line: record.line, subject: written, message: "disposition '\(disposition)' is unknown"))
                continue
            }
            out.entries.append(
                IndicatorImport.Entry(kind: found, value: value, disposition: disposition, family: field("family"), source: field("source") ?? file))
        }
        return out
    }

    private static func header(_ fields: [String]) -> [String: Int]? {
        let synonyms = [
            "value": "value", "indicator": "value", "ioc": "value", "observable": "value", "kind": "kind", "type": "kind", "indicator_type": "kind",
            "disposition": "disposition", "verdict": "disposition", "family": "family", "malware": "family", "tag": "family", "source": "source", "feed": "source",
        ]
        let names = fields.map { synonyms[$0.lowercased().filter { !$0.isWhitespace }] }
        guard names.contains("value") else { return nil }
        var out: [String: Int] = [:]
        for (index, name) in names.enumerated() { if let name, out[name] == nil { out[name] = index } }
        return out
    }

    /// Fields of each record, with the line on which it begins. Quoted fields may hold commas, line ends and doubled quotes.
    private static func records(_ text: String) -> [(line: Int, fields: [String])] {
        var out: [(line: Int, fields: [String])] = []
        var (fields, field, quoted, wasQuoted, line, start) = ([String](), "", false, false, 1, 1)
        func trimmed(_ text: String) -> String { String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
        func endField() {
            fields.append(wasQuoted ? field : trimmed(field))
            (field, wasQuoted) = ("", false)
        }
        func endRecord() {
            endField()
            out.append((start, fields))
            fields = []
        }
        var characters = text.makeIterator()
        var held: Character?
        while let character = held ?? characters.next() {
            held = nil
            if quoted {
                if character == "\"" {
                    let next = characters.next()
                    if next == "\"" { field.append("\"") } else { (quoted, held) = (false, next) }
                } else {
                    if character.isNewline { line += 1 }
                    field.append(character)
                }
            } else if character == "\"" && trimmed(field).isEmpty {
                (quoted, wasQuoted, field) = (true, true, "")
            } else if character == "," || character == ";" && fields.isEmpty && !text.contains(",") {
                endField()
            } else if character.isNewline {
                endRecord()
                line += 1
                start = line
            } else if !wasQuoted || !character.isWhitespace {
                field.append(character)
            }
        }
        if !field.isEmpty || !fields.isEmpty || wasQuoted { endRecord() }
        return out
    }
}
