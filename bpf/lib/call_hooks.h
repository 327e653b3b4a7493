/* SPDX-License-Identifier: GPL-2.0 OR Apache-2.0 */
/*
 * The hooks that keep something else than names of files for the exit of a call, once for both sets: HOOK(name, function, arguments) makes one of them,
 * at the hook of a security module or at the kernel's function that asks all modules.
 */
#pragma once

#include "lib/keep.h"

HOOK(bprm_check_security, security_bprm_check, struct linux_binprm *program) { return keep_script(program); }

HOOK(ptrace_access_check, security_ptrace_access_check, struct task_struct *child)
{
	struct call call;
	read_call(&call);
	return keep_target(call.number == CALL_VM_WRITE ? PROBE_VM_WRITE : PROBE_PTRACE, child);
}

// signal 0 is not reported, and nobody would take its target
HOOK(task_kill, security_task_kill, struct task_struct *receiver, void *details, int signal)
{
	return signal ? keep_target(PROBE_KILL, receiver) : 0;
}

HOOK(socket_connect, security_socket_connect, struct socket *socket, void *address, int length) { return keep_address(address, length); }
HOOK(kernel_module_request, security_kernel_module_request, const char *name) { return report_wanted_module(name); }
