import Enrichment
import Events
import Testing

@Suite struct AddressNamesTests {
    private func answer(_ name: String, _ addresses: String..., isAnswer: Bool = true) -> DNSDetails {
        var dns = DNSDetails()
        dns.isAnswer = isAnswer
        dns.name = name
        dns.addresses = addresses.compactMap { IPAddress($0) }
        return dns
    }

    @Test func anAddressHasTheNamesThatWereAskedFor() {
        var names = AddressNames()
        names.learn(answer("a.example", "192.0.2.1", "2001:db8::1"))
        names.learn(answer("b.example", "192.0.2.1"))
        names.learn(answer("c.example", "192.0.2.9", isAnswer: false))
        #expect(names.names(of: IPAddress("192.0.2.1")) == ["a.example", "b.example"])
        #expect(names.names(of: IPAddress("2001:db8::1")) == ["a.example"])
        #expect(names.names(of: IPAddress("192.0.2.9")) == [])
        #expect(names.names(of: nil) == [])
    }

    @Test func aNameThatComesAgainIsTheLastOneAndTheOldestGives() {
        var names = AddressNames()
        for name in ["a", "b", "c", "d", "a", "e"] { names.learn(answer(name, "192.0.2.1")) }
        #expect(names.names(of: IPAddress("192.0.2.1")) == ["c", "d", "a", "e"])
    }

    @Test func whatIsNamedAgainStaysAndTheRestIsForgottenAndCounted() {
        var names = AddressNames()
        func address(_ n: Int) -> IPAddress { IPAddress(v4: 0x0A00_0000 + UInt32(n)) }
        func learn(_ n: Int) {
            var dns = answer("n\(n)")
            dns.addresses = [address(n)]
            names.learn(dns)
        }
        for n in 0..<AddressNames.addressesMax * 3 {
            learn(n)
            if n % 1000 == 0 { learn(0) }
        }
        #expect(names.names(of: address(0)) == ["n0"])
        #expect(names.names(of: address(1)) == [])
        #expect(names.names(of: address(AddressNames.addressesMax * 3 - 1)) == ["n\(AddressNames.addressesMax * 3 - 1)"])
        let forgotten = names.ledger.lost(at: "context", "addressNamesForgotten")
        #expect(forgotten > UInt64(AddressNames.addressesMax) - 10 && forgotten < UInt64(AddressNames.addressesMax * 2))
    }
}
