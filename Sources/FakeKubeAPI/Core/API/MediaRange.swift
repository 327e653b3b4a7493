/// One entry of an Accept header.
struct MediaRange: Hashable {
    var type: String
    var parameters: [String: String]
    var weight = 1.0

    var isWildcard: Bool { type == "*/*" }

    /// `application/*` is every subtype, `*/*` everything.
    func includes(_ type: String) -> Bool {
        self.type == type || isWildcard || self.type.hasSuffix("/*") && type.hasPrefix(self.type.dropLast())
    }

    /// As the real server sorts them: by weight, but types before wildcards of whatever weight, and stably otherwise. Such an order is none in the
    /// strict sense, so the result is that of the same insertion sort.
    static func parse(_ header: String) -> [MediaRange] {
        var ranges: [MediaRange] = []
        for entry in header.split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.trimmingSpace }
            var range = MediaRange(type: parts.first?.lowercased() ?? "", parameters: [:])
            for part in parts.dropFirst() {
                let sides = part.split(separator: "=", maxSplits: 1).map(\.trimmingSpace)
                if sides.count == 2 { range.parameters[sides[0].lowercased()] = sides[1].replacing("\"", with: "") }
            }
            range.weight = range.parameters.removeValue(forKey: "q").map { Double($0) ?? 1 } ?? 1
            var at = ranges.endIndex
            while at > 0, range.precedes(ranges[at - 1]) { at -= 1 }
            ranges.insert(range, at: at)
        }
        return ranges
    }

    private func precedes(_ other: MediaRange) -> Bool {
        weight > other.weight || !type.hasPrefix("*/") && other.type.hasPrefix("*/") || !type.hasSuffix("/*") && other.type.hasSuffix("/*")
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmingSpace: String {
        String(self.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
