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

enum { ADDRESS_NAME = 2, ADDRESS_MAX = 110 };

/* Where the name of a unix socket is looked at, behind the message: in a map's memory, that the verifier does not follow through the loop. */
struct socket_name {
	struct kept_address address;
	struct probe_name part;
	__u32 at;
	__u32 length;	/* of the address */
	bool is_abstract, is_watched;
};

#define SOCKET_NAME(scratch) ((struct socket_name *)(scratch)->slack)

static __always_inline __u32 part_use(struct socket_name *name)
{
	__u32 *use = bpf_map_lookup_elem(&sensitive_names, &name->part);
	return use ? *use : 0;
}

/* One byte of the name, at `index` from its beginning. Gives 1 at the end. */
static long name_step(__u32 index, struct socket_name **walked)
{
	struct socket_name *name = *walked;
	__u32 from = ADDRESS_NAME + index;
	__u32 at = name->at;
	if (from >= name->length || from >= ADDRESS_MAX)
		return 1;
	asm volatile("" : "+r"(from), "+r"(at));
	__u8 byte = name->address.bytes[from & 127];
	if (!byte)
		return index != 0;
	if (byte != '/') {
		name->part.text[at & (PROBE_NAME_MAX - 1)] = byte;
		name->at = at < PROBE_NAME_MAX - 1 ? at + 1 : at;
		name->part.text[PROBE_NAME_MAX - 1] = 0;
		return 0;
	}
	if (at && name->is_abstract && part_use(name) & PROBE_NAME_DIRECTORY) {
		name->is_watched = true;
		return 1;
	}
	__builtin_memset(&name->part, 0, sizeof(name->part));
	name->at = 0;
	return 0;
}

/* Somebody asked for the last part of the name or, of an abstract one, for the directory that a part of it would be. */
static __always_inline bool is_watched_name(struct socket_name *name)
{
	__builtin_memset(&name->part, 0, sizeof(name->part));
	name->at = 0;
	name->is_abstract = !name->address.bytes[ADDRESS_NAME];
	name->is_watched = false;
#ifdef PROBE_COMPAT
	for (int i = 0; i < ADDRESS_MAX - ADDRESS_NAME; i++) {
		if (name_step(i, &name))
			break;
	}
#else
	bpf_loop(ADDRESS_MAX - ADDRESS_NAME, name_step, &name, 0);
#endif
	return name->is_watched || part_use(name) & PROBE_NAME_FILE;
}

/* The name as an address has it; an abstract one begins with a NUL, that is shown as `@`. */
static __always_inline bool append_socket_name(struct scratch *scratch, struct task_struct *task)
{
	struct socket_name *name = SOCKET_NAME(scratch);
	if (name->length <= ADDRESS_NAME || !is_watched_name(name))
		return false;
	if (name->is_abstract)
		name->address.bytes[ADDRESS_NAME] = '@';
	else if (name->address.bytes[ADDRESS_NAME] != '/')
		append_base(scratch, task, AT_FDCWD, PROBE_TAG_PATH);
	append_kernel_text(scratch, PROBE_TAG_TEXT, name->address.bytes + ADDRESS_NAME);
	return true;
}

/* A unix socket is reported when it has a name that somebody asked for: a container runtime's. */
static __always_inline void report_unix_connect(struct probe_config *settings, struct task_struct *task, struct sock *sock, int fd)
{
	struct unix_sock *socket = CAST(unix_sock, sock);
	void *far = LOAD(socket, peer);
	if (!far)
		return;
	struct unix_sock *peer = CAST(unix_sock, far);
	struct dentry *dentry = LOAD(peer, path.dentry);
	struct mount *mount = mount_of_path(&peer->path);
	struct unix_address *address = LOAD(peer, addr);
	if (dentry ? !mount || !(name_use(dentry) & PROBE_NAME_FILE) : !address)
		return;
	struct scratch *scratch = begin(task, PROBE_CONNECT, sizeof(struct probe_network));
	if (!scratch)
		return;
	struct probe_network *body = BODY(scratch, probe_network);
	body->family = AF_UNIX;
	body->fd = fd;
	if (dentry) {
		append_path(scratch, PROBE_TAG_PATH, dentry, mount);
	} else {
		// bound to no file: abstract
		struct socket_name *name = SOCKET_NAME(scratch);
		__builtin_memset(&name->address, 0, sizeof(name->address));
		__u32 length = LOAD(address, len);
		if (length > ADDRESS_MAX)
			length = ADDRESS_MAX;
		asm volatile("" : "+r"(length));
		bpf_probe_read_kernel(&name->address, length & 127, &address->name);
		name->length = length;
		if (!append_socket_name(scratch, task)) {
			abandon(scratch);
			return;
		}
	}
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
