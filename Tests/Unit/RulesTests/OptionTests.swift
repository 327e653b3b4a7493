import Events
import Testing

/// `getopt()`: options of one letter among the arguments of a program.
struct OptionTests {
    private let netcat = EventKit("/bin/nc", arguments: ["nc", "-lv", "-p", "80 80", "-e/bin/sh", "host", "-u", "--", "-k", "x"]).exec()

    @Test(arguments: [
        #"getopt(proc.args, "lvp:e:") intersects (l)"#, #"getopt(proc.args, "lvp:e:") in (e, x)"#, #"getopt(proc.args, "lvp:e:")[e] = /bin/sh"#, #"getopt(proc.args, "lvp:e:")[p] = "80 80""#,
        #"getopt(proc.args, "lvp:e:")[l] = """#, #"getopt(proc.args, "lvp:e:")[l] exists"#, #"getopt(proc.args, lvp:e:u) intersects (u)"#, #"basename(getopt(proc.args, "e:")[e]) = sh"#,
        #"getopt(proc.args, "e::")[e] = /bin/sh"#, #"getopt(proc.args, ":+e:")[e] = /bin/sh"#, #"not getopt(proc.args, "lvp:e:k") intersects (k)"#, #"not getopt(proc.args, "lvp:e:")[x] exists"#,
        #"getopt(proc.cmdline, "vle:p:")[e] = /bin/sh"#, #"getopt(proc.cmdline, "vle:p:")[p] = 80"#,
    ])
    func holds(_ condition: String) { #expect(RuleKit.holds("evt.type = execve and " + condition, netcat)) }

    @Test(arguments: [
        // what takes a value swallows the rest of its word, and the next word
        #"getopt(proc.args, "l:v") intersects (v)"#, #"getopt(proc.args, "p:lve:8") intersects (8)"#,
        // a value that has to be attached is not the next word
        #"getopt(proc.args, "p::")[p] = "80 80""#,
        #"getopt(proc.args, "z") exists"#, #"getopt(proc.args, "lvp:e:")[P] exists"#,
    ])
    func doesNotHold(_ condition: String) { #expect(!RuleKit.holds("evt.type = execve and " + condition, netcat)) }

    @Test func aWordThatIsMissingIsNoValue() {
        let event = EventKit("/bin/nc", arguments: ["nc", "-l", "-p"]).exec()
        #expect(!RuleKit.holds(#"evt.type = execve and getopt(proc.args, "lp:")[p] exists"#, event))
        #expect(RuleKit.holds(#"evt.type = execve and getopt(proc.args, "lp:") intersects (l)"#, event))
        #expect(!RuleKit.holds(#"evt.type = execve and getopt(proc.args, "l") exists"#, EventKit("/bin/nc", arguments: ["nc", "--l", "-", "l"]).exec()))
    }

    @Test(arguments: [
        (#"getopt(proc.args) = l"#, "at least two arguments"), (#"getopt("x", "l") = l"#, "expected a field inside getopt()"), (#"getopt(proc.args, "l:::") = l"#, "does not name options"),
        (#"getopt(proc.args, "") = l"#, "does not name options"), (#"getopt(proc.args, "l")[long] = l"#, "the letter of an option"), (#"getopt(proc.args, "l" = l"#, "expected ')'"),
        (#"getopt(proc.agrs, "l") = l"#, "did you mean 'proc.args'?"),
    ])
    func eachMistakeIsNamed(_ condition: String, _ message: String) { #expect(RuleKit.problem(condition)?.message.contains(message) == true, "\(RuleKit.problem(condition)?.message ?? "none")") }
}
