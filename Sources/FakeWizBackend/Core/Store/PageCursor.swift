import Foundation

/// Where a page ended: the sort key and row of its last element, as an opaque word. Elements that arrive later do not shift it.
package struct PageCursor: Hashable, Sendable {
    package var key: Int64
    package var row: Int64

    package init(key: Int64, row: Int64) {
        self.key = key
        self.row = row
    }

    /// Nil for anything that is not a cursor of ours.
    package init?(_ text: String) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        guard let data = Data(base64Encoded: standard), let plain = String(data: data, encoding: .utf8) else { return nil }
        let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "v1", let key = Int64(parts[1]), let row = Int64(parts[2]) else { return nil }
        self.init(key: key, row: row)
    }

    /// Base64 with the URL alphabet: goes into a query string as it is.
    package var text: String { Data("v1:\(key):\(row)".utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_") }
}

/// Which part of a list is asked for.
package struct PageRequest: Hashable, Sendable {
    package static let firstDefault = 50
    package static let firstMax = 500
    package var first: Int
    package var after: PageCursor?

    package init(first: Int = firstDefault, after: PageCursor? = nil) {
        self.first = min(max(first, 1), Self.firstMax)
        self.after = after
    }
}
