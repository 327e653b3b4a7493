/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The hooks that keep names of files for the exit of a call, once for both sets: HOOK(name, arguments) makes one of them. None declares more
 * arguments than it needs (later kernels added some), nor looks at what other modules decided: the call's result will tell.
 */
#pragma once

#include "lib/keep.h"

HOOK(path_rename, const struct path *directory, struct dentry *dentry, const struct path *new_directory, struct dentry *new_dentry)
{
	return keep_entries(PROBE_RENAME, directory, dentry, new_directory, new_dentry);
}

// a hard link and what it is made of are in one mount
HOOK(path_link, struct dentry *dentry, const struct path *directory, struct dentry *new_dentry)
{
	return keep_entries(PROBE_LINK, directory, dentry, directory, new_dentry);
}

HOOK(path_symlink, const struct path *directory, struct dentry *dentry, const char *holds)
{
	return keep_entry_and_text(PROBE_SYMLINK, PROBE_TAG_TEXT, holds, PROBE_TAG_SECOND_PATH, directory, dentry);
}

HOOK(path_unlink, const struct path *directory, struct dentry *dentry) { return keep_entry(PROBE_UNLINK, PROBE_UNLINK, directory, dentry); }

// unlinkat does this too, as what it is called
HOOK(path_rmdir, const struct path *directory, struct dentry *dentry)
{
	return keep_entry(PROBE_RMDIR, wanted(PROBE_RMDIR) ? PROBE_RMDIR : PROBE_UNLINK, directory, dentry);
}

HOOK(path_mkdir, const struct path *directory, struct dentry *dentry, __u16 mode) { return keep_new_directory(directory, dentry, mode); }
HOOK(path_truncate, struct path *path) { return keep_truncated(path); }
HOOK(path_chmod, struct path *path) { return keep_path(PROBE_CHMOD, path); }
HOOK(path_chown, struct path *path) { return keep_path(PROBE_CHOWN, path); }

HOOK(sb_mount, const char *source, struct path *path)
{
	return keep_entry_and_text(PROBE_MOUNT, PROBE_TAG_SECOND_TEXT, source, PROBE_TAG_PATH, path, LOAD(path, dentry));
}

// the hook for times sees no mount: the function that all ways to set them go through does
SEC("fentry/vfs_utimes")
int BPF_PROG(names_vfs_utimes, struct path *path) { return keep_path(PROBE_UTIMES, path); }

// neither does the hook for attributes: the call asks for its mount to be writable before
SEC("fentry/mnt_want_write")
int BPF_PROG(names_mnt_want_write, struct vfsmount *mounted) { return keep_mount_of_attribute(mounted); }
HOOK(inode_setxattr, void *idmap, struct dentry *dentry, const char *name) { return keep_attribute(dentry, name); }

HOOK(sb_umount, struct vfsmount *mounted) { return keep_mounted(mounted); }
