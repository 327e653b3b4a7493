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
		struct mount *mount = file ? mount_of_path(&file->f_path) : NULL;
		if (mount)
			append_path(scratch, tag, LOAD(file, f_path.dentry), mount);
	}
}

/* The name as the caller typed it and, when that is relative, the directory that it starts from. */
static __always_inline void append_name(struct scratch *scratch, struct task_struct *task, int directory, const void *name, __u16 base_tag, __u16 text_tag)
{
	// no name, or an empty one, means the directory's descriptor itself (AT_EMPTY_PATH, utimensat)
	char first = 0;
	bpf_probe_read_user(&first, 1, name);
	if (first != '/')
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

static __always_inline bool append_names_of_call(struct scratch *scratch, __u32 kind)
{
	return append_kept_names(scratch, bpf_get_current_pid_tgid(), kind, sizeof(struct probe_file));
}

/* A change of the file system by one name. */
static __always_inline int report_change(__u32 kind, long result, int directory, int name_index, __u32 flags, __u32 mode)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	struct probe_file *body = BODY(scratch, probe_file);
	body->result = result;
	body->flags = flags < 6 ? call.argument[flags] : 0;
	body->mode = mode < 6 ? call.argument[mode] : 0;
	if (!append_names_of_call(scratch, kind == PROBE_UNLINK && (body->flags & AT_REMOVEDIR) ? PROBE_RMDIR : kind))
		append_name(scratch, task, directory < 6 && directory >= 0 ? (int)call.argument[directory] : AT_FDCWD, (void *)call.argument[name_index],
			PROBE_TAG_PATH, PROBE_TAG_TEXT);
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* A change of owner; the new one is in two arguments from `owner` on. */
static __always_inline int report_owner(long result, int directory, int name, int owner, __u32 flags)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(PROBE_CHOWN);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, PROBE_CHOWN, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	struct probe_file *body = BODY(scratch, probe_file);
	body->result = result;
	body->flags = flags < 6 ? call.argument[flags] : 0;
	body->owner_uid = call.argument[owner];
	body->owner_gid = call.argument[owner + 1];
	if (!append_names_of_call(scratch, PROBE_CHOWN))
		append_name(scratch, task, directory >= 0 ? (int)call.argument[directory] : AT_FDCWD, (void *)call.argument[name], PROBE_TAG_PATH, PROBE_TAG_TEXT);
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* A change by a name and a text that is no name of a file below a directory: what a symlink holds, an attribute, what is mounted. */
static __always_inline int report_name_and_text(__u32 kind, long result, __u16 text_tag, int text, int directory, int name)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	BODY(scratch, probe_file)->result = result;
	bool is_first = text_tag == PROBE_TAG_TEXT;
	if (!append_names_of_call(scratch, kind)) {
		append_user_text(scratch, text_tag, (void *)call.argument[text]);
		append_name(scratch, task, directory >= 0 ? (int)call.argument[directory] : AT_FDCWD, (void *)call.argument[name],
			is_first ? PROBE_TAG_SECOND_PATH : PROBE_TAG_PATH, is_first ? PROBE_TAG_SECOND_TEXT : PROBE_TAG_TEXT);
	}
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* An attribute by the file's name. What was kept of a call that failed must not be taken for the next one's. */
static __always_inline int report_attribute(long result, int attribute, int directory, int name)
{
	report_name_and_text(PROBE_SETXATTR, result, PROBE_TAG_SECOND_TEXT, attribute, directory, name);
	__u64 thread = bpf_get_current_pid_tgid();
	if (bpf_map_delete_elem(&kept_mounts, &thread) == 0 && result < 0)
		bpf_map_delete_elem(&kept_names, &thread);
	return 0;
}

/* The call has returned: where the process stands now is where it went. */
static __always_inline int report_directory(long result)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(PROBE_CHDIR);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_CHDIR, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	append_base(scratch, task, AT_FDCWD, PROBE_TAG_PATH);
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* A change that gives a file another name; directories < 0 mean the current one. */
static __always_inline int report_second_name(__u32 kind, long result, int directory, int name, int second_directory, int second_name)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	BODY(scratch, probe_file)->result = result;
	if (append_names_of_call(scratch, kind)) {
		submit(scratch, settings, RANK_BULK);
		return 0;
	}
	append_name(scratch, task, directory >= 0 ? (int)call.argument[directory] : AT_FDCWD, (void *)call.argument[name], PROBE_TAG_PATH, PROBE_TAG_TEXT);
	append_name(scratch, task, second_directory >= 0 ? (int)call.argument[second_directory] : AT_FDCWD, (void *)call.argument[second_name],
		PROBE_TAG_SECOND_PATH, PROBE_TAG_SECOND_TEXT);
	submit(scratch, settings, RANK_BULK);
	return 0;
}

/* A change by descriptor; `mode` and `text` are indexes, or 6 for none. */
static __always_inline int report_descriptor(__u32 kind, long result, __u32 mode, __u32 text)
{
	if (result < 0)
		return 0;
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct file *file = file_of_descriptor(task, (int)call.argument[0]);
	if (!file)
		return 0;
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	struct probe_file *body = BODY(scratch, probe_file);
	body->result = result;
	body->inode = LOAD(file, f_inode, i_ino);
	body->device = LOAD(file, f_inode, i_sb, s_dev);
	body->mode = mode < 6 ? call.argument[mode] : 0;
	// after a change of owner, the new one
	body->type = LOAD(file, f_inode, i_mode) & S_IFMT;
	body->owner_uid = LOAD(file, f_inode, i_uid.val);
	body->owner_gid = LOAD(file, f_inode, i_gid.val);
	struct mount *mount = mount_of_path(&file->f_path);
	if (mount)
		append_path(scratch, PROBE_TAG_PATH, LOAD(file, f_path.dentry), mount);
	if (text < 6)
		append_user_text(scratch, PROBE_TAG_SECOND_TEXT, (void *)call.argument[text]);
	submit(scratch, settings, RANK_BULK);
	return 0;
}

static __always_inline void fill_call(struct probe_syscall *body, const struct call *call, long result)
{
	for (int i = 0; i < 6; i++)
		body->arguments[i] = call->argument[i];
	body->result = result;
	body->number = call->number;
}

/* A call that is told by its numbers and perhaps one text argument (index, or 6 for none). */
static __always_inline int report_call(__u32 kind, long result, __u32 target, __u32 text)
{
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_syscall));
	if (!scratch)
		return 0;
	struct probe_syscall *body = BODY(scratch, probe_syscall);
	fill_call(body, &call, result);
	__u64 thread = bpf_get_current_pid_tgid();
	struct kept_target *kept = target < 6 ? bpf_map_lookup_elem(&kept_targets, &thread) : NULL;
	if (kept && kept->number == (__u32)call.number) {
		body->target_pid = kept->pid;
		body->target_start_ns = kept->start_ns;
	} else if (target < 6 && LOAD(task, thread_pid, level) == 0) {
		// in a namespace of its own the caller numbers processes in its own way: better no target than another one
		body->target_pid = call.argument[target];
	}
	if (kept)
		bpf_map_delete_elem(&kept_targets, &thread);
	if (text < 6)
		append_user_text(scratch, PROBE_TAG_TEXT, (void *)call.argument[text]);
	submit(scratch, settings, RANK_CALL);
	return 0;
}

/* A call that is told by its numbers and the file behind one of its arguments. */
static __always_inline int report_call_of_file(__u32 kind, long result, __u32 descriptor)
{
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct call call;
	read_call(&call);
	struct scratch *scratch = begin(task, kind, sizeof(struct probe_syscall));
	if (!scratch)
		return 0;
	fill_call(BODY(scratch, probe_syscall), &call, result);
	struct file *file = file_of_descriptor(task, (int)call.argument[descriptor]);
	struct mount *mount = file ? mount_of_path(&file->f_path) : NULL;
	if (mount)
		append_path(scratch, PROBE_TAG_PATH, LOAD(file, f_path.dentry), mount);
	submit(scratch, settings, RANK_CALL);
	return 0;
}

#define ON_EXIT(call_name) \
	SEC("tracepoint/syscalls/sys_exit_" #call_name) \
	int exit_##call_name(struct trace_event_raw_sys_exit *context)
