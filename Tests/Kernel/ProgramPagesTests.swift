import Foundation
import Glibc
import Host
import Testing

/// Pages of program files leave when nobody needs them, and come back as they were; what has been written to stays.
struct ProgramPagesTests {
    private static let size = 256 * Int(getpagesize())

    /// A private mapping of a file of the letter `a`, each page of it touched.
    private func mapping(of file: String, written: Bool = false) throws -> UnsafeMutableRawPointer {
        try Data(repeating: UInt8(ascii: "a"), count: Self.size).write(to: URL(fileURLWithPath: file))
        let descriptor = open(file, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let start = try #require(mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0))
        try #require(start != MAP_FAILED)
        if written { start.storeBytes(of: UInt8(ascii: "b"), as: UInt8.self) }
        try #require(mprotect(start, Self.size, PROT_READ) == 0)
        #expect(letters(start).contains(UInt8(ascii: "a")))
        return start
    }

    private func letters(_ start: UnsafeMutableRawPointer) -> [UInt8] { Array(UnsafeRawBufferPointer(start: start, count: Self.size)) }

    /// Of the mapping, in kibibytes, as smaps tells.
    private func resident(_ start: UnsafeMutableRawPointer) throws -> Int {
        let smaps = try #require(try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps")).readToEnd())
        let lines = String(decoding: smaps, as: UTF8.self).split(separator: "\n")
        let head = try #require(lines.firstIndex { $0.hasPrefix(String(UInt(bitPattern: start), radix: 16) + "-") })
        let line = try #require(lines[head...].first { $0.hasPrefix("Rss:") })
        return try #require(Int(line.split(separator: " ")[1]))
    }

    @Test func whatNobodyNeedsLeavesAndComesBackAsItWas() throws {
        let folder = try TemporaryDirectory()
        let start = try mapping(of: folder.path + "/file")
        defer { munmap(start, Self.size) }
        #expect(try resident(start) == Self.size / 1024)
        #expect(ProgramPages.giveBack() > 0)
        #expect(try resident(start) == 0)
        #expect(letters(start).allSatisfy { $0 == UInt8(ascii: "a") })
    }

    @Test func whatHasBeenWrittenToStays() throws {
        let folder = try TemporaryDirectory()
        let start = try mapping(of: folder.path + "/file", written: true)
        defer { munmap(start, Self.size) }
        ProgramPages.giveBack()
        #expect(try resident(start) == Self.size / 1024)
        #expect(letters(start).first == UInt8(ascii: "b"))
    }
}
