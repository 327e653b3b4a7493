/// Why the portal refuses a sensor as it is, until a person mends it: the value of the metadata `wiz-reason` beside FAILED_PRECONDITION.
package enum SensorRefusal: String, Sendable, CaseIterable {
    case versionTooOld = "version-too-old"
    case clockOff = "clock-off"

    package static let metadataKey = "wiz-reason"
}
