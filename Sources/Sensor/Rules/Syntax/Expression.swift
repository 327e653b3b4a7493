internal import Events

/// A condition as it was written: names are not resolved yet.
indirect enum Expression: Sendable {
    case any([Expression])
    case all([Expression])
    case not(Expression)
    case macro(Name)
    case comparison(Comparison)

    /// A bare word, and where it stands.
    struct Name: Sendable {
        var text: String
        var place: SourcePlace
    }
}

/// One check: what is read, how it is compared, and with what.
struct Comparison: Sendable {
    var left: Operand
    var comparator: Comparator
    var quantifier: Quantifier = .oneOf
    /// The values on the right were written as a list, so a bare word among them may be the name of one.
    var isList = false
    var right: Right
    var place: SourcePlace

    enum Right: Sendable {
        /// `exists` has nothing on its right.
        case nothing
        case values([Literal])
        case operand(Operand)
    }

    /// How several values on both sides are brought together: `startswith anyof (a, b)`.
    enum Quantifier: Sendable {
        /// One of the field's values compares with one of the list.
        case oneOf
        /// All of the field's values do.
        case allOf
    }
}

/// A value as written. A bare word may be the name of a list, quoted text never is.
struct Literal: Sendable {
    var text: String
    var isQuoted: Bool
    var place: SourcePlace
}

/// A field, perhaps inside transformers: `tolower(basename(proc.exepath))`.
struct Operand: Sendable {
    var field: String
    /// What stood in brackets behind the field.
    var argument: String?
    /// The innermost first.
    var transforms: [Transform]
    var place: SourcePlace
    /// Instead of a field: `concat(fd.rip, ":", fd.rport)`, `join("-", (proc.name, proc.pname))`, `getopt(proc.args, "lp:")[p]`. `field` is then the function's name.
    var composed: Composed?
}

/// What a function makes of several parts: a text put together, where all of them have to be there, or the options among arguments.
struct Composed: Sendable {
    enum Part: Sendable {
        case literal(String)
        case operand(Operand)
    }

    var parts: [Part]
    /// Between two of the parts, and between the values of a part that has several; nil: nothing.
    var separator: [Part] = []

    /// The functions that compose, by their names.
    static let names: Set<String> = ["concat", "join", "getopt"]
}

/// What may be done to a value before it is compared.
enum Transform: String, Sendable, CaseIterable {
    case tolower, toupper, b64, basename, len
}

/// The operators of the language.
enum Comparator: String, Sendable, CaseIterable {
    case exists
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contains, icontains, bcontains, startswith, bstartswith, endswith, glob, iglob, regex
    case `in`, intersects, pmatch

    /// Operators that take a list in parentheses, or the name of one.
    var takesList: Bool { self == .in || self == .intersects || self == .pmatch }
    var isOrder: Bool { self == .less || self == .lessOrEqual || self == .greater || self == .greaterOrEqual }
}
