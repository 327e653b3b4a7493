package import Events

/// Indicators that came with the definitions: decided here, without asking the reputation service. The narrowest match wins, as with
/// the service: an address before its network, a domain before its parent; so a benign entry lifts one address out of a bad network.
package struct KnownIndicators: Sendable {
    package struct Entry: Sendable, Hashable {
        package var isMalicious: Bool
        /// The listed value: a network, a parent domain, or the value itself.
        package var value: String
        package var family: String
        package var source: String

        package init(isMalicious: Bool, value: String, family: String = "", source: String = "") {
            self.isMalicious = isMalicious
            self.value = value
            self.family = family
            self.source = source
        }
    }

    private var digests: [String: Entry] = [:]
    private var domains: [String: Entry] = [:]
    private var addresses: [IPAddress: Entry] = [:]
    private var networks: [(network: IPAddress, bits: Int, entry: Entry)] = []

    package init() {}

    package var count: Int { digests.count + domains.count + addresses.count + networks.count }
    package var isEmpty: Bool { count == 0 }

    /// - Parameter kind: `sha256`, `sha1`, `md5`, `ip` (an address or a network) or `domain`.
    /// - Returns: false for a value that is none of its kind; nothing has changed then.
    package mutating func insert(kind: String, _ entry: Entry) -> Bool {
        switch kind {
        case "sha256", "sha1", "md5": digests[entry.value.lowercased()] = entry
        case "domain": domains[entry.value.lowercased()] = entry
        case "ip":
            let parts = entry.value.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let address = IPAddress(parts[0]) else { return false }
            guard parts.count == 2 else {
                addresses[address] = entry
                return true
            }
            guard let bits = Int(parts[1]), (0...(address.isV6 ? 128 : 32)).contains(bits) else { return false }
            let place = networks.firstIndex { $0.bits < bits } ?? networks.count
            networks.insert((address, bits, entry), at: place)
        default: return false
        }
        return true
    }

    package func address(_ address: IPAddress) -> Entry? { addresses[address] ?? networks.first { address.isIn($0.network, bits: $0.bits) }?.entry }

    /// A bare top-level domain is never an indicator.
    package func domain(_ name: String) -> Entry? {
        guard !domains.isEmpty else { return nil }
        var rest = name.lowercased()[...]
        while rest.contains(".") {
            if let entry = domains[String(rest)] { return entry }
            rest = rest[rest.index(after: rest.firstIndex(of: ".") ?? rest.startIndex)...]
        }
        return nil
    }

    package func file(_ digests: FileDigests) -> Entry? {
        guard !self.digests.isEmpty else { return nil }
        return self.digests[digests.sha256] ?? self.digests[digests.sha1] ?? self.digests[digests.md5]
    }
}
