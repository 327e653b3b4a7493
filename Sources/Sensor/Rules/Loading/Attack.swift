/// ATT&CK as rules name it.
enum Attack {
    /// `T1059` or `T1059.004`.
    static func isTechnique(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 5 || bytes.count == 9, bytes[0] == 0x54, bytes[1...4].allSatisfy(isDigit) else { return false }
        return bytes.count == 5 || (bytes[5] == 0x2E && bytes[6...].allSatisfy(isDigit))
    }

    /// `TA0002`
    static func isTactic(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.count == 6 && bytes[0] == 0x54 && bytes[1] == 0x41 && bytes[2...].allSatisfy(isDigit)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// The id behind a tag such as `mitre_execution` (https://attack.mitre.org/tactics/enterprise/).
    static func tactic(ofTag tag: String) -> String? {
        guard tag.hasPrefix("mitre_") else { return nil }
        return tactics[String(tag.dropFirst(6))]
    }

    private static let tactics: [String: String] = [
        "reconnaissance": "TA0043", "resource_development": "TA0042", "initial_access": "TA0001", "execution": "TA0002", "persistence": "TA0003",
        "privilege_escalation": "TA0004", "defense_evasion": "TA0005", "credential_access": "TA0006", "discovery": "TA0007", "lateral_movement": "TA0008",
        "collection": "TA0009", "command_and_control": "TA0011", "exfiltration": "TA0010", "impact": "TA0040",
    ]
}
