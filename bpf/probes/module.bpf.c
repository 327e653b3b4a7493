// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* Kernel modules, on kernels that have any: the calls that hand one over with their result, and what was loaded in the end. */
#include "lib/call.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { NONE = 6 };

ON_EXIT(init_module) { return report_call(PROBE_MODULE, context->ret, NONE, NONE); }
ON_EXIT(finit_module) { return report_call_of_file(PROBE_MODULE, context->ret, 0); }

// whichever way the module came, by the name that it gives itself
SEC("tp_btf/module_load")
int BPF_PROG(loaded_module, struct module *module)
{
	struct probe_config *settings = wanted(PROBE_MODULE);
	struct task_struct *task = CURRENT();
	if (!settings || !reported(settings, task))
		return 0;
	struct scratch *scratch = begin(task, PROBE_MODULE, sizeof(struct probe_syscall));
	if (!scratch)
		return 0;
	append_kernel_text(scratch, PROBE_TAG_TEXT, module->name);
	submit(scratch, settings, RANK_CALL);
	return 0;
}
