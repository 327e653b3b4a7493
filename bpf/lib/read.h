/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Floor 1: reading kernel memory. Knows nothing of messages. */
#pragma once

#include "lib/kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#ifdef PROBE_COMPAT
/* Kernels before 6.2 have no bpf_rdonly_cast: every field is read by a helper call. */
#define CAST(type, pointer) ((struct type *)(pointer))
#define LOAD(pointer, ...) BPF_CORE_READ(pointer, __VA_ARGS__)
#define CURRENT() ((struct task_struct *)bpf_get_current_task())
#else
/* A typed pointer lets the verifier turn each field access into a plain load that cannot fault: 1 us an open instead of 6. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym;
#define CAST(type, pointer) ((struct type *)bpf_rdonly_cast((const void *)(pointer), bpf_core_type_id_kernel(struct type)))
#define LOAD(pointer, ...) (___arrow(pointer, __VA_ARGS__))
#define CURRENT() bpf_get_current_task_btf()
#endif

/* A pointer as a number, for arithmetic that the verifier does not allow on a typed pointer. */
#define LOAD_SCALAR(destination, address) bpf_probe_read_kernel(&(destination), sizeof(destination), (const void *)(address))

/* The file behind a descriptor of the current task, or NULL. */
static __always_inline struct file *file_of_descriptor(struct task_struct *task, long fd)
{
	struct files_struct *files = LOAD(task, files);
	if (!files)
		return NULL;
	struct fdtable *table = LOAD(files, fdt);
	if (fd < 0 || fd >= LOAD(table, max_fds))
		return NULL;
	struct file **slots = LOAD(table, fd);
	struct file *file = NULL;
	LOAD_SCALAR(file, slots + fd);
	return file ? CAST(file, file) : NULL;
}

/* The mount around a vfsmount: the kernel hands out the latter, the tree of mounts is made of the former. */
static __always_inline struct mount *mount_of_path(struct path *path)
{
	void *vfsmount = NULL;
	LOAD_SCALAR(vfsmount, &path->mnt);
	return vfsmount ? CAST(mount, vfsmount - bpf_core_field_offset(struct mount, mnt)) : NULL;
}

/* The pid of `pid` as processes in its own namespace see it; optionally that namespace. */
static __always_inline __u32 own_namespace_pid(struct pid *pid, __u32 *namespace)
{
	struct upid upid = {};
	__u32 level = LOAD(pid, level);
	bpf_probe_read_kernel(&upid.nr, sizeof(upid.nr), (void *)pid + bpf_core_field_offset(struct pid, numbers)
		+ level * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, nr));
	if (namespace) {
		void *ns = NULL;
		LOAD_SCALAR(ns, (void *)pid + bpf_core_field_offset(struct pid, numbers)
			+ level * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, ns));
		*namespace = 0;
		if (ns)
			*namespace = LOAD(CAST(pid_namespace, ns), ns.inum);
	}
	return upid.nr;
}
