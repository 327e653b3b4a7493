/* SPDX-License-Identifier: Apache-2.0 */
/* The few calls that Swift's Glibc module does not import, or that need a C callback. */
#pragma once

/* Receives one formatted line of libbpf's log. `level`: 0 warning, 1 information, 2 debug. */
typedef void (*platform_log_line)(int level, const char *line);

/* Installs `line` as libbpf's printer, for the whole process. libbpf is found at link time by the caller. */
void platform_set_libbpf_log(platform_log_line line);

/*
 * Lets blocks of 64 KiB and more have mappings of their own, always: glibc raises that bound to the size of what is freed, and the
 * type information of the kernel, freed once for each probe object, would leave a heap of ten MiB of holes (mallopt(3),
 * M_MMAP_THRESHOLD). Called before anything large is freed.
 */
void platform_map_large_blocks(void);

/* Gives freed heap pages back to the kernel (malloc_trim(3)); 1 when some were. */
int platform_trim_heap(void);

/*
 * The positions of a BPF ring buffer and the lengths in it are written by other processors meanwhile: what was written before them is
 * seen after them (acquire), and reading is done before the room is given back (release).
 */
unsigned long long platform_load_position(const void *position);
void platform_store_position(void *position, unsigned long long value);
unsigned int platform_load_length(const void *length);

/*
 * Opens `path` as a process whose root directory is `root` would: no link and no ".." leads out of it (openat2(2),
 * RESOLVE_IN_ROOT; Linux 5.6). A descriptor, or -errno.
 */
int platform_open_in_root(int root, const char *path, unsigned long long flags);
