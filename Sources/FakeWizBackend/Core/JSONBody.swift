package import Foundation
package import Foundations

/// JSON from others: decoded with errors that name the field, encoded always in the same way.
package enum JSONBody {
    /// - Throws: `Diagnostic` with the path of the offending field as `subject`.
    package static func decode<Body: Decodable>(_ type: Body.Type, from bytes: Data) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: bytes)
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty, let parsed = try? JSONSerialization.jsonObject(with: bytes) { throw oddNumber(in: parsed) }
            throw diagnostic(for: error)
        }
    }

    /// Keys sorted, slashes plain: the same value gives the same bytes.
    package static func encode(_ body: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(body)
    }

    package static func wrong(_ path: String, _ message: String) -> Diagnostic {
        Diagnostic(file: "body", subject: path.isEmpty ? nil : path, message: path.isEmpty ? message : "\(path) \(message)")
    }

    static func object(_ bytes: Data) throws -> [String: Any] {
        guard let parsed = try? JSONSerialization.jsonObject(with: bytes) else { throw wrong("", "is not JSON") }
        guard let object = parsed as? [String: Any] else { throw wrong("", "is not a JSON object") }
        return object
    }

    static func allow(_ keys: Set<String>, in object: [String: Any], at path: String) throws {
        for key in object.keys.sorted() where !keys.contains(key) {
            throw wrong(path.isEmpty ? key : "\(path).\(key)", "is not a known field; known are \(keys.sorted().joined(separator: ", "))")
        }
    }

    /// JSONDecoder does not say where a number is that its field cannot hold (`-1` for a count): it is named when there is only one that can be meant.
    private static func oddNumber(in parsed: Any) -> Diagnostic {
        var places: [String] = []
        func look(_ value: Any, at path: String) {
            switch value {
            case let object as [String: Any]: for key in object.keys.sorted() { look(object[key] as Any, at: path.isEmpty ? key : "\(path).\(key)") }
            case let array as [Any]: for (index, element) in array.enumerated() { look(element, at: "\(path)[\(index)]") }
            case let number as NSNumber:
                let double = number.doubleValue
                if double < 0 || double >= 0x1p63 || double.rounded() != double { places.append(path) }
            default: break
            }
        }
        look(parsed, at: "")
        return places.count == 1 ? wrong(places[0], "has no valid value") : wrong("", "holds a number that its field cannot take")
    }

    private static func diagnostic(for error: DecodingError) -> Diagnostic {
        switch error {
        case .keyNotFound(let key, let context): wrong(text(context.codingPath + [key]), "is missing")
        case .typeMismatch(let type, let context): wrong(text(context.codingPath), "is not of the type \(type)")
        case .valueNotFound(_, let context): wrong(text(context.codingPath), "is null")
        case .dataCorrupted(let context) where context.codingPath.isEmpty: wrong("", "is not JSON")
        case .dataCorrupted(let context): wrong(text(context.codingPath), "has no valid value")
        @unknown default: wrong("", "cannot be read")
        }
    }

    private static func text(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { out, key in
            if let index = key.intValue {
                out += "[\(index)]"
            } else {
                out += out.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
