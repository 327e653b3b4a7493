// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * Library loads: the first executable mapping of each file in each mount namespace, which is to say in each container. What
 * the kernel itself maps to run a program (the program, its loader) comes with the exec.
 */
#include "lib/call.h"
#include "lib/facts.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { PROT_EXEC = 4, MAP_ANONYMOUS = 32 };

struct mapped_file {
	__u64 inode;
	__u32 device;
	__u32 mount_ns;
};

/* An evicted file is reported again when it is mapped again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct mapped_file);
	__type(value, __u32);
} mapped_files SEC(".maps");

ON_EXIT(mmap)
{
	// addresses of user space are positive, errors are not
	if (context->ret < 0)
		return 0;
	struct probe_config *settings = wanted(PROBE_LIBRARY);
	if (!settings)
		return 0;
	struct call call;
	read_call(&call);
	if (!(call.argument[2] & PROT_EXEC) || (call.argument[3] & MAP_ANONYMOUS))
		return 0;
	struct task_struct *task = CURRENT();
	struct file *file = file_of_descriptor(task, (int)call.argument[4]);
	struct nsproxy *namespaces = LOAD(task, nsproxy);
	if (!file || !namespaces)
		return 0;
	struct inode *inode = LOAD(file, f_inode);
	struct mapped_file key = { .inode = LOAD(inode, i_ino), .device = LOAD(inode, i_sb, s_dev), .mount_ns = LOAD(namespaces, mnt_ns, ns.inum) };
	if (bpf_map_lookup_elem(&mapped_files, &key) || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_LIBRARY, sizeof(struct probe_file));
	if (!scratch)
		return 0;
	// seen only once there is a message about it; of two that race, one makes the entry
	__u32 one = 1;
	if (bpf_map_update_elem(&mapped_files, &key, &one, BPF_NOEXIST)) {
		abandon(scratch);
		return 0;
	}
	struct dentry *dentry = LOAD(file, f_path.dentry);
	struct probe_file *body = BODY(scratch, probe_file);
	body->inode = key.inode;
	body->device = key.device;
	body->flags = file_facts(inode, dentry);
	body->mode = LOAD(inode, i_mode) & 07777;
	body->type = LOAD(inode, i_mode) & S_IFMT;
	body->owner_uid = LOAD(inode, i_uid.val);
	body->owner_gid = LOAD(inode, i_gid.val);
	append_file(scratch, PROBE_TAG_PATH, file);
	submit(scratch, settings, RANK_BULK);
	return 0;
}
