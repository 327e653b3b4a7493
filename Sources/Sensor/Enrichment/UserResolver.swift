package import Events

/// Names of users and groups as the process's own root file system has them: cached by mount namespace, asked for once.
///
/// uid and gid 0 are root everywhere. Others have no name until the shell has read the files; an event never waits for that.
package struct UserResolver {
    package struct Names: Sendable, Hashable {
        package var users: [UInt32: String]
        package var groups: [UInt32: String]
        /// Nil where nobody read them.
        package var accounts: UserAccounts?
        package init(users: [UInt32: String], groups: [UInt32: String], accounts: UserAccounts? = nil) {
            self.users = users
            self.groups = groups
            self.accounts = accounts
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

    /// What is known of a user and a group, by one look at the cache: it is asked for each event.
    package func identity(uid: UInt32, gid: UInt32, mountNamespace: UInt32) -> (user: String?, group: String?, accounts: UserAccounts?) {
        guard case .known(let names) = byNamespace[mountNamespace] else { return (uid == 0 ? "root" : nil, gid == 0 ? "root" : nil, nil) }
        return (names.users[uid] ?? (uid == 0 ? "root" : nil), names.groups[gid] ?? (gid == 0 ? "root" : nil), names.accounts)
    }

    package func user(_ uid: UInt32, mountNamespace: UInt32) -> String? { identity(uid: uid, gid: 0, mountNamespace: mountNamespace).user }

    package func group(_ gid: UInt32, mountNamespace: UInt32) -> String? { identity(uid: 0, gid: gid, mountNamespace: mountNamespace).group }

    /// Homes and shells as the lines of passwd(5) have them; of a line without them there is none.
    package static func accounts(_ text: String, limit: Int = 4096) -> UserAccounts {
        var homes: [UInt32: String] = [:]
        var shells: [UInt32: String] = [:]
        var seen: Set<UInt32> = []
        for line in text.split(separator: "\n") where seen.count < limit {
            // name, password, uid, gid, comment, home, shell; as in `parse` the first line of a number counts
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count >= 3, !fields[0].isEmpty, let number = UInt32(fields[2]), seen.insert(number).inserted, fields.count >= 7 else { continue }
            if !fields[5].isEmpty { homes[number] = String(fields[5]) }
            if !fields[6].isEmpty { shells[number] = String(fields[6]) }
        }
        return UserAccounts(homes: homes, shells: shells)
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
