// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Connects and accepts by io_uring; a TCP handshake is noticed where the kernel begins it (network.bpf.c). */
#include "lib/uring.h"
#include "lib/connect.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int accepted(struct probe_config *settings, struct task_struct *task, long result)
{
	struct file *file = file_of_descriptor(task, result);
	struct sock *sock = file ? sock_of_file(file) : NULL;
	if (!sock || !is_internet(sock) || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_ACCEPT, sizeof(struct probe_network));
	if (!scratch)
		return 0;
	struct probe_network *body = BODY(scratch, probe_network);
	fill_addresses(body, sock);
	body->result = body->fd = result;
	submit(scratch, settings, RANK_BULK);
	return 0;
}

static __always_inline int connected(struct probe_config *settings, struct task_struct *task, struct io_kiocb *request)
{
	void *file = LOAD(request, file);
	struct sock *sock = file ? sock_of_file(CAST(file, file)) : NULL;
	if (!sock || !reported(settings, task))
		return 0;
	if (LOAD(sock, __sk_common.skc_family) == AF_UNIX)
		report_unix_connect(settings, task, sock, -1);
	else if (is_internet(sock) && LOAD(sock, sk_protocol) == PROTOCOL_UDP)
		report_datagram_connect(settings, task, sock, 0, -1);
	return 0;
}

SEC("tp_btf/io_uring_complete")
int uring_socket(unsigned long long *context)
{
	struct operation operation;
	if (!read_operation(context, &operation) || operation.result < 0)
		return 0;
	struct task_struct *task = CURRENT();
	struct probe_config *settings;
	if (operation.code == URING_ACCEPT && (settings = wanted(PROBE_ACCEPT)))
		return accepted(settings, task, operation.result);
	if (operation.code == URING_CONNECT && (settings = wanted(PROBE_CONNECT)))
		return connected(settings, task, operation.request);
	return 0;
}
