// SPDX-License-Identifier: GPL-2.0 OR Apache-2.0
/* The fentry hook set: names of what is changed, kept for the exit of the call (change.bpf.c). */
#define HOOK(name, ...) \
	SEC("fentry/security_" #name) \
	int BPF_PROG(names_##name, __VA_ARGS__)
#include "lib/name_hooks.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
