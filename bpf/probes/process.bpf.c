// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* exec, fork, exit: the three messages that the process tree is made of. */
#include "lib/call.h"
#include "lib/facts.h"
#include "lib/socket.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The cgroup of the task, leaf first: of the unified hierarchy or, where that is only a root, of the pids controller. */
static __always_inline void append_cgroup(struct scratch *scratch, struct task_struct *task)
{
	struct css_set *set = LOAD(task, cgroups);
	struct kernfs_node *node = LOAD(set, dfl_cgrp, kn);
	if (!cgroup_parent(node)) {
		__u32 index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
		struct cgroup_subsys_state *state = NULL;
		LOAD_SCALAR(state, &set->subsys[index & 15]);
		if (!state)
			return;
		state = CAST(cgroup_subsys_state, state);
		node = LOAD(state, cgroup, kn);
	}
	if (!has_room(scratch, sizeof(struct probe_string), PROBE_CUT_NAME))
		return;
	__u32 string = open_string(scratch, PROBE_TAG_CGROUP);
	for (int i = 0; i < CGROUP_DEPTH_MAX; i++) {
		void *parent = cgroup_parent(node);
		if (!parent)
			break;
		const char *name = LOAD(node, name);
		if (!has_room(scratch, 256, PROBE_CUT_NAME))
			break;
		__u32 at = scratch->used;
		asm volatile("" : "+r"(at));
		at &= OFFSET_MASK;
		long length = bpf_probe_read_kernel_str(scratch->data + at, 128, name);
		if (length <= 0 || length > 128)
			break;
		scratch->used = at + length;
		node = CAST(kernfs_node, parent);
	}
	close_string(scratch, string);
}

static __always_inline __u8 stdio_kind(struct task_struct *task, long fd)
{
	struct file *file = file_of_descriptor(task, fd);
	if (!file)
		return PROBE_STDIO_CLOSED;
	struct inode *inode = LOAD(file, f_inode);
	__u32 rdev;
	switch (LOAD(inode, i_mode) & S_IFMT) {
	case S_IFSOCK: {
		// many runtimes talk to their children over socket pairs; only other families lead to another machine
		struct sock *sock = sock_of_file(file);
		return sock && LOAD(sock, __sk_common.skc_family) == AF_UNIX ? PROBE_STDIO_UNIX : PROBE_STDIO_SOCKET;
	}
	case S_IFIFO:
		return PROBE_STDIO_PIPE;
	case S_IFCHR:
		// dev_t inside the kernel: 12 bits of major, 20 of minor
		rdev = LOAD(inode, i_rdev);
		if (rdev == ((1 << 20) | 3))
			return PROBE_STDIO_NULL;
		if ((rdev >> 20) == 4 || (rdev >> 20) == 5 || ((rdev >> 20) >= 136 && (rdev >> 20) <= 143))
			return PROBE_STDIO_TERMINAL;
		return PROBE_STDIO_FILE;
	}
	return PROBE_STDIO_FILE;
}

static __always_inline __u32 number_in_session(struct signal_struct *signal, __u32 type)
{
	struct pid *pid = NULL;
	LOAD_SCALAR(pid, &signal->pids[type & 3]);
	if (!pid)
		return 0;
	int number = 0;
	bpf_probe_read_kernel(&number, sizeof(number),
		(void *)pid + bpf_core_field_offset(struct pid, numbers) + bpf_core_field_offset(struct upid, nr));
	return number;
}

static __always_inline void fill_identity(struct probe_exec *body, struct task_struct *task)
{
	struct cred *cred = LOAD(task, cred);
	body->euid = LOAD(cred, euid.val);
	body->egid = LOAD(cred, egid.val);
	body->user_ns = LOAD(cred, user_ns, ns.inum);
	body->login_uid = -1;
	if (bpf_core_field_exists(task->loginuid))
		body->login_uid = LOAD(task, loginuid.val);

	struct signal_struct *signal = LOAD(task, signal);
	body->session_id = number_in_session(signal, PIDTYPE_SID);
	body->process_group = number_in_session(signal, PIDTYPE_PGID);
	struct tty_struct *tty = LOAD(signal, tty);
	if (tty) {
		struct tty_driver *driver = LOAD(tty, driver);
		body->tty = (__u32)LOAD(driver, major) << 20 | (__u32)(LOAD(driver, minor_start) + LOAD(tty, index));
	}
	struct nsproxy *namespaces = LOAD(task, nsproxy);
	if (namespaces) {
		body->mount_ns = LOAD(namespaces, mnt_ns, ns.inum);
		body->network_ns = LOAD(namespaces, net_ns, ns.inum);
	}
	struct pid *pid = LOAD(task, thread_pid);
	if (pid)
		body->ns_pid = own_namespace_pid(pid, &body->pid_ns);
	body->parent_start_ns = LOAD(task, real_parent, group_leader, start_boottime);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *current_task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct probe_config *settings = wanted(PROBE_EXEC);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_EXEC, sizeof(struct probe_exec));
	if (!scratch)
		return 0;
	struct probe_exec *body = BODY(scratch, probe_exec);
	fill_identity(body, task);
	for (int fd = 0; fd < 3; fd++)
		body->stdio[fd] = stdio_kind(task, fd);

	// the file that runs: of a script this is the interpreter
	struct file *file = LOAD(bprm, file);
	struct inode *inode = LOAD(file, f_inode);
	struct dentry *dentry = LOAD(file, f_path.dentry);
	body->inode = LOAD(inode, i_ino);
	body->device = LOAD(inode, i_sb, s_dev);
	body->flags = file_facts(inode, dentry);
	if (LOAD(bprm, interp) != LOAD(bprm, filename)) {
		body->flags |= PROBE_EXEC_SCRIPT;
		// a thread that execs takes the number of its leader
		append_kept_names(scratch, (bpf_get_current_pid_tgid() & ~0xFFFFFFFFULL) | (__u32)old_pid, PROBE_EXEC, sizeof(struct probe_exec));
	}

	struct mount *mount = mount_of_path(&file->f_path);
	if (mount)
		append_path(scratch, PROBE_TAG_PATH, dentry, mount);
	append_kernel_text(scratch, PROBE_TAG_FILENAME, LOAD(bprm, filename));
	struct mm_struct *mm = LOAD(task, mm);
	if (mm)
		append_arguments(scratch, mm);
	struct fs_struct *fs = LOAD(task, fs);
	if (fs) {
		mount = mount_of_path(&fs->pwd);
		if (mount)
			append_path(scratch, PROBE_TAG_CWD, LOAD(fs, pwd.dentry), mount);
	}
	append_cgroup(scratch, task);
	// last, for it is the first that may be cut
	if (mm && settings->environment)
		append_environment(scratch, mm);
	submit(scratch, settings, RANK_PROCESS);
	return 0;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(process_fork, struct task_struct *child, unsigned long clone_flags)
{
	// a new thread is not a new process
	if (LOAD(child, pid) != LOAD(child, tgid))
		return 0;
	struct probe_config *settings = wanted(PROBE_FORK);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_FORK, sizeof(struct probe_fork));
	if (!scratch)
		return 0;
	struct probe_fork *body = BODY(scratch, probe_fork);
	body->child_pid = LOAD(child, tgid);
	body->child_start_ns = LOAD(child, start_boottime);
	body->clone_flags = clone_flags;
	struct pid *pid = LOAD(child, thread_pid);
	if (pid)
		body->child_ns_pid = own_namespace_pid(pid, NULL);
	submit(scratch, settings, RANK_PROCESS);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *gone)
{
	struct probe_config *settings = wanted(PROBE_EXIT);
	struct task_struct *task = CURRENT();
	if (!settings)
		return 0;
	// the process ends with its last thread, which need not be the leader
	struct signal_struct *signal = LOAD(task, signal);
	if (LOAD(signal, live.counter) != 0 || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_EXIT, sizeof(struct probe_exit));
	if (!scratch)
		return 0;
	int group_code = LOAD(signal, group_exit_code);
	BODY(scratch, probe_exit)->code = group_code ? group_code : LOAD(task, exit_code);
	submit(scratch, settings, RANK_PROCESS);
	return 0;
}
