/// Names of users and groups as the process's own root file system has them: cached by mount namespace, asked for once.
///
/// uid and gid 0 are root everywhere. Others have no name until the shell has read the files; an event never waits for that.
package struct UserResolver {
    package struct Names: Sendable, Hashable {
        package var users: [UInt32: String]
        package var groups: [UInt32: String]
        package init(users: [UInt32: String], groups: [UInt32: String]) {
            self.users = users
            self.groups = groups
        }
    }

    private enum Entry {
        case asked
        case known(Names)
    }

    private var byNamespace: [UInt32: Entry] = [:]
    /// Mount namespaces kept; beyond that the cache starts anew.
    package static let namespacesMax = 4096

    package init() {}

    /// - Returns: whether the files of this mount namespace should be read now; true only once for each.
    package mutating func shouldRead(mountNamespace: UInt32) -> Bool {
        guard byNamespace[mountNamespace] == nil else { return false }
        if byNamespace.count >= Self.namespacesMax { byNamespace.removeAll(keepingCapacity: true) }
        byNamespace[mountNamespace] = .asked
        return true
    }

    package mutating func learn(_ names: Names, mountNamespace: UInt32) { byNamespace[mountNamespace] = .known(names) }

    /// The namespace has gone; another may get its number.
    package mutating func forget(mountNamespace: UInt32) { byNamespace[mountNamespace] = nil }

    /// Mount namespaces that something is known of, or asked.
    package var namespaceCount: Int { byNamespace.count }

    package func user(_ uid: UInt32, mountNamespace: UInt32) -> String? {
        if case .known(let names) = byNamespace[mountNamespace], let name = names.users[uid] { return name }
        return uid == 0 ? "root" : nil
    }

    package func group(_ gid: UInt32, mountNamespace: UInt32) -> String? {
        if case .known(let names) = byNamespace[mountNamespace], let name = names.groups[gid] { return name }
        return gid == 0 ? "root" : nil
    }

    /// Reads the lines of passwd(5) or group(5): name, password, number. Lines that are not so are passed over.
    /// - Parameter limit: the most entries taken.
    package static func parse(_ text: String, limit: Int = 4096) -> [UInt32: String] {
        var out: [UInt32: String] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false)
            guard fields.count >= 3, !fields[0].isEmpty, let number = UInt32(fields[2]), out.count < limit else { continue }
            // the first entry of a number is the one that getpwuid finds
            if out[number] == nil { out[number] = String(fields[0]) }
        }
        return out
    }
}
