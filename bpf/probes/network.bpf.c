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

/* Without a handshake: a peer that is no TCP one, or an error before anything was sent. */
static __always_inline int connected(struct probe_config *settings, struct task_struct *task, struct call *call, long result)
{
	struct file *file = file_of_descriptor(task, (int)call->argument[0]);
	struct sock *sock = file ? sock_of_file(file) : NULL;
	if (!sock)
		return 0;
	if (!is_internet(sock)) {
		if (LOAD(sock, __sk_common.skc_family) == AF_UNIX && result == 0)
			report_unix_connect(settings, task, sock, result, call->argument[0]);
		return 0;
	}
	if (result == 0) {
		// of TCP this is the second call, that fetches the result of a handshake reported before
		if (LOAD(sock, sk_protocol) == PROTOCOL_UDP)
			report_datagram_connect(settings, task, sock, result, call->argument[0]);
		return 0;
	}
	if (result == -EALREADY || result == -EISCONN || result == -EINPROGRESS)
		return 0;
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return 0;
	struct probe_network *body = BODY(scratch, probe_network);
	fill_addresses(body, sock);
	fill_remote_of_caller(body, (void *)call->argument[1]);
	body->result = result;
	body->fd = call->argument[0];
	if (body->family == AF_INET || body->family == AF_INET6)
		submit(scratch, settings, RANK_BULK);
	else
		abandon(scratch);
	return 0;
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
	if (!begun)
		return connected(settings, task, &call, context->ret);
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (scratch) {
		struct probe_network *body = BODY(scratch, probe_network);
		*body = *begun;
		// the near end was not chosen yet
		struct file *file = file_of_descriptor(task, (int)call.argument[0]);
		struct sock *sock = file ? sock_of_file(file) : NULL;
		if (sock && is_internet(sock))
			body->local_port = LOAD(sock, __sk_common.skc_num);
		body->result = context->ret;
		body->fd = call.argument[0];
		submit(scratch, settings, RANK_BULK);
	}
	bpf_map_delete_elem(&connecting, &thread);
	return 0;
}
