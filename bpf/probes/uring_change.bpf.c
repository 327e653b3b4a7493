// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Changes of names by io_uring, when the operation is handed over: its names are in the kernel's memory then and for that long only. What comes
 * of it is not known yet. Where the security module's hooks are all there, they report these operations and this is not loaded (keep.h).
 */
#include "lib/call.h"
#include "lib/uring.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct io_rename { int old_dfd, new_dfd; struct filename *oldpath, *newpath; int flags; };
struct io_link { int old_dfd, new_dfd; struct filename *oldpath, *newpath; int flags; };
struct io_unlink { int dfd, flags; struct filename *filename; };
struct io_mkdir { int dfd; __u16 mode; struct filename *filename; };
#pragma clang attribute pop

static __always_inline void append_kernel_name(struct scratch *scratch, struct task_struct *task, int directory, struct filename *filename, __u16 base_tag,
	__u16 text_tag)
{
	const char *name = LOAD(filename, name);
	char first = 0;
	bpf_probe_read_kernel(&first, 1, name);
	if (first == '/')
		append_root(scratch, task, base_tag);
	else
		append_base(scratch, task, directory, base_tag);
	append_kernel_text(scratch, text_tag, name);
}

static __always_inline struct scratch *begin_change(struct task_struct *task, __u32 kind, __u32 flags)
{
	struct probe_config *settings = wanted(kind);
	if (!settings || !reported(settings, task))
		return NULL;
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_file));
	if (!scratch)
		return NULL;
	BODY(scratch, probe_file)->result = -EINPROGRESS;
	BODY(scratch, probe_file)->flags = flags;
	return scratch;
}

static __always_inline int end_change(struct scratch *scratch, __u32 kind)
{
	struct probe_config *settings = wanted(kind);
	if (settings)
		submit(scratch, settings, RANK_BULK);
	else
		abandon(scratch);
	return 0;
}

static __always_inline int handed_over(void *request)
{
	struct io_kiocb *operation = CAST(io_kiocb, request);
	struct task_struct *task = CURRENT();
	__u32 code = LOAD(operation, opcode);
	if (code == URING_RENAMEAT || code == URING_LINKAT) {
		struct io_rename *names = CAST(io_rename, request);
		__u32 kind = code == URING_RENAMEAT ? PROBE_RENAME : PROBE_LINK;
		struct scratch *scratch = begin_change(task, kind, LOAD(names, flags));
		if (!scratch)
			return 0;
		append_kernel_name(scratch, task, LOAD(names, old_dfd), LOAD(names, oldpath), PROBE_TAG_PATH, PROBE_TAG_TEXT);
		append_kernel_name(scratch, task, LOAD(names, new_dfd), LOAD(names, newpath), PROBE_TAG_SECOND_PATH, PROBE_TAG_SECOND_TEXT);
		return end_change(scratch, kind);
	}
	if (code == URING_SYMLINKAT) {
		struct io_link *names = CAST(io_link, request);
		struct scratch *scratch = begin_change(task, PROBE_SYMLINK, 0);
		if (!scratch)
			return 0;
		struct filename *holds = LOAD(names, oldpath);
		append_kernel_text(scratch, PROBE_TAG_TEXT, LOAD(holds, name));
		append_kernel_name(scratch, task, LOAD(names, new_dfd), LOAD(names, newpath), PROBE_TAG_SECOND_PATH, PROBE_TAG_SECOND_TEXT);
		return end_change(scratch, PROBE_SYMLINK);
	}
	if (code == URING_UNLINKAT) {
		struct io_unlink *names = CAST(io_unlink, request);
		__u32 kind = LOAD(names, flags) & AT_REMOVEDIR ? PROBE_RMDIR : PROBE_UNLINK;
		struct scratch *scratch = begin_change(task, kind, LOAD(names, flags));
		if (!scratch)
			return 0;
		append_kernel_name(scratch, task, LOAD(names, dfd), LOAD(names, filename), PROBE_TAG_PATH, PROBE_TAG_TEXT);
		return end_change(scratch, kind);
	}
	if (code == URING_MKDIRAT) {
		struct io_mkdir *names = CAST(io_mkdir, request);
		struct scratch *scratch = begin_change(task, PROBE_MKDIR, 0);
		if (!scratch)
			return 0;
		BODY(scratch, probe_file)->mode = LOAD(names, mode);
		append_kernel_name(scratch, task, LOAD(names, dfd), LOAD(names, filename), PROBE_TAG_PATH, PROBE_TAG_TEXT);
		return end_change(scratch, PROBE_MKDIR);
	}
	return 0;
}

// since 6.3
SEC("tp_btf/io_uring_submit_req")
int uring_change(unsigned long long *context) { return handed_over((void *)context[0]); }

// before
SEC("tp_btf/io_uring_submit_sqe")
int uring_change_of_old(unsigned long long *context) { return handed_over((void *)context[0]); }
