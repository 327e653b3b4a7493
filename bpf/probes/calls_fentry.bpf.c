// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The fentry hook set: targets, addresses and scripts, kept for the programs at the end of the call (call, network, process), and modules asked for. */
#define HOOK(name, function, ...) \
	SEC("fentry/" #function) \
	int BPF_PROG(calls_##name, __VA_ARGS__)
#include "lib/call_hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
