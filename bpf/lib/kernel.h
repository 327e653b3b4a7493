/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The kernel's types, as far as the probes read them. Only names and types of fields matter: libbpf relocates every access
 * against the BTF of the running kernel (CO-RE), so sizes, order and missing fields do not.
 */
#pragma once

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef signed short __s16;
typedef unsigned int __u32;
typedef signed int __s32;
typedef unsigned long long __u64;
typedef signed long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef _Bool bool;
typedef int pid_t;
enum { false = 0, true = 1 };

/* UAPI of bpf(2). */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_ANY = 0, BPF_NOEXIST = 1 };
enum { BPF_F_NO_PREALLOC = 1 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };
enum { BPF_RB_AVAIL_DATA = 0 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct { unsigned int val; } kuid_t;
typedef struct { unsigned int val; } kgid_t;
typedef struct { int counter; } atomic_t;
typedef struct { __u64 val; } kernel_cap_t;	/* read as bytes: two words of 32 bits before 6.3, in the same order */

struct ns_common { unsigned int inum; };
struct user_namespace { struct ns_common ns; };
struct mnt_namespace { struct ns_common ns; };
struct net { struct ns_common ns; };
struct pid_namespace { unsigned int level; struct ns_common ns; };
struct nsproxy { struct mnt_namespace *mnt_ns; struct net *net_ns; };
struct upid { int nr; struct pid_namespace *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };

struct cred {
	kuid_t uid; kgid_t gid; kuid_t euid; kgid_t egid;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
};

struct qstr { union { struct { __u32 hash; __u32 len; }; __u64 hash_len; }; const unsigned char *name; };
struct super_block { __u32 s_dev; unsigned long s_magic; };
struct inode {
	__u16 i_mode; kuid_t i_uid; kgid_t i_gid; __u32 i_rdev; unsigned long i_ino; struct super_block *i_sb; unsigned int i_nlink;
};
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; struct super_block *d_sb; };
struct ovl_inode { struct inode vfs_inode; struct dentry *__upperdentry; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file { struct path f_path; struct inode *f_inode; unsigned int f_flags; unsigned int f_mode; void *private_data; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root, pwd; };

struct mm_struct { unsigned long arg_start, arg_end, env_start, env_end; struct file *exe_file; };
struct tty_driver { int major, minor_start; };
struct tty_struct { struct tty_driver *driver; int index; };
struct signal_struct { atomic_t live; int group_exit_code; struct pid *pids[4]; struct tty_struct *tty; };

struct kernfs_node { struct kernfs_node *parent; const char *name; __u64 id; };
struct kernfs_node___new { struct kernfs_node___new *__parent; };	/* the field's name from 6.15 on */
struct cgroup { struct kernfs_node *kn; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[16]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { pids_cgrp_id = 7 };	/* relocated: the number differs by kernel configuration */
enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID };

struct task_struct {
	struct mm_struct *mm;
	int exit_code;
	pid_t pid, tgid;
	struct task_struct *real_parent, *group_leader;
	__u64 start_boottime;
	unsigned int flags;
	struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct pid *thread_pid;
	struct css_set *cgroups;
	kuid_t loginuid;
};

struct module { char name[56]; };
struct linux_binprm { struct file *file; const char *filename, *interp; char buf[2]; };

struct in6_addr { union { __u8 u6_addr8[16]; __be32 u6_addr32[4]; } in6_u; };
struct sock_common {
	union { struct { __be32 skc_daddr; __be32 skc_rcv_saddr; }; };
	union { struct { __be16 skc_dport; __u16 skc_num; }; };
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock { struct sock_common __sk_common; __u16 sk_protocol; };
struct sockaddr_un { __u16 sun_family; char sun_path[108]; };
struct unix_address { int len; struct sockaddr_un name[1]; };
struct unix_sock { struct sock sk; struct unix_address *addr; struct path path; struct sock *peer; };
struct socket { struct sock *sk; };

struct io_kiocb { struct file *file; __u8 opcode; };
struct io_uring_cqe { __u64 user_data; __s32 res; };

#if defined(__TARGET_ARCH_x86)
struct pt_regs { unsigned long r10, r9, r8, dx, si, di, orig_ax; };
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs { __u64 regs[31]; };
struct pt_regs { struct user_pt_regs user_regs; __u64 orig_x0; __s32 syscallno; };
#endif
struct trace_entry { unsigned short type; unsigned char flags, preempt_count; int pid; };
struct trace_event_raw_sys_enter { struct trace_entry ent; long id; unsigned long args[6]; };
struct trace_event_raw_sys_exit { struct trace_entry ent; long id; long ret; };

#pragma clang attribute pop

/* UAPI: the layout is fixed and is not relocated. */
struct bpf_sock { __u32 bound_dev_if, family, type, protocol, mark, priority, src_ip4, src_ip6[4], src_port; };
struct bpf_sock_addr {
	__u32 user_family, user_ip4, user_ip6[4], user_port, family, type, protocol, msg_src_ip4, msg_src_ip6[4];
	union { struct bpf_sock *sk; __u64 : 64; } __attribute__((aligned(8)));
};
struct __sk_buff { __u32 len, pkt_type, mark, queue_mapping, protocol; };

/* Constants of the kernel's interface to user space. */
#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define AF_INET 2
#define AF_INET6 10
#define AF_UNIX 1
#define AF_PACKET 17
#define SOCK_RAW 3
#define SOCK_TYPE_MASK 0xf
#define EINPROGRESS 115
#define EISCONN 106
#define EALREADY 114
#define PF_IO_WORKER 0x10
#define PF_KTHREAD 0x200000
#define PF_USER_WORKER 0x4000
#define O_CREAT 0100
#define O_TRUNC 01000
#define O_TMPFILE 020000000 /* without the O_DIRECTORY that user space adds */
#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define AT_FDCWD (-100)
#define AT_REMOVEDIR 0x200
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD
