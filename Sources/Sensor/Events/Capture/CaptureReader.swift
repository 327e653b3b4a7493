internal import Foundations

/// Reads a capture that anybody may have made: every length is checked before it is believed, nothing is kept beyond one record, and
/// what is wrong is named with its place. Fed in pieces of any size.
///
///     var reader = CaptureReader()
///     while let piece = file.read() {
///         reader.feed(piece)
///         while let input = try reader.next() { ... }
///     }
///     try reader.finish()
///
/// States: `header` until it is read, then `records`, then `ended`; an error is final.
package struct CaptureReader: Sendable {
    private enum State {
        case header
        case records
        case ended
    }

    private var state = State.header
    private var buffer: [UInt8] = []
    private var start = 0
    // place of `start` in the file
    private var offset: UInt64 = 0
    private var clock = Now(monotonic: .zero, wall: WallInstant(nanoseconds: 0))
    private var records: UInt64 = 0
    /// nil until enough was fed.
    package private(set) var header: CaptureHeader?
    /// Records of a kind that this build does not know: a newer recorder's.
    package private(set) var unknownRecords: UInt64 = 0

    package init() {}

    package mutating func feed(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// - Returns: the next input, or nil when more bytes are needed, or when the last record was read.
    package mutating func next() throws(CaptureError) -> CapturedInput? {
        if state == .header {
            guard try readHeader() else { return nil }
            state = .records
        }
        while state == .records {
            guard let (kind, body) = try nextRecord() else { return nil }
            guard let known = CaptureRecordKind(rawValue: kind) else {
                unknownRecords += 1
                continue
            }
            switch known {
            case .clock: try readClock(body)
            case .end: try readEnd(body)
            default:
                guard let record = body.withUnsafeBytes({ CaptureRecord(known, $0) }) else { throw error(.malformedRecord(kind: kind)) }
                return CapturedInput(now: clock, record: record)
            }
        }
        if start < buffer.count { throw error(.bytesAfterEnd) }
        return nil
    }

    /// Says that no more bytes come.
    /// - Throws: when the capture broke off.
    package func finish() throws(CaptureError) {
        if state != .ended { throw error(.brokenOff) }
    }

    private mutating func readHeader() throws(CaptureError) -> Bool {
        let magic = CaptureHeader.magic
        let seen = buffer[start...].prefix(magic.count)
        guard seen.elementsEqual(magic.prefix(seen.count)) else { throw error(.notACapture) }
        guard buffer.count - start >= CaptureHeader.prefixBytes else { return false }
        let (version, length) = (integer(at: magic.count), Int(integer(at: magic.count + 4)))
        guard version == CaptureHeader.formatVersion else { throw error(.formatVersion(version)) }
        guard length <= CaptureHeader.bytesMax else { throw error(.tooLarge(length, of: CaptureHeader.bytesMax)) }
        guard buffer.count - start >= CaptureHeader.prefixBytes + length else { return false }
        let body = start + CaptureHeader.prefixBytes
        guard let header = buffer[body..<body + length].withUnsafeBytes({ CaptureHeader($0) }) else { throw error(.malformedHeader) }
        let known = CaptureHeader(bootToWall: .zero, hostNamespaces: Namespaces(), kernelRelease: "", architecture: "", hookSet: "").abiVersion
        guard header.abiVersion == known else { throw error(.abiVersion(header.abiVersion, known: known)) }
        self.header = header
        advance(CaptureHeader.prefixBytes + length)
        return true
    }

    // The record's bytes stay in the buffer until the next call of `feed`.
    private mutating func nextRecord() throws(CaptureError) -> (UInt16, ArraySlice<UInt8>)? {
        let prefix = CaptureWriter.recordPrefixBytes
        guard buffer.count - start >= prefix else { return nil }
        let (first, length) = (integer(at: 0), Int(integer(at: 4)))
        guard first >> 16 == 0 else { throw error(.malformedRecord(kind: UInt16(truncatingIfNeeded: first))) }
        guard length <= CaptureWriter.recordBytesMax else { throw error(.tooLarge(length, of: CaptureWriter.recordBytesMax)) }
        guard buffer.count - start >= prefix + length else { return nil }
        let body = buffer[start + prefix..<start + prefix + length]
        advance(prefix + length)
        records += 1
        return (UInt16(first), body)
    }

    private mutating func readClock(_ body: ArraySlice<UInt8>) throws(CaptureError) {
        let now = body.withUnsafeBytes { bytes -> Now? in
            var reader = ByteReader(bytes)
            let now = Now(monotonic: MonotonicInstant(nanoseconds: reader.integer()), wall: WallInstant(nanoseconds: reader.integer()))
            return reader.isWhole ? now : nil
        }
        guard let now else { throw error(.malformedRecord(kind: CaptureRecordKind.clock.rawValue)) }
        guard now.monotonic >= clock.monotonic else { throw error(.clockRunsBackwards) }
        clock = now
    }

    private mutating func readEnd(_ body: ArraySlice<UInt8>) throws(CaptureError) {
        let count = body.withUnsafeBytes { bytes -> UInt64? in
            var reader = ByteReader(bytes)
            let count = reader.integer(UInt64.self)
            return reader.isWhole ? count : nil
        }
        guard let count else { throw error(.malformedRecord(kind: CaptureRecordKind.end.rawValue)) }
        guard count == records - 1 else { throw error(.recordsMissing(said: count, found: records - 1)) }
        state = .ended
    }

    // four bytes from `start` on, which the caller knows to be there
    private func integer(at distance: Int) -> UInt32 {
        buffer.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: start + distance, as: UInt32.self)) }
    }

    private mutating func advance(_ count: Int) {
        start += count
        offset += UInt64(count)
    }

    private func error(_ reason: CaptureError.Reason) -> CaptureError { CaptureError(offset: offset, reason: reason) }
}
