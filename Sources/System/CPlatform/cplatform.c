/* SPDX-License-Identifier: Apache-2.0 */
#include "cplatform.h"

#include <errno.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From bpf/libbpf.h; declared here so that only the module CLibbpf needs libbpf's headers. */
typedef int (*libbpf_print_fn_t)(int level, const char *format, va_list arguments);
libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t print);

static platform_log_line log_line;

static int print(int level, const char *format, va_list arguments)
{
	char line[2048];
	int length = vsnprintf(line, sizeof(line), format, arguments);

	if (log_line && length > 0)
		log_line(level, line);
	return length;
}

void platform_set_libbpf_log(platform_log_line line)
{
	log_line = line;
	libbpf_set_print(print);
}

void platform_map_large_blocks(void)
{
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
}

unsigned long long platform_load_position(const void *position)
{
	return __atomic_load_n((const unsigned long long *)position, __ATOMIC_ACQUIRE);
}

void platform_store_position(void *position, unsigned long long value)
{
	__atomic_store_n((unsigned long long *)position, value, __ATOMIC_RELEASE);
}

unsigned int platform_load_length(const void *length)
{
	return __atomic_load_n((const unsigned int *)length, __ATOMIC_ACQUIRE);
}

int platform_trim_heap(void)
{
	return malloc_trim(0);
}

int platform_open_in_root(int root, const char *path, unsigned long long flags)
{
	struct open_how how = { .flags = flags, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}
