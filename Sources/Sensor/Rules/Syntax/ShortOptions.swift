/// Options of one letter as getopt(3) reads them: `-l`, `-lv`, `-p 80`, `-p80`; `--` ends them. Words that are no options and options of more than one
/// letter (`--listen`) are passed over, letters that were not named too.
struct ShortOptions: Sendable {
    private enum Value: Sendable { case none, wanted, attached }

    private var values: [UInt8: Value] = [:]

    /// - Parameter letters: `ab:c::`: a letter alone takes no value, one with a colon does, one with two only where it is attached. Nil when it is not of that form.
    init?(_ letters: String) {
        // getopt(3): what stands before the letters says how errors and other words are dealt with
        var rest = Array(letters.utf8)[...].drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ":") }
        while let letter = rest.popFirst() {
            guard ConditionScanner.isLetter(letter) || (0x30...0x39).contains(letter) else { return nil }
            let colons = rest.prefix { $0 == UInt8(ascii: ":") }.count
            guard colons <= 2 else { return nil }
            rest = rest.dropFirst(colons)
            values[letter] = colons == 0 ? Value.none : colons == 1 ? .wanted : .attached
        }
        if values.isEmpty { return nil }
    }

    /// Calls `body` with the letter and the value (empty for none) of each option in their order until it returns true; returns whether it did.
    func visit(_ arguments: some Sequence<some StringProtocol>, _ body: (_ letter: UInt8, _ value: String) -> Bool) -> Bool {
        var waiting: UInt8?
        for argument in arguments {
            if let letter = waiting {
                waiting = nil
                if body(letter, String(argument)) { return true }
                continue
            }
            guard argument.utf8.first == UInt8(ascii: "-"), argument.utf8.count > 1 else { continue }
            if argument.utf8.dropFirst().first == UInt8(ascii: "-") {
                if argument.utf8.count == 2 { break }
                continue
            }
            var rest = Array(argument.utf8.dropFirst())[...]
            while let letter = rest.popFirst() {
                switch values[letter] {
                case nil: continue
                case .some(.none):
                    if body(letter, "") { return true }
                    continue
                case .wanted? where rest.isEmpty: waiting = letter
                case .wanted?, .attached?: if body(letter, String(decoding: rest, as: UTF8.self)) { return true }
                }
                break
            }
        }
        return false
    }
}
