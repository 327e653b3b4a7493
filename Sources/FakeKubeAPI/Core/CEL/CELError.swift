/// Why an expression has no value, in the words of the reference implementation.
struct CELError: Error, Hashable {
    var message: String
    /// The bound of costs was hit; nothing may absorb that.
    var isFatal = false

    init(_ message: String, isFatal: Bool = false) {
        self.message = message
        self.isFatal = isFatal
    }

    static let noOverload = CELError("no such overload")
    static let integerOverflow = CELError("integer overflow")
    static let unsignedOverflow = CELError("unsigned integer overflow")
    static let divisionByZero = CELError("division by zero")
    static let modulusByZero = CELError("modulus by zero")
    static let durationOverflow = CELError("duration overflow")
    static let timestampOverflow = CELError("timestamp overflow")
}
