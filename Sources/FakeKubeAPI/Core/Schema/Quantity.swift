/// An amount of a resource: `100m`, `1Gi`, `2e3`. Kept as a whole number of billionths, with the family of its suffix.
package struct Quantity: Hashable, Comparable, Sendable {
    enum Form: Sendable { case decimal, binary, exponent }

    /// Billionths. Values beyond ±9.2e18 saturate at 128 bits, far above any resource.
    private(set) var nano: Int128
    let form: Form

    private static let binary: [(String, Int128)] = [("Ei", 1 << 60), ("Pi", 1 << 50), ("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)]
    private static let decimal: [(String, Int128)] = [
        ("E", 1_000_000_000_000_000_000_000_000_000), ("P", 1_000_000_000_000_000_000_000_000), ("T", 1_000_000_000_000_000_000_000), ("G", 1_000_000_000_000_000_000),
        ("M", 1_000_000_000_000_000), ("k", 1_000_000_000_000), ("", 1_000_000_000), ("m", 1_000_000), ("u", 1000), ("n", 1),
    ]

    package init?(_ text: String) {
        var rest = text[...]
        var isNegative = false
        if let sign = rest.first, sign == "+" || sign == "-" {
            isNegative = sign == "-"
            rest = rest.dropFirst()
        }
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = String(rest.dropFirst(digits.count))
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard !digits.isEmpty, digits != ".", parts.count <= 2, digits.count <= 18 else { return nil }
        let whole = Int128(parts[0].isEmpty ? "0" : String(parts[0])) ?? 0
        let fraction = parts.count == 2 ? parts[1] : ""
        let scale: Int128
        if let known = Self.binary.first(where: { $0.0 == suffix }) {
            scale = known.1 * 1_000_000_000
            form = .binary
        } else if let known = Self.decimal.first(where: { $0.0 == suffix }) {
            scale = known.1
            form = .decimal
        } else if let mark = suffix.first, mark == "e" || mark == "E", let exponent = Int(suffix.dropFirst()), (-9...18).contains(exponent) {
            scale = Self.power(of: 10, exponent + 9)
            form = .exponent
        } else {
            return nil
        }
        var value = Self.product(whole, scale)
        var divisor: Int128 = 1
        var parted: Int128 = 0
        for digit in fraction {
            divisor *= 10
            parted = parted * 10 + Int128(digit.wholeNumberValue ?? 0)
        }
        value += (Self.product(parted, scale) + divisor - 1) / divisor  // what is finer than a billionth is rounded up
        nano = isNegative ? -value : value
    }

    /// Saturates far above any resource, and far enough below the end of the type for sums.
    private static func product(_ a: Int128, _ b: Int128) -> Int128 {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows || product > most ? most : product
    }

    private static let most = Int128.max / 4

    private init(nano: Int128, form: Form) {
        self.nano = nano
        self.form = form
    }

    package static let zero = Quantity(nano: 0, form: .decimal)

    /// In the form of the first that is not zero. Amounts stay below a quarter of what the type holds, so sums of two do not overflow.
    package static func + (a: Self, b: Self) -> Self { Quantity(nano: min(a.nano + b.nano, most), form: a.nano == 0 ? b.form : a.form) }
    package static func - (a: Self, b: Self) -> Self { Quantity(nano: max(a.nano - b.nano, -most), form: a.nano == 0 ? b.form : a.form) }

    func ratio(to other: Self) -> Double { Double(nano) / Double(other.nano) }

    private static func power(of base: Int128, _ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { value, _ in value * base } }

    package static func < (a: Self, b: Self) -> Bool { a.nano < b.nano }
    package static func == (a: Self, b: Self) -> Bool { a.nano == b.nano }
    package func hash(into hasher: inout Hasher) { hasher.combine(nano) }

    var isNegative: Bool { nano < 0 }
    var isWhole: Bool { nano % 1_000_000_000 == 0 }

    /// The shortest form without a fraction, in the family that the text had.
    package var canonical: String {
        if nano == 0 { return "0" }
        if form == .binary, isWhole {
            let whole = nano / 1_000_000_000
            if abs(whole) >= 1024, let (suffix, scale) = Self.binary.first(where: { whole % $0.1 == 0 }) { return "\(whole / scale)\(suffix)" }
            return "\(whole)"
        }
        if form == .exponent {
            var mantissa = nano
            var exponent = -9
            while mantissa % 1000 == 0 {
                mantissa /= 1000
                exponent += 3
            }
            return exponent == 0 ? "\(mantissa)" : "\(mantissa)e\(exponent)"
        }
        for (suffix, scale) in Self.decimal where nano % scale == 0 { return "\(nano / scale)\(suffix)" }
        return "\(nano)n"
    }
}
