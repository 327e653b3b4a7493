import Events
import Testing

/// Fields about the user and the machine that no event carries itself.
struct AccountFieldTests {
    @Test func homeAndShellAreThoseOfTheEventsUser() {
        var kit = EventKit("/bin/ls")
        kit.uid = 33
        var event = kit.exec()
        event.accounts = UserAccounts(homes: [0: "/root", 33: "/var/www"], shells: [0: "/bin/sh", 33: "/usr/sbin/nologin"])
        event.hostName = "node-7"
        #expect(RuleKit.holds("evt.type = execve and user.homedir = /var/www and user.shell endswith /nologin and evt.hostname = node-7", event))
        kit.uid = 7
        var other = kit.exec()
        other.accounts = event.accounts
        for condition in ["user.homedir exists", "user.shell exists", "evt.hostname exists"] { #expect(!RuleKit.holds("evt.type = execve and " + condition, other)) }
    }
}
