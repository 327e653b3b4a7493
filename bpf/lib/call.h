/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * System calls looked at when they return. Their arguments are still in the registers that the task entered the kernel with,
 * so nothing has to be remembered between entry and exit, and calls that failed cost next to nothing.
 */
#pragma once

#include "lib/message.h"

/* Numbers of the calls that open; the others are told apart by their own hooks. */
#if defined(__TARGET_ARCH_x86)
enum { CALL_OPEN = 2, CALL_CREAT = 85, CALL_OPENAT = 257, CALL_OPENAT2 = 437 };
#elif defined(__TARGET_ARCH_arm64)
enum { CALL_OPENAT = 56, CALL_OPENAT2 = 437 };
#endif

struct call {
	__u64 argument[6];
	long number;
};

static __always_inline void read_call(struct call *call)
{
	// the helper gives a typed pointer, on every kernel that has it (5.15)
	struct pt_regs *registers = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
#if defined(__TARGET_ARCH_x86)
	call->argument[0] = registers->di;
	call->argument[1] = registers->si;
	call->argument[2] = registers->dx;
	call->argument[3] = registers->r10;
	call->argument[4] = registers->r8;
	call->argument[5] = registers->r9;
	call->number = registers->orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	// the first register holds the result by now
	call->argument[0] = registers->orig_x0;
	for (int i = 1; i < 6; i++)
		call->argument[i] = registers->user_regs.regs[i];
	call->number = registers->syscallno;
#endif
}

/* An open file by its path. */
static __always_inline void append_file(struct scratch *scratch, __u16 tag, struct file *file)
{
	struct mount *mount = mount_of_path(&file->f_path);
	if (mount)
		append_path(scratch, tag, LOAD(file, f_path.dentry), mount);
}

/* The directory that a relative name starts from. */
static __always_inline void append_base(struct scratch *scratch, struct task_struct *task, int directory, __u16 tag)
{
	if (directory == AT_FDCWD) {
		struct fs_struct *fs = LOAD(task, fs);
		struct mount *mount = fs ? mount_of_path(&fs->pwd) : NULL;
		if (mount)
			append_path(scratch, tag, LOAD(fs, pwd.dentry), mount);
	} else {
		struct file *file = file_of_descriptor(task, directory);
		if (file)
			append_file(scratch, tag, file);
	}
}

/* The directory that an absolute name starts from: not the file system's after chroot(2). */
static __always_inline void append_root(struct scratch *scratch, struct task_struct *task, __u16 tag)
{
	struct fs_struct *fs = LOAD(task, fs);
	struct mount *mount = fs ? mount_of_path(&fs->root) : NULL;
	if (mount)
		append_path(scratch, tag, LOAD(fs, root.dentry), mount);
}

/* The name as the caller typed it and the directory that it starts from. */
static __always_inline void append_name(struct scratch *scratch, struct task_struct *task, int directory, const void *name, __u16 base_tag, __u16 text_tag)
{
	// no name, or an empty one, means the directory's descriptor itself (AT_EMPTY_PATH, utimensat)
	char first = 0;
	bpf_probe_read_user(&first, 1, name);
	if (first == '/')
		append_root(scratch, task, base_tag);
	else
		append_base(scratch, task, directory, base_tag);
	append_user_text(scratch, text_tag, name);
}

/*
 * The names that a hook kept for this call, right behind a body of `body_size` bytes. False when there are none.
 * `thread` is what the hook was called by; `kind` what it saw.
 */
static __always_inline bool append_kept_names(struct scratch *scratch, __u64 thread, __u32 kind, __u32 body_size)
{
	struct kept_names *kept = bpf_map_lookup_elem(&kept_names, &thread);
	if (!kept)
		return false;
	struct probe_header *header = (struct probe_header *)kept->data;
	__u32 length = kept->used - sizeof(*header);
	asm volatile("" : "+r"(length));
	bool is_right = header->kind == kind && length <= KEPT_DATA - sizeof(*header);
	if (is_right && bpf_probe_read_kernel(scratch->data + sizeof(*header) + body_size, length, kept->data + sizeof(*header)) == 0) {
		scratch->used = sizeof(*header) + body_size + length;
		HEADER(scratch)->flags |= header->flags;
	} else {
		is_right = false;
	}
	bpf_map_delete_elem(&kept_names, &thread);
	return is_right;
}

/* A message about a call that has returned, while it is put together. */
struct report {
	struct probe_config *settings;
	struct task_struct *task;
	struct scratch *scratch;
	struct call call;
};

/* False when nobody wants it or there is no room for it. Else it ends in `submit_report` or `abandon`. */
static __always_inline bool begin_report(struct report *report, __u32 kind, __u32 body_size)
{
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return false;
	read_call(&report->call);
	report->settings = settings;
	report->task = task;
	report->scratch = begin(task, kind, body_size);
	return report->scratch != NULL;
}

static __always_inline int submit_report(struct report *report, enum rank rank)
{
	submit(report->scratch, report->settings, rank);
	return 0;
}

/* An argument by its index; 0 where the call has none such (6). */
static __always_inline __u64 argument_of(const struct report *report, __u32 index) { return index < 6 ? report->call.argument[index] : 0; }

static __always_inline void fill_call(struct probe_syscall *body, const struct call *call, long result)
{
	for (int i = 0; i < 6; i++)
		body->arguments[i] = call->argument[i];
	body->result = result;
	body->number = call->number;
}

/* A call that matters by itself, failed or not. */
static __always_inline bool begin_call_report(struct report *report, __u32 kind, long result)
{
	if (!begin_report(report, kind, sizeof(struct probe_syscall)))
		return false;
	fill_call(BODY(report->scratch, probe_syscall), &report->call, result);
	return true;
}

/* A call that is told by its numbers and perhaps one text argument (index, or 6 for none). */
static __always_inline int report_call(__u32 kind, long result, __u32 target, __u32 text)
{
	struct report report;
	if (!begin_call_report(&report, kind, result))
		return 0;
	struct probe_syscall *body = BODY(report.scratch, probe_syscall);
	__u64 thread = bpf_get_current_pid_tgid();
	struct kept_target *kept = target < 6 ? bpf_map_lookup_elem(&kept_targets, &thread) : NULL;
	struct task_struct *task = report.task;
	if (kept && kept->number == (__u32)report.call.number) {
		body->target_pid = kept->pid;
		body->target_start_ns = kept->start_ns;
	} else if (target < 6 && LOAD(task, thread_pid, level) == 0) {
		// in a namespace of its own the caller numbers processes in its own way: better no target than another one
		body->target_pid = report.call.argument[target];
	}
	if (kept)
		bpf_map_delete_elem(&kept_targets, &thread);
	if (text < 6)
		append_user_text(report.scratch, PROBE_TAG_TEXT, (void *)report.call.argument[text]);
	return submit_report(&report, RANK_CALL);
}

/* A call that is told by its numbers and the file behind one of its arguments. */
static __always_inline int report_call_of_file(__u32 kind, long result, __u32 descriptor)
{
	struct report report;
	if (!begin_call_report(&report, kind, result))
		return 0;
	struct file *file = file_of_descriptor(report.task, (int)report.call.argument[descriptor]);
	if (file)
		append_file(report.scratch, PROBE_TAG_PATH, file);
	return submit_report(&report, RANK_CALL);
}

#define ON_EXIT(call_name) \
	SEC("tracepoint/syscalls/sys_exit_" #call_name) \
	int exit_##call_name(struct trace_event_raw_sys_exit *context)
