/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* What is to be known of a file whose code runs, besides its name. */
#pragma once

#include "lib/message.h"

/* Written to since the image was made: the overlay's inode has a dentry in the upper layer. */
static __always_inline bool in_upper_layer(struct inode *inode)
{
	if (!bpf_core_type_exists(struct ovl_inode))
		return false;
	if (LOAD(inode, i_sb, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return false;
	struct dentry *upper = NULL;
	LOAD_SCALAR(upper, (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode)
		+ bpf_core_field_offset(struct ovl_inode, __upperdentry));
	return upper != NULL;
}

/* enum probe_exec_flag, as far as the file tells. */
static __always_inline __u32 file_facts(struct inode *inode, struct dentry *dentry)
{
	__u32 flags = 0;
	if (LOAD(inode, i_nlink) == 0)
		flags |= dentry == LOAD(dentry, d_parent) ? PROBE_EXEC_MEMFD : PROBE_EXEC_DELETED;
	if (in_upper_layer(inode))
		flags |= PROBE_EXEC_UPPER_LAYER;
	return flags;
}
