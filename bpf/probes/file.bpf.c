// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Opens: every one that can write or that made the file, and reads of files whose name or inode somebody asked for.
 * Looked at when the call returns: the descriptor's file has relative names, symlinks and mounts resolved already. Those that failed by what was asked for.
 */
#include "lib/refused_calls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

static __always_inline int opened(long result, __u32 where)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(PROBE_OPEN);
	if (!settings)
		return 0;
	struct task_struct *task = CURRENT();
	struct file *file = file_of_descriptor(task, result);
	return file ? report_open(settings, task, file, result, where) : 0;
}

SEC("tracepoint/syscalls/sys_exit_openat")
int open_openat(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_openat(context->ret) : opened(context->ret, 2); }

SEC("tracepoint/syscalls/sys_exit_open")
int open_open(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_open(context->ret) : opened(context->ret, 1); }

SEC("tracepoint/syscalls/sys_exit_openat2")
int open_openat2(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_openat2(context->ret) : opened(context->ret, FLAGS_OF_STRUCTURE); }

SEC("tracepoint/syscalls/sys_exit_open_by_handle_at")
int open_by_handle_at(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_handle(context->ret) : opened(context->ret, 2); }

SEC("tracepoint/syscalls/sys_exit_creat")
int open_creat(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_creat(context->ret) : opened(context->ret, FLAGS_OF_CREAT); }
