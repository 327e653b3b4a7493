// The libbpf interface as Swift imports it. Macros (LIBBPF_OPTS, for_each) are not imported; the edges do without.
#pragma once
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
