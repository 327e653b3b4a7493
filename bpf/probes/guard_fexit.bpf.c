// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/*
 * The fentry hook set: what guard.bpf.c does, for kernels whose list of security modules does not have BPF but that let their functions be
 * traced. Looks when the modules have decided, so that a refused open is none.
 */
#include "lib/open.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("fexit/security_file_open")
int BPF_PROG(allowed_file_open, struct file *file, int denied)
{
	struct probe_config *settings = wanted(PROBE_OPEN);
	return settings && denied == 0 ? report_open(settings, CURRENT(), file, 0, FLAGS_OF_FILE) : 0;
}
