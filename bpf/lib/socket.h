/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* The two ends of a socket, as a message carries them. */
#pragma once

#include "lib/message.h"

enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17 };

static __always_inline void fill_addresses(struct probe_network *body, struct sock *socket)
{
	body->family = LOAD(socket, __sk_common.skc_family);
	body->protocol = LOAD(socket, sk_protocol);
	body->local_port = LOAD(socket, __sk_common.skc_num);
	body->remote_port = __builtin_bswap16(LOAD(socket, __sk_common.skc_dport));
	if (body->family == AF_INET) {
		*(__u32 *)body->local = LOAD(socket, __sk_common.skc_rcv_saddr);
		*(__u32 *)body->remote = LOAD(socket, __sk_common.skc_daddr);
	} else if (body->family == AF_INET6) {
		bpf_probe_read_kernel(body->local, 16, &socket->__sk_common.skc_v6_rcv_saddr);
		bpf_probe_read_kernel(body->remote, 16, &socket->__sk_common.skc_v6_daddr);
	}
}

/* The far end as it was named (struct sockaddr_in, sockaddr_in6): where the socket does not know it. */
static __always_inline void fill_remote_of_address(struct probe_network *body, const struct kept_address *address)
{
	body->family = *(__u16 *)address->bytes;
	body->remote_port = __builtin_bswap16(*(__be16 *)(address->bytes + 2));
	if (body->family == AF_INET)
		__builtin_memcpy(body->remote, address->bytes + 4, 4);
	else if (body->family == AF_INET6)
		__builtin_memcpy(body->remote, address->bytes + 8, 16);
}

/* The socket behind a file, or NULL: the name of a unix socket has the same type and no socket. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	if ((LOAD(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	void *socket = LOAD(file, private_data);
	if (!socket)
		return NULL;
	void *sock = LOAD(CAST(socket, socket), sk);
	return sock ? CAST(sock, sock) : NULL;
}

static __always_inline bool is_internet(struct sock *sock)
{
	__u16 family = LOAD(sock, __sk_common.skc_family);
	return family == AF_INET || family == AF_INET6;
}

/* A peer of a process, to tell the first datagram from the rest. */
struct peer {
	__u64 start_ns;
	__u32 pid;
	__u16 family, port;
	__u8 address[16];
};

static __always_inline bool is_first_seen(void *seen, struct task_struct *task, const struct probe_network *body)
{
	struct peer peer = { .family = body->family, .port = body->remote_port };
	peer.start_ns = LOAD(task, group_leader, start_boottime);
	peer.pid = LOAD(task, tgid);
	__builtin_memcpy(peer.address, body->remote, sizeof(peer.address));
	if (bpf_map_lookup_elem(seen, &peer))
		return false;
	__u32 one = 1;
	// of two that race, one makes the entry
	return bpf_map_update_elem(seen, &peer, &one, BPF_NOEXIST) == 0;
}
