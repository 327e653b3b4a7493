// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* System calls that matter by themselves: those that reach into other processes, namespaces, the kernel, or hide a program. */
#include "lib/call.h"
#include "lib/socket.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { NONE = 6 };
enum { PTRACE_TRACEME = 0, PTRACE_PEEKTEXT = 1, PTRACE_PEEKUSR = 3, PTRACE_ATTACH = 16, PTRACE_SEIZE = 0x4206 };
enum { PR_SET_NAME = 15 };

// peeking and stepping follow an attach that was seen, by the thousand
ON_EXIT(ptrace)
{
	struct call call;
	read_call(&call);
	if (call.argument[0] >= PTRACE_PEEKTEXT && call.argument[0] <= PTRACE_PEEKUSR)
		return 0;
	if (call.argument[0] > PTRACE_ATTACH && call.argument[0] < PTRACE_SEIZE)
		return 0;
	return report_call(PROBE_PTRACE, context->ret, 1, NONE);
}

ON_EXIT(unshare) { return report_call(PROBE_UNSHARE, context->ret, NONE, NONE); }
ON_EXIT(setns) { return report_call(PROBE_SETNS, context->ret, NONE, NONE); }
ON_EXIT(memfd_create) { return report_call(PROBE_MEMFD, context->ret, NONE, 0); }
ON_EXIT(bpf) { return report_call(PROBE_BPF, context->ret, NONE, NONE); }
ON_EXIT(process_vm_writev) { return report_call(PROBE_VM_WRITE, context->ret, 0, NONE); }
ON_EXIT(userfaultfd) { return report_call(PROBE_USERFAULTFD, context->ret, NONE, NONE); }
ON_EXIT(io_uring_setup) { return report_call(PROBE_IO_URING, context->ret, NONE, NONE); }
ON_EXIT(setuid) { return report_call(PROBE_SETUID, context->ret, NONE, NONE); }
ON_EXIT(setreuid) { return report_call(PROBE_SETUID, context->ret, NONE, NONE); }
ON_EXIT(setresuid) { return report_call(PROBE_SETUID, context->ret, NONE, NONE); }
ON_EXIT(setgid) { return report_call(PROBE_SETGID, context->ret, NONE, NONE); }
ON_EXIT(setregid) { return report_call(PROBE_SETGID, context->ret, NONE, NONE); }
ON_EXIT(setresgid) { return report_call(PROBE_SETGID, context->ret, NONE, NONE); }
ON_EXIT(capset) { return report_call(PROBE_CAPSET, context->ret, NONE, NONE); }

ON_EXIT(socket)
{
	struct call call;
	read_call(&call);
	// by the hundred a second on a busy machine, so the few that show whole packets are a kind of their own
	bool sees_packets = call.argument[0] == AF_PACKET || (call.argument[1] & SOCK_TYPE_MASK) == SOCK_RAW;
	return report_call(sees_packets ? PROBE_PACKET_SOCKET : PROBE_SOCKET, context->ret, NONE, NONE);
}

ON_EXIT(prctl)
{
	struct call call;
	read_call(&call);
	return call.argument[0] == PR_SET_NAME ? report_call(PROBE_PROCESS_RENAME, context->ret, NONE, 1) : 0;
}

// signal 0 only asks whether a process is there
ON_EXIT(kill)
{
	struct call call;
	read_call(&call);
	return call.argument[1] ? report_call(PROBE_KILL, context->ret, 0, NONE) : 0;
}

ON_EXIT(tgkill)
{
	struct call call;
	read_call(&call);
	return call.argument[2] ? report_call(PROBE_KILL, context->ret, 0, NONE) : 0;
}

ON_EXIT(pidfd_send_signal)
{
	struct call call;
	read_call(&call);
	return call.argument[1] ? report_call(PROBE_KILL, context->ret, NONE, NONE) : 0;
}

/* A socket laid over standard input, output or error: what makes a shell a remote one. */
static __always_inline int duplicated(long result)
{
	if (result < 0 || result > 2)
		return 0;
	struct file *file = wanted(PROBE_DUP) ? file_of_descriptor(CURRENT(), result) : NULL;
	struct sock *sock = file ? sock_of_file(file) : NULL;
	struct report report;
	if (!sock || !begin_call_report(&report, PROBE_DUP, result))
		return 0;
	// what the registers beyond the arguments hold means nothing: the family of the socket goes there
	BODY(report.scratch, probe_syscall)->arguments[3] = LOAD(sock, __sk_common.skc_family);
	return submit_report(&report, RANK_CALL);
}

ON_EXIT(dup2) { return duplicated(context->ret); }
ON_EXIT(dup3) { return duplicated(context->ret); }
ON_EXIT(dup) { return duplicated(context->ret); }

enum { F_DUPFD = 0, F_DUPFD_CLOEXEC = 1030 };

ON_EXIT(fcntl)
{
	if (context->ret < 0 || context->ret > 2)
		return 0;
	struct call call;
	read_call(&call);
	return call.argument[1] == F_DUPFD || call.argument[1] == F_DUPFD_CLOEXEC ? duplicated(context->ret) : 0;
}
