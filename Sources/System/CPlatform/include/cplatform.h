/* SPDX-License-Identifier: Apache-2.0 */
/* The few calls that Swift's Glibc module does not import, or that need a C callback. */
#pragma once

/* Receives one formatted line of libbpf's log. `level`: 0 warning, 1 information, 2 debug. */
typedef void (*platform_log_line)(int level, const char *line);

/* Installs `line` as libbpf's printer, for the whole process. libbpf is found at link time by the caller. */
void platform_set_libbpf_log(platform_log_line line);

/* Gives freed heap pages back to the kernel (malloc_trim(3)); 1 when some were. */
int platform_trim_heap(void);

/*
 * Opens `path` as a process whose root directory is `root` would: no link and no ".." leads out of it (openat2(2),
 * RESOLVE_IN_ROOT; Linux 5.6). A descriptor, or -errno.
 */
int platform_open_in_root(int root, const char *path, unsigned long long flags);
