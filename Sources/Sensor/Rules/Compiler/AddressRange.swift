internal import Events

/// An address or a network of them, as rules write it: `10.0.0.0/8`, `::1`.
struct AddressRange: Hashable, Sendable {
    var network: IPAddress
    var bits: Int

    init?(_ text: String) {
        if let slash = text.firstIndex(of: "/") {
            guard let network = IPAddress(text[..<slash]), let bits = Int(text[text.index(after: slash)...]), bits >= 0, bits <= (network.isV6 ? 128 : 32) else { return nil }
            (self.network, self.bits) = (network, bits)
        } else {
            guard let address = IPAddress(text) else { return nil }
            (network, bits) = (address, address.isV6 ? 128 : 32)
        }
    }

    func contains(_ address: IPAddress) -> Bool { address.isIn(network, bits: bits) }
}
