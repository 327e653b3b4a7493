// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Opens by io_uring that failed, for every set. The name is in the kernel's memory when the operation is handed over and gone when it completes: the
 * message is made at the first and kept, by operation, until the second says what came of it.
 */
#include "lib/refused.h"
#include "lib/uring.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct open_how___kernel { __u64 flags, mode, resolve; };
struct io_open { int dfd; struct filename *filename; struct open_how___kernel how; };
#pragma clang attribute pop

/* Operations that nobody hears of any more leave their message here: the oldest make room. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 128);
	__type(key, __u64);
	__type(value, struct kept_names);
} kept_opens SEC(".maps");

static __always_inline bool is_open(__u32 code) { return code == URING_OPENAT || code == URING_OPENAT2; }

static __always_inline int handed_over(void *request)
{
	struct probe_config *settings = wanted(PROBE_OPEN_FAILED);
	if (!settings || !request || !is_open(LOAD(CAST(io_kiocb, request), opcode)))
		return 0;
	struct io_open *open = CAST(io_open, request);
	struct filename *filename = LOAD(open, filename);
	struct asked_open asked = { .is_kernels = true, .name = LOAD(filename, name), .directory = LOAD(open, dfd), .flags = LOAD(open, how.flags) };
	asked.mode = LOAD(open, how.mode);
	asked.resolve = LOAD(open, how.resolve);
	struct scratch *scratch = begin_refused(settings, CURRENT(), -EINPROGRESS, &asked);
	if (!scratch)
		return 0;
	__u64 key = (__u64)request;
	if (scratch->used <= KEPT_DATA)
		bpf_map_update_elem(&kept_opens, &key, scratch, BPF_ANY);
	else
		count_lost(PROBE_OPEN_FAILED, PROBE_LOSS_BOUND);
	abandon(scratch);
	return 0;
}

// since 6.3
SEC("tp_btf/io_uring_submit_req")
int refused_submitted(unsigned long long *context) { return handed_over((void *)context[0]); }

// before
SEC("tp_btf/io_uring_submit_sqe")
int refused_submitted_of_old(unsigned long long *context) { return handed_over((void *)context[0]); }

static __always_inline void report_kept(struct probe_config *settings, struct kept_names *kept, long result)
{
	__u32 length = kept->used;
	asm volatile("" : "+r"(length));
	if (length > KEPT_DATA)
		return;
	struct scratch *scratch = take_scratch(SCRATCH_TASK, PROBE_OPEN_FAILED);
	if (!scratch)
		return;
	if (bpf_probe_read_kernel(scratch->data, length, kept->data)) {
		abandon(scratch);
		return;
	}
	scratch->used = length;
	HEADER(scratch)->boot_ns = bpf_ktime_get_boot_ns();
	BODY(scratch, probe_file)->result = result;
	submit(scratch, settings, RANK_BULK);
}

SEC("tp_btf/io_uring_complete")
int refused_completed(unsigned long long *context)
{
	struct probe_config *settings = wanted(PROBE_OPEN_FAILED);
	struct operation operation;
	if (!settings || !read_operation(context, &operation) || !is_open(operation.code))
		return 0;
	__u64 key = (__u64)operation.request;
	struct kept_names *kept = bpf_map_lookup_elem(&kept_opens, &key);
	if (!kept)
		return 0;
	if (operation.result < 0)
		report_kept(settings, kept, operation.result);
	bpf_map_delete_elem(&kept_opens, &key);
	return 0;
}
