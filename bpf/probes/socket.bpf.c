// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The serving side of TCP and UDP: bind, listen, accept. Only what succeeded. */
#include "lib/call.h"
#include "lib/socket.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int serving(__u32 kind, long result, bool result_is_descriptor)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	int fd = result_is_descriptor ? result : (int)call.argument[0];
	struct file *file = file_of_descriptor(task, fd);
	struct sock *sock = file ? sock_of_file(file) : NULL;
	if (!sock || !is_internet(sock))
		return 0;
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_network));
	if (!scratch)
		return 0;
	struct probe_network *body = BODY(scratch, probe_network);
	fill_addresses(body, sock);
	body->result = result;
	body->fd = fd;
	submit(scratch, settings, RANK_BULK);
	return 0;
}

ON_EXIT(bind) { return serving(PROBE_BIND, context->ret, false); }
ON_EXIT(listen) { return serving(PROBE_LISTEN, context->ret, false); }
ON_EXIT(accept) { return serving(PROBE_ACCEPT, context->ret, true); }
ON_EXIT(accept4) { return serving(PROBE_ACCEPT, context->ret, true); }
