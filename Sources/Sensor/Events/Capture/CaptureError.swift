/// Why a capture cannot be read on, and where.
package struct CaptureError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Byte of the file at which the header or record that is wrong begins, or behind the last whole one.
    package var offset: UInt64
    package var reason: Reason

    package enum Reason: Sendable, Hashable {
        case notACapture
        case formatVersion(UInt32)
        case abiVersion(UInt32, known: UInt32)
        case malformedHeader
        case malformedRecord(kind: UInt16)
        case tooLarge(Int, of: Int)
        case clockRunsBackwards
        case recordsMissing(said: UInt64, found: UInt64)
        case bytesAfterEnd
        /// The last record is not there: the recorder was killed, or the file was cut.
        case brokenOff
    }

    package var description: String { "byte \(offset): \(text)" }

    private var text: String {
        switch reason {
        case .notACapture: "not a capture: it does not begin with WIZCAPT"
        case .formatVersion(let version): "format version \(version); this build reads \(CaptureHeader.formatVersion)"
        case .abiVersion(let version, let known): "probe messages of version \(version); this build decodes \(known)"
        case .malformedHeader: "the header does not hold what it should"
        case .malformedRecord(let kind): "the record of kind \(kind) does not hold what it should"
        case .tooLarge(let length, let bound): "claims \(length) bytes; the bound is \(bound)"
        case .clockRunsBackwards: "the clock runs backwards"
        case .recordsMissing(let said, let found): "\(said) records were written, \(found) are here"
        case .bytesAfterEnd: "bytes follow the last record"
        case .brokenOff: "the capture breaks off: its last record is missing"
        }
    }
}
