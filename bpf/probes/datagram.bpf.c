// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The first UDP datagram of a process to each peer that it names in the call; peers of connected sockets come with the connect.
 * The hook sits where the kernel has the address already, in the sender's context, whichever call it was.
 */
#include "lib/socket.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { PASS = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct peer);
	__type(value, __u32);
} datagram_peers SEC(".maps");

static __always_inline int sent_to(struct bpf_sock_addr *context, __u32 family)
{
	struct probe_config *settings = wanted(PROBE_DATAGRAM);
	if (!settings)
		return PASS;
	struct probe_network body = { .family = family, .protocol = PROTOCOL_UDP, .fd = -1 };
	body.remote_port = __builtin_bswap16(context->user_port);
	__u32 *remote = (__u32 *)body.remote;
	if (family == AF_INET) {
		remote[0] = context->user_ip4;
	} else {
		remote[0] = context->user_ip6[0];
		remote[1] = context->user_ip6[1];
		remote[2] = context->user_ip6[2];
		remote[3] = context->user_ip6[3];
	}
	struct bpf_sock *sock = context->sk;
	if (sock)
		body.local_port = sock->src_port;
	struct task_struct *task = CURRENT();
	if (!is_reported(settings, task, LOAD(task, tgid)) || !is_first_seen(&datagram_peers, task, &body))
		return PASS;
	struct scratch *scratch = take_scratch(SCRATCH_EGRESS, PROBE_DATAGRAM);
	if (!scratch)
		return PASS;
	fill_header_of_task(HEADER(scratch), task, PROBE_DATAGRAM);
	clear_body(scratch, sizeof(struct probe_network));
	*BODY(scratch, probe_network) = body;
	submit(scratch, settings, RANK_BULK);
	return PASS;
}

SEC("cgroup/sendmsg4")
int datagram_v4(struct bpf_sock_addr *context) { return sent_to(context, AF_INET); }

SEC("cgroup/sendmsg6")
int datagram_v6(struct bpf_sock_addr *context) { return sent_to(context, AF_INET6); }
