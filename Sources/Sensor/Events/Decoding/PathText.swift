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
        return clean(typed.utf8.first == 0x2F ? typed : base + "/" + typed)
    }

    /// The same of a name with the directory that it starts from, whatever it begins with: an absolute one starts from the process's root, which is `base`
    /// then, and no `..` leads out of that.
    package static func resolve(_ typed: String, startingAt base: String) -> String {
        guard typed.utf8.first == 0x2F, !base.isEmpty, base != "/" else { return resolve(typed, against: base) }
        let below = clean(typed)
        return below == "/" ? base : base + below
    }

    private static func clean(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            switch part {
            case ".": continue
            case "..": if !parts.isEmpty { parts.removeLast() }
            default: parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}
