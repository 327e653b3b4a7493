/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Connects that are no TCP handshake: the call has returned and the socket knows its peer. */
#pragma once

#include "lib/open.h"
#include "lib/socket.h"

/* UDP peers that a process connected to: resolvers connect to each address of a name only to sort them. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct peer);
	__type(value, __u32);
} connected_peers SEC(".maps");

/* A unix socket is reported when the file that it is bound to has a name that somebody asked for: a container runtime's. */
static __always_inline void report_unix_connect(struct probe_config *settings, struct task_struct *task, struct sock *sock, long result, int fd)
{
	struct unix_sock *socket = CAST(unix_sock, sock);
	void *far = LOAD(socket, peer);
	if (!far)
		return;
	struct unix_sock *peer = CAST(unix_sock, far);
	struct dentry *dentry = LOAD(peer, path.dentry);
	struct mount *mount = mount_of_path(&peer->path);
	if (!dentry || !mount || !(name_use(dentry) & PROBE_NAME_FILE))
		return;
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return;
	struct probe_network *body = BODY(scratch, probe_network);
	body->family = AF_UNIX;
	body->result = result;
	body->fd = fd;
	append_path(scratch, PROBE_TAG_PATH, dentry, mount);
	submit(scratch, settings, RANK_BULK);
}

static __always_inline void report_datagram_connect(struct probe_config *settings, struct task_struct *task, struct sock *sock, long result, int fd)
{
	struct probe_network body = {};
	fill_addresses(&body, sock);
	body.result = result;
	body.fd = fd;
	if (!body.remote_port || !is_first_seen(&connected_peers, task, &body))
		return;
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return;
	*BODY(scratch, probe_network) = body;
	submit(scratch, settings, RANK_BULK);
}
