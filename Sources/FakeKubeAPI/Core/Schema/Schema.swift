/// The shapes of the API types: fields, their JSON and protobuf forms, how lists merge, what Go writes when a field is empty.
///
/// The text that it is read from has a line `T name` for each type, then a line for each field: `name number shape flags`. A number `2.1` is that of
/// a field of an embedded struct: field 1 of the message in field 2, although JSON shows both as one object.
/// Shapes: `s` text, `y` bytes in base64, `i` int32, `l` int64, `b` bool, `f` double, `Q` quantity, `X` int or text, `T` time,
/// `U` time with microseconds, `J` anything; `[]` before a shape is a list, `{}` a map; any other word is a type.
/// Flags: `!` written also when empty, `?` a pointer (false, 0 and "" are kept; written as null when it is written although empty), `q` required,
/// `mKEY;` strategic merge by KEY, `r` retainKeys, `kA,B;` a list keyed by A and B, `u` a set, `a` replaced as a whole.
package struct Schema: Sendable {
    package indirect enum Shape: Hashable, Sendable {
        case text, bytes, int32, int64, bool, double, quantity, intOrText, time, microTime, anything
        case list(Shape)
        case map(Shape)
        case type(String)
    }

    package struct Field: Hashable, Sendable {
        package var name: String
        /// Of protobuf, outermost first; empty when the field has none.
        package var numbers: [Int]
        package var shape: Shape
        package var isAlwaysWritten = false
        package var isPointer = false
        package var isRequired = false
        /// "" for a list of scalars that merges as a set.
        package var mergeKey: String?
        package var retainsKeys = false
        package var listKeys: [String] = []
        package var isSet = false
        package var isAtomic = false
    }

    package struct ObjectType: Sendable {
        package var name: String
        package var fields: [String: Field]

        /// `PodSpec` of `core.v1.PodSpec`.
        package var shortName: String { String(name.split(separator: ".").last ?? "") }
    }

    package let types: [String: ObjectType]

    /// All types that the server knows without CustomResourceDefinitions.
    package static let builtIn = Schema(text: "\(schemaText)")

    init(text: String) {
        var types: [String: ObjectType] = [:]
        var current: ObjectType?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.first == "T", words.count == 2 {
                if let done = current { types[done.name] = done }
                current = ObjectType(name: words[1], fields: [:])
            } else if words.count >= 3 {
                let numbers = words[1].split(separator: ".").compactMap { Int($0) }
                var field = Field(name: words[0], numbers: numbers == [0] ? [] : numbers, shape: Self.shape(words[2][...]))
                if words.count > 3 { Self.read(flags: words[3][...], into: &field) }
                current?.fields[field.name] = field
            }
        }
        if let done = current { types[done.name] = done }
        self.types = types
    }

    private static func shape(_ text: Substring) -> Shape {
        if text.hasPrefix("[]") { return .list(shape(text.dropFirst(2))) }
        if text.hasPrefix("{}") { return .map(shape(text.dropFirst(2))) }
        switch text {
        case "s": return .text
        case "y": return .bytes
        case "i": return .int32
        case "l": return .int64
        case "b": return .bool
        case "f": return .double
        case "Q": return .quantity
        case "X": return .intOrText
        case "T": return .time
        case "U": return .microTime
        case "J": return .anything
        default: return .type(String(text))
        }
    }

    private static func read(flags: Substring, into field: inout Field) {
        var rest = flags
        func argument() -> String {
            let text = String(rest.prefix { $0 != ";" })
            rest = rest.dropFirst(text.count + 1)
            return text
        }
        while let flag = rest.popFirst() {
            switch flag {
            case "!": field.isAlwaysWritten = true
            case "?": field.isPointer = true
            case "q": field.isRequired = true
            case "m": field.mergeKey = argument()
            case "r": field.retainsKeys = true
            case "k": field.listKeys = argument().split(separator: ",").map(String.init)
            case "u": field.isSet = true
            default: field.isAtomic = true
            }
        }
    }

    package subscript(type: String) -> ObjectType? { types[type] }

    /// The type of the members or elements below a field, when they are objects.
    func objectType(of shape: Shape) -> ObjectType? {
        switch shape {
        case .type(let name): types[name]
        case .list(let inner), .map(let inner): objectType(of: inner)
        default: nil
        }
    }
}
