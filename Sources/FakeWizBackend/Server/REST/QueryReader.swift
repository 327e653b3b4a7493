import BackendCore
import Contract
import Foundations
import Hummingbird

/// Query parameters, read strictly: an unknown one or a bad value is a 400 that names it.
struct QueryReader {
    private var values: [String: String] = [:]

    /// - Parameter known: the parameters the route takes; `first` and `after` come on top.
    init(_ request: Request, known: Set<String>) throws {
        let all = known.union(["first", "after"])
        for (key, value) in request.uri.queryParameters {
            guard all.contains(String(key)) else {
                throw JSONBody.wrong("query parameter '\(key)'", "is unknown; known are \(all.sorted().joined(separator: ", "))")
            }
            values[String(key)] = String(value)
        }
    }

    func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func page() throws -> PageRequest {
        var page = PageRequest()
        if let first = text("first") {
            guard let count = Int(first), (1...PageRequest.firstMax).contains(count) else {
                throw JSONBody.wrong("query parameter 'first'", "must be 1 to \(PageRequest.firstMax)")
            }
            page.first = count
        }
        if let after = text("after") {
            guard let cursor = PageCursor(after) else { throw JSONBody.wrong("query parameter 'after'", "is not a cursor of this API") }
            page.after = cursor
        }
        return page
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = text(name) else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw JSONBody.wrong("query parameter '\(name)'", "must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag(_ name: String) throws -> Bool? {
        guard let value = text(name) else { return nil }
        guard let flag = Bool(value) else { throw JSONBody.wrong("query parameter '\(name)'", "must be true or false") }
        return flag
    }

    func instant(_ name: String) throws -> WallInstant? {
        guard let value = text(name) else { return nil }
        guard let instant = WallInstant(rfc3339: value) else { throw JSONBody.wrong("query parameter '\(name)'", "is not an RFC 3339 time") }
        return instant
    }

    /// One or more, separated by commas.
    func choices<Choice: RawRepresentable & CaseIterable & Hashable>(_ name: String, of type: Choice.Type) throws -> Set<Choice> where Choice.RawValue == String {
        var out: Set<Choice> = []
        for word in (text(name) ?? "").split(separator: ",") {
            guard let choice = Choice(rawValue: word.uppercased()) else {
                throw JSONBody.wrong("query parameter '\(name)'", "'\(word)' is none of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            out.insert(choice)
        }
        return out
    }
}
