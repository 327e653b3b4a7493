/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * What the security module's hooks keep for the exit of the call that they are in the middle of: the kernel has resolved every name by then, through
 * symlinks and mounts, and works with these very objects; what the caller's memory says no longer matters. The same for both hook sets.
 * An operation of io_uring has no exit that could tell it from others: it is reported from the hook, as under way.
 */
#pragma once

#include "lib/call.h"

enum { CALL_IO_URING_ENTER = 426 };

/* On behalf of a ring: in a worker of the kernel, or while the process hands operations over. */
static __always_inline bool is_for_ring(struct task_struct *task)
{
	if (LOAD(task, flags) & (PF_IO_WORKER | PF_USER_WORKER))
		return true;
	struct call call;
	read_call(&call);
	return call.number == CALL_IO_URING_ENTER;
}

/* In a call whose exit is looked at. */
static __always_inline bool is_in_call(struct task_struct *task) { return !(LOAD(task, flags) & PF_KTHREAD) && !is_for_ring(task); }

/* NULL when nobody wants the names. Else a place to put them, ended by `keep`. */
static __always_inline struct scratch *begin_names(__u32 kind, __u32 wanted_for)
{
	struct probe_config *settings = wanted(wanted_for);
	struct task_struct *task = CURRENT();
	if (!settings || (LOAD(task, flags) & PF_KTHREAD) || !reported(settings, task))
		return NULL;
	if (is_for_ring(task)) {
		struct scratch *message = wanted(kind) ? begin(task, kind, sizeof(struct probe_file)) : NULL;
		if (!message)
			return NULL;
		BODY(message, probe_file)->result = -EINPROGRESS;
		BODY(message, probe_file)->flags = kind == PROBE_RMDIR ? AT_REMOVEDIR : 0;
		return message;
	}
	struct scratch *scratch = take_scratch(SCRATCH_TASK, kind);
	if (!scratch)
		return NULL;
	HEADER(scratch)->kind = kind;
	HEADER(scratch)->flags = 0;
	// that it is no message yet
	HEADER(scratch)->pid = 0;
	scratch->used = sizeof(struct probe_header);
	return scratch;
}

/* Names that are too long to be kept leave the exit with those of the caller. */
static __always_inline int keep(struct scratch *scratch)
{
	struct probe_config *settings = HEADER(scratch)->pid ? wanted(HEADER(scratch)->kind) : NULL;
	if (settings) {
		submit(scratch, settings, RANK_BULK);
		return 0;
	}
	__u64 thread = bpf_get_current_pid_tgid();
	if (scratch->used <= KEPT_DATA)
		bpf_map_update_elem(&kept_names, &thread, scratch, BPF_ANY);
	else
		bpf_map_delete_elem(&kept_names, &thread);
	abandon(scratch);
	return 0;
}

/* A name in a directory: `dentry` may be of what is not there yet. */
static __always_inline void append_entry(struct scratch *scratch, __u16 tag, const struct path *directory, struct dentry *dentry)
{
	struct mount *mount = mount_of_path((struct path *)directory);
	if (mount)
		append_path(scratch, tag, dentry, mount);
}

static __always_inline int keep_entry(__u32 kind, __u32 wanted_for, const struct path *directory, struct dentry *dentry)
{
	struct scratch *scratch = begin_names(kind, wanted_for);
	if (!scratch)
		return 0;
	append_entry(scratch, PROBE_TAG_PATH, directory, dentry);
	return keep(scratch);
}

static __always_inline int keep_path(__u32 kind, struct path *path) { return keep_entry(kind, kind, path, LOAD(path, dentry)); }

static __always_inline int keep_new_directory(const struct path *directory, struct dentry *dentry, __u32 mode)
{
	struct scratch *scratch = begin_names(PROBE_MKDIR, PROBE_MKDIR);
	if (!scratch)
		return 0;
	// a ring's message; where names are kept this is overwritten by them
	if (HEADER(scratch)->pid)
		BODY(scratch, probe_file)->mode = mode & 07777;
	append_entry(scratch, PROBE_TAG_PATH, directory, dentry);
	return keep(scratch);
}

#if defined(__TARGET_ARCH_x86)
enum { CALL_TRUNCATE = 76 };
#else
enum { CALL_TRUNCATE = 45 };
#endif

/* Before 6.2 the hook is asked by opens that truncate and by descriptor too: those calls name the file by themselves. */
static __always_inline int keep_truncated(struct path *path)
{
	struct call call;
	read_call(&call);
	return call.number == CALL_TRUNCATE ? keep_path(PROBE_TRUNCATE, path) : 0;
}

static __always_inline int keep_entries(__u32 kind, const struct path *directory, struct dentry *dentry, const struct path *second_directory, struct dentry *second)
{
	struct scratch *scratch = begin_names(kind, kind);
	if (!scratch)
		return 0;
	append_entry(scratch, PROBE_TAG_PATH, directory, dentry);
	append_entry(scratch, PROBE_TAG_SECOND_PATH, second_directory, second);
	return keep(scratch);
}

static __always_inline int keep_entry_and_text(__u32 kind, __u16 text_tag, const char *text, __u16 tag, const struct path *directory, struct dentry *dentry)
{
	struct scratch *scratch = begin_names(kind, kind);
	if (!scratch)
		return 0;
	append_kernel_text(scratch, text_tag, text);
	append_entry(scratch, tag, directory, dentry);
	return keep(scratch);
}

#if defined(__TARGET_ARCH_x86)
enum { CALL_SETXATTR = 188, CALL_LSETXATTR = 189 };
#else
enum { CALL_SETXATTR = 5, CALL_LSETXATTR = 6 };
#endif

enum { CALL_SETXATTRAT = 463 };

static __always_inline bool sets_attribute_by_name(void)
{
	if (!wanted(PROBE_SETXATTR))
		return false;
	struct call call;
	read_call(&call);
	return call.number == CALL_SETXATTR || call.number == CALL_LSETXATTR || call.number == CALL_SETXATTRAT;
}

/* Of a mount over others (overlay) the call's own comes first. */
static __always_inline int keep_mount_of_attribute(struct vfsmount *mounted)
{
	if (!sets_attribute_by_name())
		return 0;
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 mount = (__u64)mounted - bpf_core_field_offset(struct mount, mnt);
	bpf_map_update_elem(&kept_mounts, &thread, &mount, BPF_NOEXIST);
	return 0;
}

static __always_inline int keep_attribute(struct dentry *dentry, const char *name)
{
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 *mount = sets_attribute_by_name() ? bpf_map_lookup_elem(&kept_mounts, &thread) : NULL;
	if (!mount || !*mount)
		return 0;
	struct scratch *scratch = begin_names(PROBE_SETXATTR, PROBE_SETXATTR);
	if (scratch) {
		append_kernel_text(scratch, PROBE_TAG_SECOND_TEXT, name);
		append_path(scratch, PROBE_TAG_PATH, dentry, CAST(mount, *mount));
		keep(scratch);
	}
	*mount = 0;
	return 0;
}

static __always_inline int keep_mounted(struct vfsmount *mounted)
{
	struct scratch *scratch = begin_names(PROBE_UMOUNT, PROBE_UMOUNT);
	if (!scratch)
		return 0;
	struct mount *mount = CAST(mount, (void *)mounted - bpf_core_field_offset(struct mount, mnt));
	append_path(scratch, PROBE_TAG_PATH, LOAD(mounted, mnt_root), mount);
	return keep(scratch);
}

/* The file that an interpreter is about to be started for: it has been let go of when the program runs. */
static __always_inline int keep_script(struct linux_binprm *program)
{
	if (LOAD(program, buf[0]) != '#' || LOAD(program, buf[1]) != '!' || LOAD(program, interp) != LOAD(program, filename))
		return 0;
	struct scratch *scratch = begin_names(PROBE_EXEC, PROBE_EXEC);
	if (!scratch)
		return 0;
	append_file(scratch, PROBE_TAG_SCRIPT, LOAD(program, file));
	return keep(scratch);
}

#if defined(__TARGET_ARCH_x86)
enum { CALL_KILL = 62, CALL_PTRACE = 101, CALL_TGKILL = 234, CALL_VM_WRITE = 311 };
#else
enum { CALL_PTRACE = 117, CALL_KILL = 129, CALL_TGKILL = 131, CALL_VM_WRITE = 271 };
#endif

/* Whom a call is aimed at, whatever namespace it counts in. Reading below /proc asks the same question: that is no such call. */
static __always_inline int keep_target(__u32 kind, struct task_struct *aimed_at)
{
	struct probe_config *settings = wanted(kind);
	struct task_struct *task = CURRENT();
	if (!settings || (LOAD(task, flags) & (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER)))
		return 0;
	struct call call;
	read_call(&call);
	if (call.number != CALL_PTRACE && call.number != CALL_VM_WRITE && call.number != CALL_KILL && call.number != CALL_TGKILL)
		return 0;
	__u64 thread = bpf_get_current_pid_tgid();
	struct kept_target target = { .number = call.number, .pid = LOAD(aimed_at, tgid), .start_ns = LOAD(aimed_at, group_leader, start_boottime) };
	bpf_map_update_elem(&kept_targets, &thread, &target, BPF_ANY);
	return 0;
}

/* The kernel's copy of the address. */
static __always_inline int keep_address(const void *address, int length)
{
	struct task_struct *task = CURRENT();
	if (!wanted(PROBE_CONNECT) || !is_in_call(task))
		return 0;
	struct kept_address kept = {};
	__u32 size = length;
	if (size > 110)
		size = 110;
	asm volatile("" : "+r"(size));
	bpf_probe_read_kernel(kept.bytes, size & 127, address);
	__u64 thread = bpf_get_current_pid_tgid();
	bpf_map_update_elem(&kept_addresses, &thread, &kept, BPF_ANY);
	return 0;
}

/* The kernel wants a module to go on: a protocol, a file system, a driver that the process made it look for. */
static __always_inline int report_wanted_module(const char *name)
{
	struct probe_config *settings = wanted(PROBE_MODULE);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_MODULE, sizeof(struct probe_syscall));
	if (!scratch)
		return 0;
	struct probe_syscall *body = BODY(scratch, probe_syscall);
	body->number = PROBE_CALL_REQUEST_MODULE;
	body->result = -EINPROGRESS;
	append_kernel_text(scratch, PROBE_TAG_TEXT, name);
	submit(scratch, settings, RANK_CALL);
	return 0;
}
