import Events
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: ["127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::1", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1", "1:0:2::"])
    func textSurvivesARoundTrip(text: String) { #expect(IPAddress(text)?.description == text) }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.a", "1..2.3", ":::", "1:2:3:4:5:6:7:8:9", "::1::", "12345::", "+1.2.3.4"])
    func whatIsNoAddressIsNone(text: String) { #expect(IPAddress(text) == nil) }

    @Test func prefixesMatchWholeAndPartBytes() throws {
        let address = try #require(IPAddress("192.0.2.130"))
        #expect(address.isIn(try #require(IPAddress("192.0.2.128")), bits: 25))
        #expect(!address.isIn(try #require(IPAddress("192.0.2.0")), bits: 25))
        #expect(address.isIn(try #require(IPAddress("0.0.0.0")), bits: 0))
        let six = try #require(IPAddress("2001:db8:1::1"))
        #expect(six.isIn(try #require(IPAddress("2001:db8::")), bits: 32))
        #expect(!six.isIn(try #require(IPAddress("2001:db8::")), bits: 48))
        #expect(!six.isIn(try #require(IPAddress("0.0.0.0")), bits: 0))
    }
}
