/// Named formats of `format.named("…")`: what is wrong with a text, as an optional list.
enum CELFormats {
    static let names: Set = [
        "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix", "labelValue", "uri", "uuid", "byte", "date", "datetime",
    ]

    static func validate(_ text: String, as name: String) throws(CELError) -> CELValue {
        // A prefix may end in a hyphen: what is generated behind it does not.
        let whole = name.hasSuffix("Prefix") && text.hasSuffix("-") ? text.dropLast() + "a" : text
        let findings: [String] =
            switch name {
            case "dns1123Label", "dns1123LabelPrefix": NameRules.label(whole)
            case "dns1123Subdomain", "dns1123SubdomainPrefix": NameRules.subdomain(whole)
            case "dns1035Label", "dns1035LabelPrefix": NameRules.label1035(whole)
            case "qualifiedName": NameRules.qualifiedName(text)
            case "labelValue": NameRules.labelValue(text)
            case "uri": CELURL(text) == nil ? ["invalid URI"] : []
            case "uuid": try pattern("^(?i)[0-9A-F]{8}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{4}-?[0-9A-F]{12}$", text) ? [] : ["does not match the UUID format"]
            case "byte": (try? Base64.decode(text)) == nil ? ["invalid base64"] : []
            case "date": CELTime(text + "T00:00:00Z") == nil ? ["invalid date"] : []
            default: CELTime(text) == nil ? ["invalid datetime"] : []
            }
        return .optional(findings.isEmpty ? nil : .list(findings.map(CELValue.string)))
    }

    private static func pattern(_ pattern: String, _ text: String) throws(CELError) -> Bool {
        do { return try CELPattern(pattern).find(in: Array(text.unicodeScalars), from: 0) != nil } catch { throw CELError(error.message) }
    }
}
