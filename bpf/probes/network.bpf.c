// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Connects, once each, when their call returns. A TCP handshake is noticed where the kernel begins it, in the context of the
 * process that makes it: the addresses are then the kernel's own, whatever becomes of the caller's memory, and connects by
 * other ways than the call (io_uring, fast open) are reported there and then, as being under way.
 */
#include "lib/call.h"
#include "lib/connect.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { TCP_SYN_SENT = 2, TCP_CLOSE = 7 };
#if defined(__TARGET_ARCH_x86)
enum { CALL_CONNECT = 42 };
#else
enum { CALL_CONNECT = 203 };
#endif

/* Handshakes begun by calls that have not returned, by thread. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct probe_network);
} connecting SEC(".maps");

static __always_inline bool is_in_connect(struct task_struct *task)
{
	// a kernel thread of io_uring carries the registers of whoever made it
	if (LOAD(task, flags) & (PF_IO_WORKER | PF_USER_WORKER))
		return false;
	struct call call;
	read_call(&call);
	return call.number == CALL_CONNECT;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcp_connect, struct sock *socket, int before, int after)
{
	// later states may come in softirq, where the current task is anybody
	if (before != TCP_CLOSE || after != TCP_SYN_SENT)
		return 0;
	struct probe_config *settings = wanted(PROBE_CONNECT);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	if (is_in_connect(task)) {
		__u64 thread = bpf_get_current_pid_tgid();
		struct probe_network body = {};
		fill_addresses(&body, socket);
		if (bpf_map_update_elem(&connecting, &thread, &body, BPF_ANY) == 0)
			return 0;
	}
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return 0;
	struct probe_network *body = BODY(scratch, probe_network);
	fill_addresses(body, socket);
	body->result = -EINPROGRESS;
	body->fd = -1;
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* What was to be connected to: as the kernel had it where a hook has looked, else as the caller's memory has it now. */
static __always_inline void read_address(struct call *call, struct socket_name *out)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct kept_address *kept = bpf_map_lookup_elem(&kept_addresses, &thread);
	__u32 length = call->argument[2];
	if (length > ADDRESS_MAX)
		length = ADDRESS_MAX;
	asm volatile("" : "+r"(length));
	__builtin_memset(&out->address, 0, sizeof(out->address));
	out->length = length;
	if (kept) {
		bpf_probe_read_kernel(&out->address, sizeof(out->address), kept);
	} else {
		bpf_probe_read_user(&out->address, length & 127, (void *)call->argument[1]);
	}
}

/* Nothing came of it: told by the address that was asked for. */
static __always_inline void report_failed_connect(struct probe_config *settings, struct task_struct *task, struct sock *sock, struct call *call, long result)
{
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return;
	struct probe_network *body = BODY(scratch, probe_network);
	struct socket_name *name = SOCKET_NAME(scratch);
	bool is_told;
	read_address(call, name);
	if (is_internet(sock)) {
		fill_addresses(body, sock);
		fill_remote_of_address(body, &name->address);
		is_told = body->family == AF_INET || body->family == AF_INET6;
	} else {
		body->family = AF_UNIX;
		is_told = *(__u16 *)name->address.bytes == AF_UNIX && append_socket_name(scratch, task);
	}
	body->result = result;
	body->fd = call->argument[0];
	if (is_told)
		submit(scratch, settings, RANK_BULK);
	else
		abandon(scratch);
}

/* Without a handshake: a peer that is no TCP one, or an error before anything was sent. */
static __always_inline void connected(struct probe_config *settings, struct task_struct *task, struct call *call, long result)
{
	struct file *file = file_of_descriptor(task, (int)call->argument[0]);
	struct sock *sock = file ? sock_of_file(file) : NULL;
	if (!sock)
		return;
	bool is_unix = LOAD(sock, __sk_common.skc_family) == AF_UNIX;
	if (!is_unix && !is_internet(sock))
		return;
	if (result == -EALREADY || result == -EISCONN || result == -EINPROGRESS)
		return;
	if (result)
		report_failed_connect(settings, task, sock, call, result);
	else if (is_unix)
		report_unix_connect(settings, task, sock, call->argument[0]);
	else if (LOAD(sock, sk_protocol) == PROTOCOL_UDP)
		// of TCP this is the second call, that fetches the result of a handshake reported before
		report_datagram_connect(settings, task, sock, result, call->argument[0]);
}

/* A handshake was begun by this call. */
static __always_inline void report_handshake(struct probe_config *settings, struct task_struct *task, struct probe_network *begun, struct call *call, long result)
{
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return;
	struct probe_network *body = BODY(scratch, probe_network);
	*body = *begun;
	// the near end was not chosen yet
	struct file *file = file_of_descriptor(task, (int)call->argument[0]);
	struct sock *sock = file ? sock_of_file(file) : NULL;
	if (sock && is_internet(sock))
		body->local_port = LOAD(sock, __sk_common.skc_num);
	body->result = result;
	body->fd = call->argument[0];
	submit(scratch, settings, RANK_BULK);
}

ON_EXIT(connect)
{
	struct probe_config *settings = wanted(PROBE_CONNECT);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	__u64 thread = bpf_get_current_pid_tgid();
	struct probe_network *begun = bpf_map_lookup_elem(&connecting, &thread);
	if (begun) {
		report_handshake(settings, task, begun, &call, context->ret);
		bpf_map_delete_elem(&connecting, &thread);
	} else {
		connected(settings, task, &call, context->ret);
	}
	// a later call may fail before the hook sees its address
	bpf_map_delete_elem(&kept_addresses, &thread);
	return 0;
}
