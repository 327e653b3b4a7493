/// Names of properties as expressions write them: `a-b` is `a__dash__b`, `namespace` is `__namespace__`.
enum CELNames {
    private static let parts: [(String, String)] = [("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")]

    /// nil when no expression can reach the property.
    static func escape(_ name: String) -> String? {
        if CELMacros.keywords.contains(name) || CELMacros.reserved.contains(name) { return "__\(name)__" }
        guard let first = name.unicodeScalars.first, isNameStart(first), name.unicodeScalars.allSatisfy({ isNameStart($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "/" }) else { return nil }
        return parts.reduce(name) { $0.replacing($1.0, with: $1.1) }
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == "." }
}
