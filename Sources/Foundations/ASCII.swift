/// The byte with a capital letter of ASCII made small; other bytes are left alone.
@inlinable package func asciiLower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
