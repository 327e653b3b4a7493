import Foundation

/// Names of the time zone database.
enum TimeZones {
    private static let names = Set(TimeZone.knownTimeZoneIdentifiers)

    /// `UTC`, `Local`, `Europe/Berlin`, and short ones such as `CET` that the database keeps for old times' sake.
    static func isKnown(_ name: String) -> Bool {
        if ["UTC", "Local", "GMT"].contains(name) || names.contains(name) { return true }
        return !name.contains(" ") && !name.contains("..") && name.first != "/" && TimeZone(identifier: name) != nil
    }
}
