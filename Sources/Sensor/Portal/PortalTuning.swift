/// The bounds and timings of the conversation.
package struct PortalTuning: Hashable, Sendable {
    package var timetable: Timetable
    /// The most that goes into one upload.
    package var batch: OutboxLane.Limit
    /// For everything but detections; the portal may change it. Over it runtime data waits and telemetry is given up (`byteBudget`).
    package var uploadBytesPerHour: Int
    /// Records that wait in memory while the disk has no room; beyond it they are counted as `diskFull`.
    package var intakeMax: Int
    /// A spool that held so much is compacted once it is empty.
    package var compactFromBytes = 1 << 20

    package init(
        timetable: Timetable = Timetable(), batch: OutboxLane.Limit = OutboxLane.Limit(records: 500, bytes: 1 << 20), uploadBytesPerHour: Int = 64 << 20,
        intakeMax: Int = 4096
    ) {
        self.timetable = timetable
        self.batch = batch
        self.uploadBytesPerHour = uploadBytesPerHour
        self.intakeMax = intakeMax
    }
}
