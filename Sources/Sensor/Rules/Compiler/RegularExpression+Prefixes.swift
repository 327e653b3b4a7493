extension RegularExpression {
    /// Beginnings followed at once; an expression with more has too many.
    private static let prefixesMax = 64
    private static let prefixLengthMax = 32

    /// Texts of which every match begins with one, each as long as the expression leaves few choices; nil when it leaves many from the first byte on.
    func prefixes() -> [[UInt8]]? {
        var done: [[UInt8]] = []
        var open: [(text: [UInt8], states: [Int])] = [([], [0])]
        while let (text, states) = open.popLast() {
            let reached = self.reached(from: states, isAtStart: text.isEmpty, isAtEnd: false)
            // what may end here has no longer beginning
            if text.count == Self.prefixLengthMax || matches(from: states, isAtStart: text.isEmpty) {
                done.append(text)
            } else {
                let next = (0...255).map { UInt8($0) }.filter { byte in reached.contains { if case .set(let bits) = program[$0] { Self.contains(bits, byte) } else { false } } }
                if next.count > 4 { done.append(text) } else { open += next.map { (text + [$0], taken($0, from: reached)) } }
            }
            if open.count + done.count > Self.prefixesMax { return nil }
        }
        return done.contains([]) ? nil : done
    }
}
