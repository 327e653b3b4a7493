/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is worth reporting about an opened file, and the message about it; the same for both hook sets. */
#pragma once

#include "lib/call.h"

static __always_inline __u32 name_use(struct dentry *dentry)
{
	struct probe_name name = {};
	__u32 length = LOAD(dentry, d_name.len);
	if (length > PROBE_NAME_MAX - 1)
		length = PROBE_NAME_MAX - 1;
	asm volatile("" : "+r"(length));
	bpf_probe_read_kernel(name.text, length & (PROBE_NAME_MAX - 1), LOAD(dentry, d_name.name));
	__u32 *use = bpf_map_lookup_elem(&sensitive_names, &name);
	return use ? *use : 0;
}

static __always_inline bool is_sensitive(struct dentry *dentry, struct inode *inode, __u32 device)
{
	if (name_use(dentry) & PROBE_NAME_FILE)
		return true;
	struct probe_inode key = { .inode = LOAD(inode, i_ino), .device = device };
	if (bpf_map_lookup_elem(&sensitive_inodes, &key))
		return true;
	struct dentry *parent = LOAD(dentry, d_parent);
	if (name_use(parent) & PROBE_NAME_DIRECTORY)
		return true;
	return name_use(LOAD(parent, d_parent)) & PROBE_NAME_DIRECTORY;
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
	bool is_wanted = (opened_for & (FMODE_WRITE | FMODE_CREATED)) && !settings->only_sensitive;
	if (!is_wanted && !is_sensitive(dentry, inode, device))
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
	struct mount *mount = mount_of_path(&file->f_path);
	if (mount)
		append_path(scratch, PROBE_TAG_PATH, dentry, mount);
	submit(scratch, settings, true);
	return 0;
}
