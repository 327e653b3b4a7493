// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Opens that failed, for the sets whose other opens are seen by the security module (file.bpf.c does both). */
#include "lib/refused_calls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tracepoint/syscalls/sys_exit_openat")
int failed_openat(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_openat(context->ret) : 0; }

SEC("tracepoint/syscalls/sys_exit_open")
int failed_open(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_open(context->ret) : 0; }

SEC("tracepoint/syscalls/sys_exit_openat2")
int failed_openat2(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_openat2(context->ret) : 0; }

SEC("tracepoint/syscalls/sys_exit_creat")
int failed_creat(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_creat(context->ret) : 0; }

SEC("tracepoint/syscalls/sys_exit_open_by_handle_at")
int failed_open_by_handle_at(struct trace_event_raw_sys_exit *context) { return context->ret < 0 ? refused_handle(context->ret) : 0; }
