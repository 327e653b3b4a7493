/// What a passwd file says of its users beside their names, by uid. A class, so that an event takes hold of one thing and looks in only when a rule asks.
package final class UserAccounts: Sendable, Hashable {
    package let homes: [UInt32: String]
    package let shells: [UInt32: String]

    package init(homes: [UInt32: String], shells: [UInt32: String]) {
        self.homes = homes
        self.shells = shells
    }

    package static func == (a: UserAccounts, b: UserAccounts) -> Bool { a.homes == b.homes && a.shells == b.shells }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(homes)
        hasher.combine(shells)
    }
}
