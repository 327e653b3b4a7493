internal import Events

/// What a value has to be, for the checks that neither a number in the node nor a group of texts can hold.
enum ValueMatcher: Sendable {
    /// Ascending.
    case numbers([Int64])
    /// Wide networks first.
    case addresses([AddressRange])
    case text(TextTest)
    /// Another field of the same event.
    case field(Comparator, ResolvedOperand)

    static func contains(_ numbers: [Int64], _ wanted: Int64) -> Bool {
        var (low, high) = (0, numbers.count)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] == wanted { return true }
            if numbers[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
