/* SPDX-License-Identifier: Apache-2.0 */
/* Namespace and mount calls that Swift's Glibc module does not import. Each returns 0, or -errno. */
#pragma once

/* Moves the calling thread into a network namespace of its own and brings its loopback device up. */
int namespace_new_network(void);

/* Opens the network namespace of the calling thread; the descriptor (close-on-exec) keeps it alive. */
int namespace_open_own_network(void);

/* Mounts an overlay of `lower` (colon-separated) with `upper` and `work` on `target`. */
int namespace_mount_overlay(const char *target, const char *lower, const char *upper, const char *work);

/* Mounts an empty tmpfs of at most `mebibytes` on `target`. */
int namespace_mount_tmpfs(const char *target, unsigned mebibytes);

/* Takes away what is mounted on `target`, even while it is in use. */
int namespace_unmount(const char *target);

/* Keeps all of malloc(3) in one arena; to be called before the first thread is made. */
void heap_use_one_arena(void);
