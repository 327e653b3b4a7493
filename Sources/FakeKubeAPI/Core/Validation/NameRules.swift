/// Syntax of names, labels and keys, with the refusals as the real server words them.
enum NameRules {
    private static func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A || isDigit(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isLower(byte) || byte >= 0x41 && byte <= 0x5A }

    static func isLabel(_ text: String, max: Int = 63) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= max else { return false }
        return isLower(first) && isLower(last) && bytes.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
    }

    private static func hasSubdomainSyntax(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0), max: .max) }
    }

    static let labelRule = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    static let subdomainRule = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    static let label1035Rule = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

    static func label(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 63 { wrong.append("must be no more than 63 characters") }
        if !isLabel(text, max: .max) { wrong.append(hasSubdomainSyntax(text) ? "must not contain dots" : labelRule) }
        return wrong
    }

    static func subdomain(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 253 { wrong.append("must be no more than 253 characters") }
        if !hasSubdomainSyntax(text) { wrong.append(subdomainRule) }
        return wrong
    }

    static func label1035(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 63 { wrong.append("must be no more than 63 characters") }
        if !isLabel(text, max: .max) || text.utf8.first.map(isDigit) ?? true { wrong.append(label1035Rule) }
        return wrong
    }

    static let sysctlRule = "must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$"

    /// Kernel parameters: `net.ipv4.ip_forward`, with dots or slashes.
    static func sysctl(_ text: String) -> [String] {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "/" }
        let isRight = text.utf8.count <= 253 && parts.allSatisfy { part in
            guard let first = part.utf8.first, let last = part.utf8.last else { return false }
            return isLower(first) && isLower(last) && part.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
        return isRight ? [] : [sysctlRule]
    }

    /// Names of ports, as IANA has them: letters, digits and single dashes, a letter among them.
    static func portName(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 15 { wrong.append("must be no more than 15 characters") }
        if text.isEmpty || !text.utf8.allSatisfy({ isLower($0) || $0 == 0x2D }) { wrong.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)") }
        if !text.utf8.contains(where: { $0 >= 0x61 && $0 <= 0x7A }) { wrong.append("must contain at least one letter (a-z)") }
        if text.contains("--") { wrong.append("must not contain consecutive hyphens") }
        if text.hasPrefix("-") || text.hasSuffix("-") { wrong.append("must not begin or end with a hyphen") }
        return wrong
    }

    /// A host name that may begin with `*.`.
    static func wildcardSubdomain(_ text: String) -> [String] {
        let isRight = text.hasPrefix("*.") && text.utf8.count <= 253 && hasSubdomainSyntax(String(text.dropFirst(2)))
        return isRight ? [] : [
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ]
    }

    /// Search domains of DNS, in which underscores are met.
    static func searchDomain(_ text: String) -> [String] {
        let isRight = text.utf8.count <= 253 && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            let inner = part.hasPrefix("_") ? part.dropFirst() : part
            guard let first = inner.utf8.first, let last = inner.utf8.last else { return false }
            return isLower(first) && isLower(last) && inner.utf8.allSatisfy { isLower($0) || $0 == 0x2D || $0 == 0x5F }
        }
        return isRight ? [] : [
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')",
        ]
    }

    /// RBAC names: anything that can be one segment of a path.
    static func pathSegment(_ text: String) -> [String] {
        if text == "." || text == ".." { return ["may not be '\(text)'"] }
        return ["/", "%"].filter(text.contains).map { "may not contain '\($0)'" }
    }

    private static let nameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

    private static func hasNameSyntax(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last) && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
    }

    /// Keys of labels and annotations: `[prefix/]name`.
    static func qualifiedName(_ text: String) -> [String] {
        var wrong: [String] = []
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var name = parts[0]
        if parts.count == 2 {
            if parts[0].isEmpty { wrong.append("prefix part must be non-empty") } else { wrong += subdomain(parts[0]).map { "prefix part " + $0 } }
            name = parts[1]
        } else if parts.count > 2 {
            return ["a valid label key " + String(nameRule.dropFirst("name part ".count)) + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"]
        }
        if name.isEmpty { wrong.append("name part must be non-empty") }
        if name.utf8.count > 63 { wrong.append("name part must be no more than 63 bytes") }
        if !hasNameSyntax(Array(name.utf8)) { wrong.append(nameRule) }
        return wrong
    }

    static func labelValue(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 63 { wrong.append("must be no more than 63 bytes") }
        if !text.isEmpty, !hasNameSyntax(Array(text.utf8)) {
            wrong.append("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")
        }
        return wrong
    }

    /// Keys of ConfigMaps and Secrets.
    static func configKey(_ text: String) -> [String] {
        var wrong: [String] = []
        if text.utf8.count > 253 { wrong.append("must be no more than 253 characters") }
        if text.isEmpty || !text.utf8.allSatisfy({ isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }) {
            wrong.append("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")
        }
        if text == "." { wrong.append("must not be '.'") } else if text == ".." { wrong.append("must not be '..'") } else if text.hasPrefix("..") { wrong.append("must not start with '..'") }
        return wrong
    }
}
