import ArgumentParser
import Events
import Probes

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Ask this kernel what it offers: each hook of every set, loaded and attached for a moment.",
        discussion: "Exit status 0 when the sensor can run here, else 1.")

    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let check = KernelCheck.run()
        if json { try Output.json(check) } else { show(check) }
        if check.hookSet == nil {
            if let problem = check.problem { Output.complain(problem) }
            throw ExitCode(1)
        }
    }

    private func show(_ check: KernelCheck) {
        Output.say("kernel       \(check.kernelVersion), lockdown \(check.lockdown)")
        Output.say("BTF          \(check.hasBTF ? "yes" : "no: /sys/kernel/btf/vmlinux is missing")")
        Output.say("ring buffer  \(check.hasRingBuffer ? "yes" : "no")")
        Output.say("hook set     \(check.hookSet?.rawValue ?? "none: the sensor cannot run here")\n")
        Output.table(
            ["SET", "PROGRAM", "HOOK", "STATE"],
            check.hooks.sorted { $0.key < $1.key }.flatMap { set, hooks in hooks.map { [set, $0.program, $0.section, $0.state] } })
    }
}
