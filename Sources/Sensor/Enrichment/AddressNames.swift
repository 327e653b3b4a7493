package import Events
package import Foundations

/// Domain names of addresses, as the answers of name servers gave them: what a process asked for before it connected.
///
/// Two generations: an address that is named again stays, what nobody names for a whole generation goes (`addressNamesForgotten`).
package struct AddressNames {
    /// Addresses in one generation; two generations are kept.
    package static let addressesMax = 8192
    /// Names of one address; a new one beyond them takes the place of the oldest.
    package static let namesMax = 4

    package private(set) var ledger = Ledger()
    private var young: [IPAddress: [String]] = [:]
    private var old: [IPAddress: [String]] = [:]

    package init() {}

    package mutating func learn(_ answer: DNSDetails) {
        guard answer.isAnswer, !answer.name.isEmpty else { return }
        for address in answer.addresses { learn(answer.name, of: address) }
    }

    private mutating func learn(_ name: String, of address: IPAddress) {
        var names = young[address] ?? old[address] ?? []
        if names.last != name {
            names.removeAll { $0 == name }
            if names.count >= Self.namesMax { names.removeFirst() }
            names.append(name)
        }
        if young[address] == nil, young.count >= Self.addressesMax {
            let forgotten = old.keys.reduce(into: UInt64(0)) { if young[$1] == nil { $0 += 1 } }
            ledger.count("addressNamesForgotten", at: "context", by: forgotten)
            old = young
            young = [:]
        }
        young[address] = names
    }

    /// The names, the one given last at the end; empty when no answer had this address.
    package func names(of address: IPAddress?) -> [String] {
        guard let address else { return [] }
        return young[address] ?? old[address] ?? []
    }
}
