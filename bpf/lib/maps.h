/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The maps that all objects share. Each object declares them; the loader creates them once and hands the same descriptors to
 * every object, by name.
 */
#pragma once

#include "lib/read.h"
#include "abi/probe_abi.h"

/* Sized by the loader before load. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} messages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct probe_config);
} config SEC(".maps");

/* Messages sent, by kind. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PROBE_KIND_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} sent SEC(".maps");

/* Messages that were not sent, by kind and cause: kind * PROBE_LOSS_COUNT + cause. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PROBE_KIND_COUNT * PROBE_LOSS_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

/* Names and inodes of which a read is reported, not only a write. Filled from what the rules ask for. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct probe_name);
	__type(value, __u32);
} sensitive_names SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2048);
	__type(key, struct probe_inode);
	__type(value, struct probe_known);
} sensitive_inodes SEC(".maps");

/*
 * Where a message is put together. The running offset lives in the map's memory and not in a register: the verifier does
 * not follow map memory, so the states of a loop compare equal and are pruned.
 */
struct scratch {
	__u32 busy;
	__u32 used;
	__u64 dentry;	/* where a walk starts; pointers as numbers */
	__u64 mount;
	char data[PROBE_RECORD_MAX];
	char slack[4096 + 256];	/* room for the verifier: the last masked offset plus the longest copy */
	struct {	/* a look at the parts of a typed name, from its end */
		__u32 at, stop, parts, ups, found;
	} back;
};

/*
 * What a hook saw in the middle of a call that has not returned, by thread: the kernel's own objects, which nobody can swap any more. The
 * program at the call's exit takes it; where no hook has looked it does with the words of the caller. Only the lsm and fentry sets fill these.
 */
#define KEPT_DATA 8512

/* Names: the beginning of a scratch area, as it is. */
struct kept_names {
	__u32 busy;
	__u32 used;
	__u64 dentry;
	__u64 mount;
	char data[KEPT_DATA];
};
_Static_assert(__builtin_offsetof(struct kept_names, data) == __builtin_offsetof(struct scratch, data), "kept_names");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, struct kept_names);
} kept_names SEC(".maps");

/* The mount in which a call changes an attribute, for the hook that sees the file without it: as a number, 0 once that hook has been asked. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u64);
} kept_mounts SEC(".maps");

/* The process that a call is aimed at. */
struct kept_target {
	__u64 start_ns;
	__u32 pid;
	__u32 number;	/* of the call */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, struct kept_target);
} kept_targets SEC(".maps");

/* The address that a socket is to be connected to: the longest that is looked at is struct sockaddr_un, of 110 bytes. */
struct kept_address {
	__u8 bytes[128];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 256);
	__type(key, __u64);
	__type(value, struct kept_address);
} kept_addresses SEC(".maps");

/* Packets arrive in the middle of whatever a task is doing: their messages are put together in a place of their own. */
enum scratch_slot { SCRATCH_TASK = 0, SCRATCH_EGRESS = 1, SCRATCH_INGRESS = 2, SCRATCH_SLOTS = 3 };

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch_area SEC(".maps");
