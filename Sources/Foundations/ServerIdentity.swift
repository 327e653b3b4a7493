internal import Glibc

/// Whom a server must prove to be: the name or the address that it was asked for by (RFC 9525).
///
/// Compared here as well as in the TLS library, because the library of these edges also accepts a certificate for the peer's address
/// when a name was asked for: whoever redirects the name to a machine with a certificate for its own address would pass.
package enum ServerIdentity: Hashable, Sendable {
    /// Lower case, without a dot at its end.
    case name(String)
    /// 4 or 16 bytes in network order.
    case address([UInt8])

    /// - Parameter host: as in a URL, without brackets.
    package init(host: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, host, &bytes) == 1 {
                self = .address(bytes)
                return
            }
        }
        self = .name(Self.folded(host))
    }

    /// - Parameters:
    ///   - names: the certificate's DNS names; its common name counts for nothing (RFC 9525, section 2).
    ///   - addresses: its IP addresses, in network order.
    package func isProven(byNames names: [String], addresses: [[UInt8]]) -> Bool {
        switch self {
        case .address(let bytes): addresses.contains(bytes)
        case .name(let name): names.contains { Self.matches(name, pattern: Self.folded($0)) }
        }
    }

    // "the wildcard character appears only as the complete content of the left-most label" (RFC 9525, section 6.3); at least two
    // labels must follow, so that no certificate stands for a whole top-level domain.
    private static func matches(_ name: String, pattern: String) -> Bool {
        guard pattern.hasPrefix("*.") else { return !name.isEmpty && name == pattern && !pattern.contains("*") }
        let suffix = pattern.dropFirst()
        guard !suffix.contains("*"), suffix.dropFirst().contains("."), let dot = name.firstIndex(of: "."), dot > name.startIndex else { return false }
        return name[dot...] == suffix
    }

    private static func folded(_ text: String) -> String {
        let lower = text.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}
