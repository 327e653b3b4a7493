// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The LSM hook set: the same messages as file.bpf.c, from a hook that no way into the kernel goes round (io_uring included).
 * Needs BPF in the kernel's list of security modules, and no lockdown.
 */
#include "lib/open.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("lsm/file_open")
int BPF_PROG(guard_file_open, struct file *file, int denied)
{
	struct probe_config *settings = wanted(PROBE_OPEN);
	if (settings && denied == 0)
		report_open(settings, CURRENT(), file, 0, FLAGS_OF_FILE);
	// never decides: what other modules said stands
	return denied;
}
