/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is worth reporting about an opened file, and the message about it; the same for both hook sets. */
#pragma once

#include "lib/call.h"

static __always_inline void read_name(struct probe_name *name, struct dentry *dentry)
{
	__builtin_memset(name, 0, sizeof(*name));
	__u32 length = LOAD(dentry, d_name.len);
	if (length > PROBE_NAME_MAX - 1)
		length = PROBE_NAME_MAX - 1;
	asm volatile("" : "+r"(length));
	bpf_probe_read_kernel(name->text, length & (PROBE_NAME_MAX - 1), LOAD(dentry, d_name.name));
}

static __always_inline __u32 name_use(struct dentry *dentry)
{
	struct probe_name name;
	read_name(&name, dentry);
	__u32 *use = bpf_map_lookup_elem(&sensitive_names, &name);
	return use ? *use : 0;
}

static __always_inline bool is_sensitive(struct dentry *dentry)
{
	if (name_use(dentry) & PROBE_NAME_FILE)
		return true;
	struct dentry *parent = LOAD(dentry, d_parent);
	if (name_use(parent) & PROBE_NAME_DIRECTORY)
		return true;
	return name_use(LOAD(parent, d_parent)) & PROBE_NAME_DIRECTORY;
}

/*
 * The file that everybody knows by another name than the one that it may have been opened by. A number is given to another file once the first is
 * gone, before user space hears of it: the known one has a second name (a hard link), or this very name (another mount).
 */
static __always_inline struct probe_known *known_file(struct dentry *dentry, struct inode *inode, __u32 device)
{
	struct probe_inode key = { .inode = LOAD(inode, i_ino), .device = device };
	struct probe_known *known = bpf_map_lookup_elem(&sensitive_inodes, &key);
	if (!known || LOAD(inode, i_nlink) > 1)
		return known;
	struct probe_name name;
	read_name(&name, dentry);
	for (int i = 0; i < PROBE_NAME_MAX / 8; i++) {
		if (((__u64 *)name.text)[i] != ((__u64 *)known->name)[i])
			return NULL;
	}
	return known;
}

/*
 * Where the caller's flags are: in an argument of the call (0 to 5), in the structure that openat2 takes, nowhere because creat
 * means what it means, or still in the file, which the security module sees before the kernel drops some of them.
 */
enum { FLAGS_OF_FILE = 6, FLAGS_OF_STRUCTURE = 7, FLAGS_OF_CREAT = 8 };

static __always_inline __u32 flags_asked_for(__u32 where)
{
	if (where == FLAGS_OF_FILE)
		return 0;
	if (where == FLAGS_OF_CREAT)
		return O_TRUNC;
	struct call call;
	read_call(&call);
	if (where == FLAGS_OF_STRUCTURE) {
		__u64 flags = 0;
		bpf_probe_read_user(&flags, sizeof(flags), (void *)call.argument[2]);
		return flags;
	}
	return call.argument[where];
}

/*
 * The name as the caller typed it, where the call that opens has one. The security module is asked from inside of many calls, and on behalf of
 * a ring from a worker that never entered the kernel by one.
 */
static __always_inline void append_typed_name(struct scratch *scratch, struct task_struct *task)
{
	if (LOAD(task, flags) & (PF_IO_WORKER | PF_USER_WORKER))
		return;
	struct call call;
	read_call(&call);
	if (call.number == CALL_OPENAT || call.number == CALL_OPENAT2)
		append_user_text(scratch, PROBE_TAG_FILENAME, (void *)call.argument[1]);
#if defined(__TARGET_ARCH_x86)
	else if (call.number == CALL_OPEN || call.number == CALL_CREAT)
		append_user_text(scratch, PROBE_TAG_FILENAME, (void *)call.argument[0]);
#endif
}

/* Reports the file if it was opened for writing, made by the call (unless there is no room for those), or is one whose reads are asked for. */
static __always_inline int report_open(struct probe_config *settings, struct task_struct *task, struct file *file, long result, __u32 where)
{
	struct inode *inode = LOAD(file, f_inode);
	__u32 type = LOAD(inode, i_mode) & S_IFMT;
	__u32 opened_for = LOAD(file, f_mode);
	// the null device swallows half of all writing opens
	if (type == S_IFCHR && LOAD(inode, i_rdev) == ((1 << 20) | 3))
		return 0;
	struct dentry *dentry = LOAD(file, f_path.dentry);
	__u32 device = LOAD(inode, i_sb, s_dev);
	struct probe_known *known = known_file(dentry, inode, device);
	bool is_wanted = (opened_for & (FMODE_WRITE | FMODE_CREATED)) && !settings->only_sensitive;
	if (!known && !is_wanted && !is_sensitive(dentry))
		return 0;
	if (!reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_OPEN, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	struct probe_file *body = BODY(scratch, probe_file);
	body->inode = LOAD(inode, i_ino);
	body->device = device;
	// the kernel drops O_CREAT from f_flags, later than the security module looks; that the call made the file is more than that it might have
	__u32 flags = LOAD(file, f_flags);
	// and it drops O_TRUNC: that what was there is gone stands only in what the caller asked for
	flags |= flags_asked_for(where) & O_TRUNC;
	body->flags = (flags & ~O_CREAT) | (opened_for & FMODE_CREATED || (flags & O_TMPFILE) ? O_CREAT : 0);
	body->mode = LOAD(inode, i_mode) & 07777;
	body->type = type;
	body->result = result;
	body->owner_uid = LOAD(inode, i_uid.val);
	body->owner_gid = LOAD(inode, i_gid.val);
	append_file(scratch, PROBE_TAG_PATH, file);
	append_typed_name(scratch, task);
	if (known)
		append_kernel_text(scratch, PROBE_TAG_SECOND_TEXT, known->path);
	submit(scratch, settings, RANK_BULK);
	return 0;
}
