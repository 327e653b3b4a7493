import Foundation

/// A table as docs/PERFORMANCE.md wants it, printed row by row.
struct Table {
    init(_ columns: String...) {
        row(columns)
        row(columns.map { _ in "---" })
    }

    func row(_ cells: [String]) { print("| " + cells.joined(separator: " | ") + " |") }
    func row(_ cells: String...) { row(cells) }
}

/// Figures as people read them.
enum Figure {
    static func seconds(_ value: Double) -> String { String(format: value < 1 ? "%.2f s" : "%.1f s", value) }
    static func ratio(_ value: Double) -> String { String(format: "%.2f", value) }
    static func mebibytes(_ kib: Int) -> String { String(format: "%.1f MiB", Double(kib) / 1024) }

    static func count(_ value: Int) -> String {
        var digits = Array(String(value))
        var at = digits.count - 3
        while at > 0 {
            digits.insert(",", at: at)
            at -= 3
        }
        return String(digits)
    }
}
