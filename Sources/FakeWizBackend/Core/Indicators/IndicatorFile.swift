package import Contract
import Foundation
package import Foundations

/// Indicators read from a file of others, with what could not be read and where.
package struct IndicatorFile: Sendable {
    package var entries: [IndicatorImport.Entry]
    /// One per value that was left out; the rest of the file is not harmed.
    package var diagnostics: [Diagnostic]

    /// Reads a STIX 2.1 bundle when the text is a JSON object of type `bundle`, an `IndicatorImport` when it has `indicators`, else CSV.
    /// - Throws: `Diagnostic` when the file as a whole is of none of these forms.
    package static func read(_ text: String, file: String) throws -> IndicatorFile {
        guard text.drop(while: \.isWhitespace).first == "{" else { return CSVIndicators.read(text, file: file) }
        let bytes = Data(text.utf8)
        guard let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any] else { throw Diagnostic(file: file, message: "is not JSON") }
        if object["type"] as? String == "bundle" { return try STIXIndicators.read(object, file: file) }
        guard object["indicators"] != nil else { throw Diagnostic(file: file, message: "is neither a STIX bundle nor an object with 'indicators'") }
        do {
            return canonical(try JSONBody.decode(IndicatorImport.self, from: bytes).indicators, file: file)
        } catch let diagnostic as Diagnostic {
            throw Diagnostic(file: file, subject: diagnostic.subject, message: diagnostic.message)
        }
    }

    /// Brings values into the form that look-ups compare; those that are no indicators are reported by position.
    package static func canonical(_ entries: [IndicatorImport.Entry], file: String) -> IndicatorFile {
        var out = IndicatorFile(entries: [], diagnostics: [])
        for (index, entry) in entries.enumerated() {
            let place = "indicators[\(index)]"
            guard dispositions.contains(entry.disposition) else {
                out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).disposition is none of \(dispositions.joined(separator: ", "))"))
                continue
            }
            guard let (kind, value) = IndicatorText.canonical(entry.value, kind: entry.kind) else {
                out.diagnostics.append(Diagnostic(file: file, subject: place, message: "\(place).value '\(entry.value)' is no \(entry.kind)"))
                continue
            }
            out.entries.append(IndicatorImport.Entry(kind: kind, value: value, disposition: entry.disposition, family: entry.family, source: entry.source))
        }
        return out
    }

    static let dispositions = ["malicious", "suspicious", "benign"]
}
