/// The fields of one protobuf message. Lengths are checked before anything is read; every step consumes bytes. Failures are worded as Go's generated
/// code words them.
struct ProtobufReader {
    struct Failure: Error, Equatable { var message: String }

    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
        /// A group, which no API type has: skipped as a whole.
        case group
        /// What no message has: 6 or 7. Whoever does not know the field must refuse it.
        case illegal(Int)

        /// As tags number them.
        var wireType: Int {
            switch self {
            case .varint: 0
            case .fixed64: 1
            case .bytes: 2
            case .group: 3
            case .fixed32: 5
            case .illegal(let type): type
            }
        }
    }

    static let groupDepthMax = 64

    private var rest: ArraySlice<UInt8>
    /// `Pod`, for failures.
    private let name: String

    init(_ bytes: ArraySlice<UInt8>, of name: String = "") {
        rest = bytes
        self.name = name
    }

    mutating func next() throws(Failure) -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try varint()
        let number = Int(Int32(truncatingIfNeeded: tag >> 3))
        if tag & 7 == 4 { throw Failure(message: "proto: \(name): wiretype end group for non-group") }
        guard number > 0 else { throw Failure(message: "proto: \(name): illegal tag \(number) (wire type \(tag & 7))") }
        return (number, tag & 7 > 5 ? .illegal(Int(tag & 7)) : try value(tag & 7, depth: 0))
    }

    private mutating func value(_ wireType: UInt64, depth: Int) throws(Failure) -> Value {
        switch wireType {
        case 0: return .varint(try varint())
        case 1: return .fixed64(try fixed(8))
        case 2:
            let length = try varint()
            guard Int64(bitPattern: length) >= 0, length <= UInt64(Int.max >> 1) else { throw Failure(message: "proto: negative length found during unmarshaling") }
            guard length <= UInt64(rest.count) else { throw Failure.unexpectedEnd }
            let value = rest.prefix(Int(length))
            rest = rest.dropFirst(Int(length))
            return .bytes(value)
        case 3:
            guard depth < Self.groupDepthMax else { throw Failure(message: "proto: exceeded max depth") }
            while true {
                guard !rest.isEmpty else { throw Failure.unexpectedEnd }
                let tag = try varint()
                if tag & 7 == 4 { return .group }
                _ = try value(tag & 7, depth: depth + 1)
            }
        case 5: return .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
        default: throw Failure.illegal(wireType)
        }
    }

    private mutating func varint() throws(Failure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw Failure.unexpectedEnd }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Failure(message: "proto: integer overflow")
    }

    private mutating func fixed(_ count: Int) throws(Failure) -> UInt64 {
        guard rest.count >= count else { throw Failure.unexpectedEnd }
        let value = rest.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(count)
        return value
    }

    /// The numbers of a packed list.
    static func packed(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [UInt64] {
        var reader = ProtobufReader(bytes)
        var numbers: [UInt64] = []
        while !reader.rest.isEmpty { numbers.append(try reader.varint()) }
        return numbers
    }
}

extension ProtobufReader.Failure {
    static let unexpectedEnd = Self(message: "unexpected EOF")
    static func illegal(_ wireType: some BinaryInteger) -> Self { Self(message: "proto: illegal wireType \(wireType)") }
}
