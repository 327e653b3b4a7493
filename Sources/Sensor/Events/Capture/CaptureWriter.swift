package import Foundations

/// Makes the bytes of a capture. The caller takes them from time to time and writes them wherever it wants.
///
///     var writer = CaptureWriter(header)
///     writer.append(message: bytes, at: now)          // in the callback of the ring buffer
///     writer.append(.processes(facts), at: now)
///     file.write(writer.take())                       // now and then
///     writer.finish(); file.write(writer.take())      // a reader tells a whole capture by its last record
package struct CaptureWriter: Sendable {
    private var out = ByteWriter()
    private var clock: Now?
    private var records: UInt64 = 0
    private var isFinished = false
    /// Records that no reader would take (`tooLarge`), left out and counted.
    package private(set) var tooLarge: UInt64 = 0

    /// Largest body of a record. A probe message has at most 16 KiB; a list of processes is split.
    package static let recordBytesMax = 1 << 20
    /// kind, padding, length of the body
    static let recordPrefixBytes = 8

    package init(_ header: CaptureHeader) {
        CaptureHeader.magic.withUnsafeBytes { out.raw($0) }
        out.integer(CaptureHeader.formatVersion)
        var body = ByteWriter()
        header.write(to: &body)
        out.integer(UInt32(body.bytes.count))
        body.bytes.withUnsafeBytes { out.raw($0) }
    }

    /// Bytes that wait for `take()`.
    package var pendingBytes: Int { out.bytes.count }

    /// Hands over what was written since the last call.
    package mutating func take() -> [UInt8] {
        defer { out = ByteWriter() }
        return out.bytes
    }

    /// - Parameter message: one message of the ring buffer; copied.
    package mutating func append(message: UnsafeRawBufferPointer, at now: Now) {
        tick(now)
        record(.message) { $0.raw(message) }
    }

    package mutating func append(_ record: CaptureRecord, at now: Now) {
        tick(now)
        if case .processes(let processes) = record, processes.count > 1 {
            // a process takes some hundred bytes, and now and then its whole argument list
            for start in stride(from: 0, to: processes.count, by: Self.processesPerRecord) {
                let part = CaptureRecord.processes(Array(processes[start..<min(start + Self.processesPerRecord, processes.count)]))
                self.record(.processes) { part.write(to: &$0) }
            }
            return
        }
        self.record(record.kind) { record.write(to: &$0) }
    }

    private static let processesPerRecord = 64

    /// Writes the last record. Nothing is taken after it.
    package mutating func finish() {
        guard !isFinished else { return }
        let records = records
        record(.end) { $0.integer(records) }
        isFinished = true
    }

    // Messages of one poll are taken at one instant: it is written when it changes.
    private mutating func tick(_ now: Now) {
        guard now != clock else { return }
        clock = now
        record(.clock) {
            $0.integer(now.monotonic.nanoseconds)
            $0.integer(now.wall.nanoseconds)
        }
    }

    private mutating func record(_ kind: CaptureRecordKind, _ body: (inout ByteWriter) -> Void) {
        guard !isFinished else { return }
        let start = out.bytes.count
        out.integer(kind.rawValue)
        out.integer(UInt16(0))
        out.integer(UInt32(0))
        body(&out)
        let length = out.bytes.count - start - Self.recordPrefixBytes
        if length > Self.recordBytesMax {
            out.cut(to: start)
            tooLarge += 1
            return
        }
        out.replace(at: start + 4, UInt32(length))
        records += 1
    }
}
