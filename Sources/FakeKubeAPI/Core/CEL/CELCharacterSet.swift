/// Characters of a class such as `[a-z\d]` or `\pL`.
struct CELCharacterSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    /// Unicode categories: `L`, `Lu`.
    var categories: [(name: String, isNegated: Bool)] = []
    var isNegated = false
    var ignoresCase = false

    static let digit = CELCharacterSet(ranges: [0x30...0x39])
    static let word = CELCharacterSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = CELCharacterSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
    static let any = CELCharacterSet(isNegated: true)
    static let anyButNewline = CELCharacterSet(ranges: [0x0A...0x0A], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isIn = has(scalar)
        if !isIn, ignoresCase {
            isIn = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping].contains { $0.unicodeScalars.count == 1 && $0.unicodeScalars.first.map(has) == true }
        }
        return isIn != isNegated
    }

    private func has(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } || categories.contains { Self.code(scalar).hasPrefix($0.name) != $0.isNegated }
    }

    /// The two letters of a character's category.
    private static func code(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        default: "Co"
        }
    }

    static let categoryNames: Set = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co"]

    /// `[:alpha:]` and its like.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "alpha": [0x41...0x5A, 0x61...0x7A], "ascii": [0...0x7F], "blank": [0x09...0x09, 0x20...0x20], "cntrl": [0...0x1F, 0x7F...0x7F],
        "digit": [0x30...0x39], "graph": [0x21...0x7E], "lower": [0x61...0x7A], "print": [0x20...0x7E], "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "space": [0x09...0x0D, 0x20...0x20], "upper": [0x41...0x5A], "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A], "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
    ]
}
