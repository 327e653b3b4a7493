/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a probe message looks like: read by the BPF compiler and, as the module CProbeABI, by Swift.
 *
 * A message is one header, one body (by kind) and a run of tagged strings:
 *
 *     struct probe_header | body | { struct probe_string | bytes }*
 *
 * Fixed widths, host byte order unless said, padding spelled out, kinds never reused. Nothing after the header is aligned
 * by more than 8 bytes from the start of the message; strings are not aligned at all.
 */
#pragma once

#ifndef __bpf__
#include <linux/types.h>
#endif

#define PROBE_ABI_VERSION 2

/* Largest message; longer ones are cut and say so in their flags. */
#define PROBE_RECORD_MAX 16384

enum probe_kind {
	PROBE_EXEC = 1,
	PROBE_FORK = 2,
	PROBE_EXIT = 3,
	PROBE_OPEN = 4,
	PROBE_CONNECT = 5,
	PROBE_ACCEPT = 6,
	PROBE_LISTEN = 7,
	PROBE_RENAME = 8,
	PROBE_UNLINK = 9,
	PROBE_LINK = 10,
	PROBE_SYMLINK = 11,
	PROBE_MKDIR = 12,
	PROBE_RMDIR = 13,
	PROBE_CHMOD = 14,
	PROBE_CHOWN = 15,
	PROBE_TRUNCATE = 16,
	PROBE_SETXATTR = 17,
	PROBE_MOUNT = 18,
	PROBE_UMOUNT = 19,
	PROBE_LIBRARY = 20,
	PROBE_DATAGRAM = 21,
	PROBE_DNS = 22,
	PROBE_PTRACE = 23,
	PROBE_UNSHARE = 24,
	PROBE_SETNS = 25,
	PROBE_MEMFD = 26,
	PROBE_BPF = 27,
	PROBE_VM_WRITE = 28,
	PROBE_USERFAULTFD = 29,
	PROBE_DUP = 30,
	PROBE_IO_URING = 31,
	PROBE_SETUID = 32,
	PROBE_SETGID = 33,
	PROBE_CAPSET = 34,
	PROBE_PROCESS_RENAME = 35,
	PROBE_KILL = 36,
	PROBE_MODULE = 37,
	PROBE_BIND = 38,
	PROBE_UTIMES = 39,
	PROBE_CHDIR = 40,
	PROBE_PACKET_SOCKET = 41, /* a socket that sees or makes whole packets */
	PROBE_SOCKET = 42,
	PROBE_OPEN_FAILED = 43,
	PROBE_KIND_COUNT = 44,
};

/* Why a message was not sent. */
enum probe_loss {
	PROBE_LOSS_RING_FULL = 0,    /* no room for any message */
	PROBE_LOSS_RING_RESERVE = 1, /* refused to keep the rest of the ring for messages of a higher rank */
	PROBE_LOSS_SCRATCH_BUSY = 2, /* a program interrupted another one on the same CPU */
	PROBE_LOSS_CONTEXT = 3,      /* what it belongs to was not seen, or was evicted: an answer without its question */
	PROBE_LOSS_BOUND = 4,        /* more of them at once than are looked at */
	PROBE_LOSS_COUNT = 5,
};

enum probe_flag {
	PROBE_CUT_PATH = 1,
	PROBE_CUT_ARGUMENTS = 2,
	PROBE_CUT_NAME = 4,
	PROBE_CUT_PAYLOAD = 8,
	PROBE_PATH_DETACHED = 16, /* the walk ended at the root of a file system that is mounted nowhere: pipes, memfds */
	PROBE_CUT_ENVIRONMENT = 32,
};

struct probe_header {
	__u64 boot_ns;    /* bpf_ktime_get_boot_ns */
	__u64 start_ns;   /* start_boottime of the thread group's leader */
	__u64 cgroup_id;  /* unified hierarchy */
	__u64 capabilities; /* effective, bit per CAP_* */
	__u32 kind;
	__u32 size;       /* of the whole message */
	__u32 pid;        /* thread group id in the initial namespace */
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	__u32 gid;
	__u32 flags;      /* enum probe_flag */
	char comm[16];
};

enum probe_exec_flag {
	PROBE_EXEC_MEMFD = 1,
	PROBE_EXEC_DELETED = 2,
	PROBE_EXEC_UPPER_LAYER = 4,
	PROBE_EXEC_SCRIPT = 8,
};

struct probe_exec {
	__u64 inode;
	__u64 parent_start_ns;
	__u32 device;
	__u32 flags;      /* enum probe_exec_flag */
	__u32 euid;
	__u32 egid;
	__u32 login_uid;
	__u32 session_id;
	__u32 process_group;
	__u32 tty;        /* device number, 0 for none */
	__u32 mount_ns;
	__u32 pid_ns;
	__u32 network_ns;
	__u32 user_ns;
	__u32 ns_pid;     /* pid inside its own namespace */
	__u8 stdio[3];    /* enum probe_stdio */
	__u8 pad;
};

enum probe_stdio {
	PROBE_STDIO_UNKNOWN = 0,
	PROBE_STDIO_FILE = 1,
	PROBE_STDIO_PIPE = 2,
	PROBE_STDIO_SOCKET = 3,
	PROBE_STDIO_TERMINAL = 4,
	PROBE_STDIO_NULL = 5,
	PROBE_STDIO_CLOSED = 6,
	PROBE_STDIO_UNIX = 7,    /* a socket that leads to a process of this machine */
};

struct probe_fork {
	__u64 child_start_ns;
	__u64 clone_flags;
	__u32 child_pid;
	__u32 child_ns_pid;
};

struct probe_exit {
	__u32 code;       /* as wait(2) gives it: status in bits 8..15, signal in bits 0..6 */
	__u32 pad;
};

struct probe_file {
	__u64 inode;
	__s64 result;
	__u32 device;
	__u32 flags;      /* O_*, AT_*; of a library enum probe_exec_flag */
	__u32 mode;       /* permission bits asked for */
	__u32 type;       /* S_IFMT bits of the inode */
	__u32 owner_uid;
	__u32 owner_gid;
};

struct probe_network {
	__u16 family;     /* AF_INET 2, AF_INET6 10, AF_UNIX 1 */
	__u16 protocol;   /* IPPROTO_TCP 6, IPPROTO_UDP 17 */
	__u16 local_port; /* host order */
	__u16 remote_port;
	__u8 local[16];   /* network order, IPv4 in the first four bytes */
	__u8 remote[16];
	__s32 result;
	__s32 fd;
};

struct probe_syscall {
	__u64 arguments[6];
	__s64 result;
	__u64 target_start_ns;
	__u32 target_pid;
	__u32 number;
};

/* Tags of the strings that follow a body. */
enum probe_tag {
	PROBE_TAG_PATH = 1,       /* components from the leaf to the root, each ended by a NUL */
	PROBE_TAG_SECOND_PATH = 2,
	PROBE_TAG_CWD = 3,        /* components */
	PROBE_TAG_ARGUMENTS = 4,  /* argv, each ended by a NUL */
	PROBE_TAG_FILENAME = 5,   /* as typed; of an exec and an open */
	PROBE_TAG_CGROUP = 6,     /* components */
	PROBE_TAG_TEXT = 7,
	PROBE_TAG_SECOND_TEXT = 8,
	PROBE_TAG_PAYLOAD = 9,    /* bytes of a packet */
	PROBE_TAG_SCRIPT = 10,    /* components: the file that the interpreter was started for */
	PROBE_TAG_ENVIRONMENT = 11, /* NAME=value, each ended by a NUL; only where the configuration asks for it */
};

/* Numbers of what is no system call, in the place of one. */
enum probe_call_number {
	PROBE_CALL_REQUEST_MODULE = 0x10000, /* the kernel wants a module on behalf of the process */
};

struct probe_string {
	__u16 tag;
	__u16 length;
};

/* What user space tells the programs; one element of the array map `config`. */
struct probe_config {
	__u32 own_pid;        /* the sensor's thread group: never reported */
	__u32 only_pid_ns;    /* 0, or the only pid namespace that is reported (tests, record) */
	__u64 wake_bytes;     /* wake the reader when so much is pending */
	__u64 bulk_limit;     /* pending bytes above which files, packets and connections are refused */
	__u64 call_limit;     /* the same for single system calls: above it only processes have room */
	__u64 kinds;          /* bit per kind: 0 = nobody wants it */
	__u32 only_sensitive; /* 1: of opened files only the sensitive ones, whatever they are opened for */
	__u32 environment;    /* 1: an exec carries the environment of its program */
};

/* Key of the map `sensitive_inodes`. */
struct probe_inode {
	__u64 inode;
	__u32 device;
	__u32 pad;
};

#define PROBE_NAME_MAX 32

/* Key of the map `sensitive_names`: a name cut at 31 bytes and padded with NULs. Value: enum probe_name_use bits. */
struct probe_name {
	char text[PROBE_NAME_MAX];
} __attribute__((aligned(8)));

#define PROBE_KNOWN_PATH_MAX 224

/* Value of the map `sensitive_inodes`: what the file is called where everybody looks for it. Name as in `probe_name`. */
struct probe_known {
	char name[PROBE_NAME_MAX];
	char path[PROBE_KNOWN_PATH_MAX];
};

enum probe_name_use {
	PROBE_NAME_FILE = 1,      /* a file of this name */
	PROBE_NAME_DIRECTORY = 2, /* any file below a directory of this name (two levels) */
};

_Static_assert(sizeof(struct probe_header) == 80, "probe_header");
_Static_assert(sizeof(struct probe_exec) == 72, "probe_exec");
_Static_assert(sizeof(struct probe_fork) == 24, "probe_fork");
_Static_assert(sizeof(struct probe_exit) == 8, "probe_exit");
_Static_assert(sizeof(struct probe_file) == 40, "probe_file");
_Static_assert(sizeof(struct probe_network) == 48, "probe_network");
_Static_assert(sizeof(struct probe_syscall) == 72, "probe_syscall");
_Static_assert(sizeof(struct probe_known) == 256, "probe_known");
