/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * Operations of io_uring, which pass by every system call: looked at when they complete, in the context of a thread of the
 * process (or of the kernel's workers for it, that share its files).
 */
#pragma once

#include "lib/message.h"

/* include/uapi/linux/io_uring.h, enum io_uring_op */
enum { URING_ACCEPT = 13, URING_CONNECT = 16, URING_OPENAT = 18, URING_OPENAT2 = 28 };
enum { URING_RENAMEAT = 35, URING_UNLINKAT = 36, URING_MKDIRAT = 37, URING_SYMLINKAT = 38, URING_LINKAT = 39 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_ring_ctx;
struct filename { const char *name; };
/* How the tracepoint is called since 6.16; before, the fourth and fifth arguments were user_data and result. */
typedef void (*btf_trace_io_uring_complete___cqe)(void *, struct io_ring_ctx *, void *, struct io_uring_cqe *);
#pragma clang attribute pop

struct operation {
	struct io_kiocb *request;
	__u32 code;
	long result;
};

static __always_inline bool read_operation(unsigned long long *context, struct operation *operation)
{
	void *request = (void *)context[1];
	if (!request)
		return false;
	struct io_kiocb *typed = CAST(io_kiocb, request);
	operation->request = typed;
	operation->code = LOAD(typed, opcode);
	if (bpf_core_type_matches(btf_trace_io_uring_complete___cqe)) {
		void *entry = (void *)context[2];
		operation->result = LOAD(CAST(io_uring_cqe, entry), res);
	} else {
		operation->result = (int)context[3];
	}
	return true;
}
