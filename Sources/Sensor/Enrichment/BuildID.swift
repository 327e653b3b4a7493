/// The build-id of an ELF file: what its linker wrote into the note `NT_GNU_BUILD_ID` to tell this build from every other (elf(5); binutils, `--build-id`).
///
/// The bytes are anybody's. At most `segmentsMax` entries of the program header are looked at, `noteBytesMax` bytes of each segment of notes and
/// `notesMax` notes; what lies beyond that, or does not add up, is no build-id.
package enum BuildID {
    package static let segmentsMax = 128
    package static let noteBytesMax = 64 << 10
    package static let notesMax = 64
    package static let idBytesMax = 64

    /// Where the fields of the two classes lie.
    private struct Layout {
        var programHeader: Int
        var entrySize: Int
        var entryCount: Int
        var entryBytes: Int
        var offset: Int
        var fileSize: Int
        var alignment: Int
        var wordBytes: Int
        static let narrow = Layout(programHeader: 28, entrySize: 42, entryCount: 44, entryBytes: 32, offset: 4, fileSize: 16, alignment: 28, wordBytes: 4)
        static let wide = Layout(programHeader: 32, entrySize: 54, entryCount: 56, entryBytes: 56, offset: 8, fileSize: 32, alignment: 48, wordBytes: 8)
    }

    private static let programNote: UInt64 = 4
    private static let buildIDNote: UInt64 = 3

    /// - Parameter read: gives up to so many bytes of the file from an offset, fewer at its end.
    /// - Returns: lower-case hex; nil when the file is no ELF file of this machine's byte order, or has none.
    package static func find(_ read: (_ offset: UInt64, _ count: Int) -> [UInt8]) -> String? {
        let header = read(0, 64)
        // magic, class, data encoding (little endian)
        guard header.count >= 52, header.starts(with: [0x7F, 0x45, 0x4C, 0x46]), header[5] == 1 else { return nil }
        let layout: Layout
        switch header[4] {
        case 1: layout = .narrow
        case 2 where header.count == 64: layout = .wide
        default: return nil
        }
        let table = word(header, layout.programHeader, layout.wordBytes)
        let size = Int(word(header, layout.entrySize, 2))
        let count = min(segmentsMax, Int(word(header, layout.entryCount, 2)))
        guard table > 0, size >= layout.entryBytes, size <= 256 else { return nil }
        let entries = read(table, count * size)
        for start in stride(from: 0, to: entries.count, by: size) where start + layout.entryBytes <= entries.count {
            guard word(entries, start, 4) == programNote else { continue }
            let length = Int(min(UInt64(noteBytesMax), word(entries, start + layout.fileSize, layout.wordBytes)))
            let notes = read(word(entries, start + layout.offset, layout.wordBytes), length)
            let isWide = word(entries, start + layout.alignment, layout.wordBytes) == 8
            if let found = identifier(in: notes, alignment: isWide ? 8 : 4) { return found }
        }
        return nil
    }

    // Each note: length of its name, of its content, its type; name and content padded.
    private static func identifier(in notes: [UInt8], alignment: Int) -> String? {
        var at = 0
        for _ in 0..<notesMax {
            guard at + 12 <= notes.count else { return nil }
            let (nameLength, length, type) = (Int(word(notes, at, 4)), Int(word(notes, at + 4, 4)), word(notes, at + 8, 4))
            let name = at + 12
            let content = padded(name + nameLength, alignment)
            guard content + length <= notes.count else { return nil }
            if type == buildIDNote, (1...idBytesMax).contains(length), notes[name..<name + nameLength].elementsEqual([0x47, 0x4E, 0x55, 0]) {
                return hex(notes[content..<content + length])
            }
            at = padded(content + length, alignment)
        }
        return nil
    }

    private static func padded(_ offset: Int, _ alignment: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

    private static func word(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
        var out: UInt64 = 0
        for i in (0..<count).reversed() { out = out << 8 | UInt64(at + i < bytes.count ? bytes[at + i] : 0) }
        return out
    }

    /// Lower-case hex.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }
}
