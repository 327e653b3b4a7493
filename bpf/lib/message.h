/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/* Floor 2 and 3: filling a message and submitting it. */
#pragma once

#include "lib/maps.h"

#define OFFSET_MASK (PROBE_RECORD_MAX - 1)

static __always_inline void count(void *map, __u32 key)
{
	__u64 *value = bpf_map_lookup_elem(map, &key);
	if (value)
		*value += 1;
}

static __always_inline void count_lost(__u32 kind, enum probe_loss cause)
{
	count(&lost, kind * PROBE_LOSS_COUNT + cause);
}

static __always_inline struct probe_config *wanted(__u32 kind)
{
	__u32 zero = 0;
	struct probe_config *settings = bpf_map_lookup_elem(&config, &zero);
	if (!settings || !(settings->kinds & (1ULL << kind)))
		return NULL;
	return settings;
}

/* The process that a message is about is not the sensor itself, nor outside the namespace asked for. */
static __always_inline bool is_reported(struct probe_config *settings, struct task_struct *task, __u32 pid)
{
	if (pid == settings->own_pid)
		return false;
	if (settings->only_pid_ns) {
		__u32 namespace = 0;
		struct pid *pid = LOAD(task, thread_pid);
		if (!pid)
			return false;
		own_namespace_pid(pid, &namespace);
		if (namespace != settings->only_pid_ns)
			return false;
	}
	return true;
}

static __always_inline bool reported(struct probe_config *settings, struct task_struct *task)
{
	return is_reported(settings, task, bpf_get_current_pid_tgid() >> 32);
}

static __always_inline __u64 effective_capabilities(struct cred *cred)
{
	__u64 bits = 0;
	LOAD_SCALAR(bits, (void *)cred + bpf_core_field_offset(struct cred, cap_effective));
	return bits;
}

static __always_inline void fill_header(struct probe_header *header, struct task_struct *task, __u32 kind)
{
	__u64 ids = bpf_get_current_pid_tgid();
	__u64 owner = bpf_get_current_uid_gid();
	header->boot_ns = bpf_ktime_get_boot_ns();
	header->start_ns = LOAD(task, group_leader, start_boottime);
	header->cgroup_id = bpf_get_current_cgroup_id();
	header->capabilities = effective_capabilities(LOAD(task, cred));
	header->kind = kind;
	header->size = 0;
	header->pid = ids >> 32;
	header->tid = (__u32)ids;
	header->ppid = LOAD(task, real_parent, tgid);
	header->uid = (__u32)owner;
	header->gid = owner >> 32;
	header->flags = 0;
	bpf_get_current_comm(header->comm, sizeof(header->comm));
}

/* The same where a program may not call the helpers for it: packets. */
static __always_inline void fill_header_of_task(struct probe_header *header, struct task_struct *task, __u32 kind)
{
	header->boot_ns = bpf_ktime_get_boot_ns();
	header->start_ns = LOAD(task, group_leader, start_boottime);
	header->cgroup_id = LOAD(task, cgroups, dfl_cgrp, kn, id);
	header->kind = kind;
	header->size = 0;
	header->pid = LOAD(task, tgid);
	header->tid = LOAD(task, pid);
	header->ppid = LOAD(task, real_parent, tgid);
	struct cred *cred = LOAD(task, cred);
	header->uid = LOAD(cred, uid.val);
	header->gid = LOAD(cred, gid.val);
	header->capabilities = effective_capabilities(cred);
	header->flags = 0;
	bpf_probe_read_kernel(header->comm, sizeof(header->comm), &task->comm);
}

/* NULL when the area is in use on this CPU; that is counted. */
static __always_inline struct scratch *take_scratch(__u32 slot, __u32 kind)
{
	struct scratch *scratch = bpf_map_lookup_elem(&scratch_area, &slot);
	if (!scratch)
		return NULL;
	if (scratch->busy) {
		count_lost(kind, PROBE_LOSS_SCRATCH_BUSY);
		return NULL;
	}
	scratch->busy = 1;
	return scratch;
}

/* The header is in place: a body of zeros behind it. */
static __always_inline void clear_body(struct scratch *scratch, __u32 body_size)
{
	__builtin_memset(scratch->data + sizeof(struct probe_header), 0, body_size);
	scratch->used = sizeof(struct probe_header) + body_size;
}

/*
 * Takes the CPU's scratch area and puts header and a cleared body into it. NULL when another program on this CPU was
 * interrupted in the middle of a message; that is counted.
 */
static __always_inline struct scratch *begin(struct task_struct *task, __u32 kind, __u32 body_size)
{
	struct scratch *scratch = take_scratch(SCRATCH_TASK, kind);
	if (!scratch)
		return NULL;
	fill_header((struct probe_header *)scratch->data, task, kind);
	clear_body(scratch, body_size);
	return scratch;
}

#define HEADER(scratch) ((struct probe_header *)(scratch)->data)
#define BODY(scratch, type) ((struct type *)((scratch)->data + sizeof(struct probe_header)))

static __always_inline void abandon(struct scratch *scratch)
{
	scratch->busy = 0;
}

/*
 * How far the ring may be filled by a message: a flood of one rank never takes the room of the next. Files, packets and connections
 * come in any number; single calls are fewer, yet a process can repeat them as fast as it likes; of processes a machine makes few,
 * and whoever misses one misjudges everything that it does later.
 */
enum rank { RANK_BULK, RANK_CALL, RANK_PROCESS };

/*
 * Whether the reader is to be woken. Each waking interrupts a processor, which costs more than the message when that processor is a
 * virtual one; and a reader that sleeps has left nothing behind, so what is pending passes the mark on its way up. Woken is it there, and
 * once more each time as much again has gathered, in case two processors passed the mark at once.
 */
static __always_inline __u64 wake_flag(__u64 pending, struct probe_config *settings)
{
	__u64 mark = settings->wake_bytes;
	if (pending < mark)
		return BPF_RB_NO_WAKEUP;
	// a power of two, as the ring is
	return (pending & (mark - 1)) < mark / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Copies the message into the ring, or counts its loss. */
static __always_inline void submit(struct scratch *scratch, struct probe_config *settings, enum rank rank)
{
	struct probe_header *header = HEADER(scratch);
	__u64 pending = bpf_ringbuf_query(&messages, BPF_RB_AVAIL_DATA);
	__u32 size = scratch->used;
	asm volatile("" : "+r"(size));
	if (size > PROBE_RECORD_MAX)
		size = PROBE_RECORD_MAX;
	header->size = size;
	if ((rank == RANK_BULK && pending > settings->bulk_limit) || (rank == RANK_CALL && pending > settings->call_limit)) {
		count_lost(header->kind, PROBE_LOSS_RING_RESERVE);
	} else if (bpf_ringbuf_output(&messages, scratch->data, size, wake_flag(pending, settings))) {
		count_lost(header->kind, PROBE_LOSS_RING_FULL);
	} else {
		count(&sent, header->kind);
	}
	scratch->busy = 0;
}

/* Room for `need` more bytes; sets the flag when there is none. */
static __always_inline bool has_room(struct scratch *scratch, __u32 need, __u32 cut_flag)
{
	if (scratch->used + need <= PROBE_RECORD_MAX - 8)
		return true;
	HEADER(scratch)->flags |= cut_flag;
	return false;
}

static __always_inline __u32 open_string(struct scratch *scratch, __u16 tag)
{
	__u32 at = scratch->used;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	struct probe_string *string = (struct probe_string *)(scratch->data + at);
	string->tag = tag;
	string->length = 0;
	scratch->used = at + sizeof(*string);
	return at;
}

static __always_inline void close_string(struct scratch *scratch, __u32 at)
{
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	struct probe_string *string = (struct probe_string *)(scratch->data + at);
	string->length = scratch->used - at - sizeof(*string);
}

/* One component of a path: its bytes and a NUL. */
static __always_inline bool append_component(struct scratch *scratch, const void *name, __u32 length)
{
	if (length > 255)
		length = 255;
	if (!has_room(scratch, length + 1, PROBE_CUT_PATH))
		return false;
	__u32 at = scratch->used;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	asm volatile("" : "+r"(length));
	length &= 255;
	bpf_probe_read_kernel(scratch->data + at, length, name);
	at += length;
	scratch->data[at & OFFSET_MASK] = 0;
	scratch->used = at + 1;
	return true;
}

#define PATH_DEPTH_MAX 64

/* Where a walk up the tree of names has come to; pointers as numbers, so that they survive the steps. */
struct walk {
	struct scratch *scratch;
	__u64 dentry;
	__u64 mount;
	__u32 ended;
};

/* One step: out of a mount, or a component. Gives 1 at the end. */
static long walk_step(__u32 index, struct walk *walk)
{
	struct scratch *scratch = walk->scratch;
	struct dentry *dentry = CAST(dentry, walk->dentry);
	struct mount *mount = CAST(mount, walk->mount);
	if ((__u64)dentry == (__u64)LOAD(mount, mnt.mnt_root)) {
		__u64 above = (__u64)LOAD(mount, mnt_parent);
		walk->ended = above == walk->mount;
		walk->dentry = (__u64)LOAD(mount, mnt_mountpoint);
		walk->mount = above;
		return walk->ended;
	}
	walk->ended = 1;
	if (!append_component(scratch, LOAD(dentry, d_name.name), LOAD(dentry, d_name.len)))
		return 1;
	__u64 parent = (__u64)LOAD(dentry, d_parent);
	// the root of a file system that is mounted nowhere: its name is all there is
	if (parent == walk->dentry) {
		HEADER(scratch)->flags |= PROBE_PATH_DETACHED;
		return 1;
	}
	walk->ended = 0;
	walk->dentry = parent;
	return 0;
}

/*
 * The components from the file up to the root of the mount namespace that the path belongs to, mounts crossed.
 *
 * A function of its own, that takes numbers only (where to start is in the scratch area): its states do not multiply with the
 * caller's. Where the kernel has bpf_loop (5.17; all that have typed pointers do) the verifier looks at one step instead of 64.
 */
__noinline int walk_path(__u32 tag)
{
	__u32 zero = 0;
	struct scratch *scratch = bpf_map_lookup_elem(&scratch_area, &zero);
	if (!scratch || !has_room(scratch, sizeof(struct probe_string), PROBE_CUT_PATH))
		return 0;
	__u32 string = open_string(scratch, tag);
	struct walk walk = { .scratch = scratch, .dentry = scratch->dentry, .mount = scratch->mount };
#ifdef PROBE_COMPAT
	for (int i = 0; i < PATH_DEPTH_MAX; i++) {
		if (walk_step(i, &walk))
			break;
	}
#else
	bpf_loop(PATH_DEPTH_MAX, walk_step, &walk, 0);
#endif
	if (!walk.ended)
		HEADER(scratch)->flags |= PROBE_CUT_PATH;
	close_string(scratch, string);
	return 0;
}

static __always_inline void append_path(struct scratch *scratch, __u16 tag, struct dentry *dentry, struct mount *mount)
{
	scratch->dentry = (__u64)dentry;
	scratch->mount = (__u64)mount;
	walk_path(tag);
}

#define KERNEL_TEXT_MAX 4096

/* A NUL-terminated string of the kernel. */
static __always_inline void append_kernel_text(struct scratch *scratch, __u16 tag, const void *text)
{
	if (!has_room(scratch, sizeof(struct probe_string) + KERNEL_TEXT_MAX, PROBE_CUT_NAME))
		return;
	__u32 string = open_string(scratch, tag);
	__u32 at = scratch->used;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	long length = bpf_probe_read_kernel_str(scratch->data + at, KERNEL_TEXT_MAX, text);
	if (length > 0 && length <= KERNEL_TEXT_MAX)
		scratch->used = at + length;
	if (length == KERNEL_TEXT_MAX)
		HEADER(scratch)->flags |= PROBE_CUT_NAME;
	close_string(scratch, string);
}

/* A NUL-terminated string of the process. */
static __always_inline void append_user_text(struct scratch *scratch, __u16 tag, const void *text)
{
	if (!has_room(scratch, sizeof(struct probe_string) + 4096, PROBE_CUT_NAME))
		return;
	__u32 string = open_string(scratch, tag);
	__u32 at = scratch->used;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	long length = bpf_probe_read_user_str(scratch->data + at, 4096, text);
	if (length > 0 && length <= 4096)
		scratch->used = at + length;
	close_string(scratch, string);
}

#define ARGUMENT_BYTES_MAX 4095

/* The strings between two addresses of the process's memory, up to a bound. */
static __always_inline void append_user_strings(struct scratch *scratch, __u16 tag, unsigned long start, unsigned long length, __u32 cut_flag)
{
	if (!has_room(scratch, sizeof(struct probe_string) + ARGUMENT_BYTES_MAX, cut_flag))
		return;
	if (length > ARGUMENT_BYTES_MAX) {
		length = ARGUMENT_BYTES_MAX;
		HEADER(scratch)->flags |= cut_flag;
	}
	__u32 string = open_string(scratch, tag);
	__u32 at = scratch->used;
	asm volatile("" : "+r"(at));
	at &= OFFSET_MASK;
	asm volatile("" : "+r"(length));
	length &= ARGUMENT_BYTES_MAX;
	if (bpf_probe_read_user(scratch->data + at, length, (void *)start) == 0)
		scratch->used = at + length;
	else
		HEADER(scratch)->flags |= cut_flag;
	close_string(scratch, string);
}

/* argv as the process's memory has it. */
static __always_inline void append_arguments(struct scratch *scratch, struct mm_struct *mm)
{
	unsigned long start = LOAD(mm, arg_start);
	append_user_strings(scratch, PROBE_TAG_ARGUMENTS, start, LOAD(mm, arg_end) - start, PROBE_CUT_ARGUMENTS);
}

/* The environment as the program was given it. */
static __always_inline void append_environment(struct scratch *scratch, struct mm_struct *mm)
{
	unsigned long start = LOAD(mm, env_start);
	append_user_strings(scratch, PROBE_TAG_ENVIRONMENT, start, LOAD(mm, env_end) - start, PROBE_CUT_ENVIRONMENT);
}

#define CGROUP_DEPTH_MAX 8

static __always_inline void *cgroup_parent(struct kernfs_node *node)
{
	if (bpf_core_field_exists(((struct kernfs_node___new *)0)->__parent))
		return LOAD((struct kernfs_node___new *)CAST(kernfs_node___new, node), __parent);
	return LOAD(node, parent);
}
