/// Paths as text, for names that the kernel had not resolved when the message was made.
package enum PathText {
    /// Everything before the last slash; the root for a name right below it.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// `typed` as the caller wrote it, made absolute against `base` and cleaned of `.`, `..` and double slashes.
    ///
    /// Textual only: symlinks in `typed` stay. An empty `typed` means `base` is the path already.
    package static func resolve(_ typed: String, against base: String) -> String {
        if typed.isEmpty { return base }
        let joined = typed.utf8.first == 0x2F ? typed : base + "/" + typed
        var parts: [Substring] = []
        for part in joined.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": if !parts.isEmpty { parts.removeLast() }
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
