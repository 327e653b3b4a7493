/// Whether bytes are TLS records and nothing else (RFC 8446, section 5.1: type, legacy version, length).
package struct TLSRecords: Sendable, Hashable {
    package private(set) var count = 0
    /// Set when the bytes are something else, with the place.
    package private(set) var violation: String?
    /// Bytes of a last record that had not been sent in full when the capture ended.
    package private(set) var unfinished = 0

    /// Ciphertext may exceed 2^14 by at most 2048 bytes in TLS 1.2 (RFC 5246, section 6.2.3) and 256 in 1.3.
    private static let lengthMax = (1 << 14) + 2048

    /// - Parameter beginsHandshake: whether the first record has to be a handshake record, as it is from both sides of a new connection
    ///   (a server may begin with an alert).
    package init(_ bytes: [UInt8], beginsHandshake: Bool) {
        var at = 0
        while at < bytes.count {
            let type = bytes[at]
            guard (20...24).contains(type) else {
                violation = "byte \(at) is \(type), no TLS record type"
                return
            }
            if at == 0, beginsHandshake, type != 22, type != 21 {
                violation = "begins with a record of type \(type) instead of a handshake"
                return
            }
            guard at + 5 <= bytes.count else {
                unfinished = bytes.count - at
                return
            }
            let length = Int(bytes[at + 3]) << 8 | Int(bytes[at + 4])
            guard bytes[at + 1] == 3, (1...4).contains(bytes[at + 2]), length <= Self.lengthMax else {
                violation = "the record at byte \(at) has version \(bytes[at + 1]).\(bytes[at + 2]) and length \(length)"
                return
            }
            guard at + 5 + length <= bytes.count else {
                unfinished = bytes.count - at
                return
            }
            count += 1
            at += 5 + length
        }
    }
}
