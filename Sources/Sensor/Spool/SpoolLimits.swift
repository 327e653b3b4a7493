/// The bounds of a spool. At each of them records are given up under the cause that is named with it.
package struct SpoolLimits: Hashable, Sendable {
    /// Pending records of all streams together (`spoolFull`).
    package var recordsMax: Int
    /// Bytes of pending payload, all streams together (`spoolFull`).
    package var bytesMax: Int
    /// Bytes of one payload (`oversized`).
    package var recordBytesMax: Int
    /// Bytes of the database file; reaching it is `SpoolError.diskFull`. Leaves room for indexes above `bytesMax`.
    package var fileBytesMax: Int

    package init(recordsMax: Int = 200_000, bytesMax: Int = 64 << 20, recordBytesMax: Int = 1 << 20, fileBytesMax: Int? = nil) {
        self.recordsMax = max(1, recordsMax)
        self.bytesMax = max(1024, bytesMax)
        self.recordBytesMax = max(256, min(recordBytesMax, bytesMax))
        self.fileBytesMax = fileBytesMax ?? (2 * max(1024, bytesMax) + (8 << 20))
    }
}
