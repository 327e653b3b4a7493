import Enrichment
import Foundation
import Foundations
import Testing

/// Build-ids of real files, of files made by hand, and of files that lie.
@Suite struct BuildIDTests {
    private static func find(_ file: [UInt8]) -> String? {
        BuildID.find { offset, count in
            guard offset < UInt64(file.count) else { return [] }
            return Array(file[Int(offset)...].prefix(count))
        }
    }

    private static func little(_ value: UInt64, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) } }

    private static func note(_ name: [UInt8], _ type: UInt32, _ content: [UInt8], alignment: Int = 4) -> [UInt8] {
        var out = little(UInt64(name.count), 4) + little(UInt64(content.count), 4) + little(UInt64(type), 4) + name
        while out.count % alignment != 0 { out.append(0) }
        out += content
        while out.count % alignment != 0 { out.append(0) }
        return out
    }

    private struct Segment {
        var type: UInt64 = 4
        var notes: [UInt8]
        var alignment: UInt64 = 4
        var claimed: UInt64?
        var offset: UInt64?
    }

    private static func file(_ segments: [Segment], isWide: Bool = true, entryCount: UInt64? = nil, entrySize: UInt64? = nil, encoding: UInt8 = 1) -> [UInt8] {
        let (headerSize, size) = isWide ? (64, 56) : (52, 32)
        var entries: [UInt8] = []
        var data: [UInt8] = []
        for segment in segments {
            let offset = segment.offset ?? UInt64(headerSize + size * segments.count + data.count)
            let length = segment.claimed ?? UInt64(segment.notes.count)
            if isWide {
                entries += little(segment.type, 4) + little(4, 4) + little(offset, 8) + little(0, 16) + little(length, 8) + little(length, 8) + little(segment.alignment, 8)
            } else {
                entries += little(segment.type, 4) + little(offset, 4) + little(0, 8) + little(length, 4) + little(length, 4) + little(4, 4) + little(segment.alignment, 4)
            }
            data += segment.notes
        }
        var out: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, isWide ? 2 : 1, encoding, 1] + [UInt8](repeating: 0, count: 9)
        out += little(3, 2) + little(62, 2) + little(1, 4)
        out += isWide ? little(0, 8) + little(64, 8) + little(0, 8) : little(0, 4) + little(52, 4) + little(0, 4)
        out += little(0, 4) + little(UInt64(headerSize), 2) + little(entrySize ?? UInt64(size), 2) + little(entryCount ?? UInt64(segments.count), 2) + little(0, 6)
        return out + entries + data
    }

    private static let gnu: [UInt8] = [0x47, 0x4E, 0x55, 0]
    private static let id: [UInt8] = (1...20).map { UInt8($0 * 11) }
    private static let hex = "0b16212c37424d58636e79848f9aa5b0bbc6d1dc"
    private static let property = note(gnu, 5, [UInt8](repeating: 0, count: 16), alignment: 8)

    /// What the program header leads to is what lies in the file behind the words that begin such a note.
    @Test(arguments: ["/usr/bin/true", "/usr/bin/env", "/lib64/ld-linux-x86-64.so.2"])
    func aRealFilesBuildIDIsTheOneThatItHolds(path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path) else { return #expect(path.hasPrefix("/lib64"), "no \(path)") }
        let begin = Data(Self.little(4, 4) + Self.little(20, 4) + Self.little(3, 4) + Self.gnu)
        let range = try #require(bytes.range(of: begin))
        #expect(Self.find(Array(bytes)) == bytes[range.upperBound..<range.upperBound + 20].map { String(format: "%02x", $0) }.joined())
    }

    @Test func itIsFoundInBothClassesBehindOtherNotesAndInLaterSegments() {
        let wanted = Self.note(Self.gnu, 3, Self.id)
        let others = Self.note(Array("Go\0\0".utf8), 4, [1, 2, 3]) + Self.note(Self.gnu, 1, [UInt8](repeating: 0, count: 16)) + Self.note(Array("Xen\0".utf8), 3, [9])
        for isWide in [true, false] {
            #expect(Self.find(Self.file([Segment(notes: wanted)], isWide: isWide)) == Self.hex)
            #expect(Self.find(Self.file([Segment(type: 1, notes: [1, 2, 3, 4]), Segment(notes: others), Segment(notes: others + wanted)], isWide: isWide)) == Self.hex)
            #expect(Self.find(Self.file([Segment(notes: others)], isWide: isWide)) == nil)
        }
        #expect(Self.find(Self.file([Segment(notes: Self.property + Self.note(Self.gnu, 3, Self.id, alignment: 8), alignment: 8)])) == Self.hex)
        #expect(Self.find(Self.file([Segment(notes: Self.note(Self.gnu, 3, [0xAB]))])) == "ab")
    }

    @Test func whatIsNoELFFileOrLiesHasNone() {
        let wanted = Self.note(Self.gnu, 3, Self.id)
        #expect(Self.find([]) == nil && Self.find(Array("#!/bin/sh\nexit 0\n".utf8)) == nil)
        #expect(Self.find(Self.file([Segment(notes: wanted)], encoding: 2)) == nil)
        #expect(Self.find(Self.file([Segment(notes: wanted)], entrySize: 8)) == nil)
        #expect(Self.find(Self.file([Segment(notes: wanted)], entrySize: 0)) == nil)
        #expect(Self.find(Self.file([Segment(notes: wanted, offset: .max)])) == nil)
        #expect(Self.find(Self.file([Segment(notes: [UInt8](repeating: 0xFF, count: 64))])) == nil)
        for length in [0, BuildID.idBytesMax + 1] { #expect(Self.find(Self.file([Segment(notes: Self.note(Self.gnu, 3, [UInt8](repeating: 1, count: length)))])) == nil) }
        // a length that claims more than there is, or nearly all that a number can say
        #expect(Self.find(Self.file([Segment(notes: wanted, claimed: .max)])) == Self.hex)
        #expect(Self.find(Self.file([Segment(notes: Self.little(4, 4) + Self.little(0xFFFF_FFFF, 4) + Self.little(3, 4) + Self.gnu)])) == nil)
        #expect(Self.find(Self.file([Segment(notes: Self.little(0xFFFF_FFFF, 4) + Self.little(20, 4) + Self.little(3, 4) + Self.gnu)])) == nil)
    }

    @Test func whatLiesBeyondABoundIsNotLookedFor() {
        let wanted = Self.note(Self.gnu, 3, Self.id)
        let empty = Self.note(Self.gnu, 1, [])
        func notes(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in empty } + wanted }
        #expect(Self.find(Self.file([Segment(notes: notes(BuildID.notesMax - 1))])) == Self.hex)
        #expect(Self.find(Self.file([Segment(notes: notes(BuildID.notesMax))])) == nil)
        func segments(_ count: Int) -> [Segment] { [Segment](repeating: Segment(type: 1, notes: []), count: count) + [Segment(notes: wanted)] }
        #expect(Self.find(Self.file(segments(BuildID.segmentsMax - 1))) == Self.hex)
        #expect(Self.find(Self.file(segments(BuildID.segmentsMax))) == nil)
        #expect(Self.find(Self.file([Segment(notes: Self.note(Self.gnu, 1, [UInt8](repeating: 0, count: BuildID.noteBytesMax)) + wanted)])) == nil)
        // however much is claimed, so much is read and no more
        var asked = 0
        let hostile = Self.file([Segment(notes: [UInt8](repeating: 0, count: 4096), claimed: .max)], entryCount: 65_535)
        _ = BuildID.find { offset, count in
            asked += count
            return offset < UInt64(hostile.count) ? Array(hostile[Int(offset)...].prefix(count)) : []
        }
        #expect(asked <= 64 + BuildID.segmentsMax * 256 + BuildID.segmentsMax * BuildID.noteBytesMax)
    }

    @Test func survivesFilesThatEndAnywhereAndMutatedOnes() {
        let whole = Self.file([Segment(type: 1, notes: [1, 2, 3, 4]), Segment(notes: Self.property + Self.note(Self.gnu, 3, Self.id, alignment: 8), alignment: 8)])
        var answers: [String?: Int] = [:]
        for length in 0...whole.count { answers[Self.find(Array(whole.prefix(length))), default: 0] += 1 }
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = [0, 1, 4, 8, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            if let found = Self.find(bytes) { #expect(found.utf8.count <= 2 * BuildID.idBytesMax && found.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }) }
        }
        // cut anywhere before its last byte of content there is no build-id, and never a part of one
        #expect(Set(answers.keys) == [nil, Self.hex])
    }
}
