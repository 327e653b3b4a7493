import Glibc
import Probes
import Testing

/// Real BPF in the real kernel. Serialized: each test loads its own probes and must not count another's events.
@Suite(.serialized, .enabled(if: ProbeHarness.isPossible)) struct KernelTests {
    @Test func theTracepointSetLoadsHere() throws {
        let check = KernelCheck.run()
        #expect(check.problem == nil)
        let hooks = try #require(check.hooks["tracepoint"])
        // what a kernel does not have is absent; nothing is refused
        #expect(hooks.allSatisfy { $0.isLoaded || $0.state == HookStatus.absent })
        let loaded = Set(hooks.filter { $0.isLoaded }.map(\.program))
        for program in ["process_exec", "process_fork", "process_exit", "open_openat", "tcp_connect", "exit_connect", "dns_question", "dns_answer", "datagram_v4", "exit_mmap", "uring_open"] {
            #expect(loaded.contains(program), "\(program)")
        }
        #expect(check.hooks["lsm"]?.isEmpty == false)
        #expect(check.hookSet != nil)
    }
}
