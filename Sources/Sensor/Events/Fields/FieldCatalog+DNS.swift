// Queries and answers of the name service; these names are ours.
extension FieldCatalog {
    static let dnsFields: [FieldDefinition] = [
        dns("dns.name", .text, "Name that is asked for, in lower case, without a dot at its end.") { .known($0.name) },
        dns("dns.type", .text, "`A`, `AAAA`, `TXT`, ...") { .text(DNSText.type($0.type)) },
        dns("dns.rcode", .text, "`NOERROR`, `NXDOMAIN`, ...; of a query `NOERROR`.") { .text(DNSText.rcode($0.rcode)) },
        dns("dns.is_answer", .flag, "An answer, not a query.") { .flag($0.isAnswer) },
        dns("dns.domain", .text, "The last two labels of the name.") { $0.name.isEmpty ? nil : .text(domain($0.name)) },
        dns("dns.label.length", .number, "Bytes of the longest label.") { .integer(longestLabel($0.name)) },
        FieldDefinition("dns.server", .address, kinds: [.dns], "Address of the name server.") { e, _ in e.dns?.server.map { .address($0) } },
        FieldDefinition(
            "dns.addresses", .address, kinds: [.dns], "Addresses of an answer.",
            reading: .multiple { e, _, body in e.dns?.addresses.contains { body(.address($0)) } ?? false }),
    ]

    private static func dns(_ name: String, _ type: FieldType, _ summary: String, _ read: @escaping @Sendable (DNSDetails) -> FieldValue?) -> FieldDefinition {
        FieldDefinition(name, type, kinds: [.dns], summary) { e, _ in e.dns.flatMap(read) }
    }

    private static func domain(_ name: String) -> Substring {
        var dots = 0
        var at = name.utf8.endIndex
        while at > name.utf8.startIndex {
            let before = name.utf8.index(before: at)
            if name.utf8[before] == 0x2E {
                dots += 1
                if dots == 2 { return name[at...] }
            }
            at = before
        }
        return name[...]
    }

    private static func longestLabel(_ name: String) -> Int {
        var (longest, length) = (0, 0)
        for byte in name.utf8 {
            length = byte == 0x2E ? 0 : length + 1
            longest = max(longest, length)
        }
        return longest
    }
}
