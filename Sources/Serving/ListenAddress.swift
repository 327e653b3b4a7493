import Foundation
import Foundations

/// `HOST:PORT` with an IPv4 address, `localhost`, or an IPv6 address in brackets. Port 0 takes a free one.
package struct ListenAddress: Sendable, Hashable {
    package var host: String
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil when the text is not an address.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host == "localhost" { host = "127.0.0.1" }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET, host, &bytes) == 1 || inet_pton(AF_INET6, host, &bytes) == 1 else { return nil }
        self.init(host: host, port: Int(port))
    }

    /// Whether only this machine reaches it.
    package var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    /// The address under which this machine reaches it: the loopback for "any address".
    package var reachableHost: String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
