import Foundations
import Testing

@Suite struct ServerIdentityTests {
    @Test(arguments: [
        ("portal.example", ["portal.example"], true), ("Portal.Example.", ["PORTAL.example"], true), ("a.portal.example", ["*.portal.example"], true),
        ("portal.example", ["other.example"], false), ("portal.example", [], false), ("a.b.portal.example", ["*.portal.example"], false),
        ("portal.example", ["*.portal.example"], false), (".portal.example", ["*.portal.example"], false), ("portal.example", ["*.example"], false),
        ("portal.example", ["p*.example"], false), ("portal.example", ["*"], false), ("a.b.example", ["*.*.example"], false), ("*.portal.example", ["*.portal.example"], true),
        ("", [""], false), ("portal.example.evil.test", ["portal.example"], false),
    ])
    func namesAreComparedLabelByLabel(host: String, names: [String], isProven: Bool) {
        #expect(ServerIdentity(host: host).isProven(byNames: names, addresses: [[127, 0, 0, 1]]) == isProven)
    }

    @Test(arguments: [("127.0.0.1", true), ("127.0.0.2", false), ("::1", true), ("::2", false)])
    func addressesAreComparedByTheirBytesAndNeverByName(host: String, isProven: Bool) {
        let loopback = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]
        #expect(ServerIdentity(host: host).isProven(byNames: ["127.0.0.1", "127.0.0.2", "::2"], addresses: loopback) == isProven)
    }
}
