/// An address and how many of its bits count.
struct CELAddressRange: Hashable, Sendable {
    let address: CELAddress
    let length: Int

    init(address: CELAddress, length: Int) {
        self.address = address
        self.length = length
    }

    init?(_ text: String) {
        let sides = text.split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2, let address = CELAddress(String(sides[0])), sides[1].allSatisfy({ $0.isASCII && $0.isNumber }), sides[1] == "0" || !sides[1].hasPrefix("0"), let length = Int(sides[1]), length <= address.bytes.count * 8
        else { return nil }
        self.init(address: address, length: length)
    }

    var text: String { "\(address.text)/\(length)" }

    var masked: CELAddressRange {
        CELAddressRange(address: CELAddress(bytes: address.bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
        }), length: length)
    }

    private func contains(_ other: CELAddress) -> Bool {
        other.bytes.count == address.bytes.count && CELAddressRange(address: other, length: length).masked.address == masked.address
    }

    func call(_ function: String, _ rest: [CELValue]) throws(CELError) -> CELValue? {
        switch (function, rest.count) {
        case ("ip", 0): return .address(address)
        case ("masked", 0): return .range(masked)
        case ("prefixLength", 0): return .int(Int64(length))
        case ("containsIP", 1), ("containsCIDR", 1):
            switch rest[0] {
            case .address(let other) where function == "containsIP": return .bool(contains(other))
            case .range(let other) where function == "containsCIDR": return .bool(contains(other.address) && other.length >= length)
            case .string(let text):
                if function == "containsIP", case .address(let other)? = try CELLibrary.make("ip", text, []) { return .bool(contains(other)) }
                if function == "containsCIDR", case .range(let other)? = try CELLibrary.make("cidr", text, []) { return .bool(contains(other.address) && other.length >= length) }
                return nil
            default: throw .noOverload
            }
        default: return nil
        }
    }
}
