// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Opens by io_uring, on the tracepoint set (the security module sees them by itself). A file that goes into a ring's own table gets no descriptor. */
#include "lib/uring.h"
#include "lib/open.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/io_uring_complete")
int uring_open(unsigned long long *context)
{
	struct operation operation;
	struct probe_config *settings = wanted(PROBE_OPEN);
	if (!settings || !read_operation(context, &operation) || operation.result < 0)
		return 0;
	if (operation.code != URING_OPENAT && operation.code != URING_OPENAT2)
		return 0;
	struct task_struct *task = CURRENT();
	struct file *file = file_of_descriptor(task, operation.result);
	return file ? report_open(settings, task, file, operation.result, FLAGS_OF_FILE) : 0;
}
