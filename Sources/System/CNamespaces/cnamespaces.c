// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cnamespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int namespace_new_network(void) {
    if (unshare(CLONE_NEWNET) < 0) return -errno;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strcpy(request.ifr_name, "lo");
    int result = 0;
    if (ioctl(fd, SIOCGIFFLAGS, &request) < 0) result = -errno;
    request.ifr_flags |= IFF_UP | IFF_RUNNING;
    if (result == 0 && ioctl(fd, SIOCSIFFLAGS, &request) < 0) result = -errno;
    close(fd);
    return result;
}

int namespace_open_own_network(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%ld/ns/net", syscall(SYS_gettid));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int namespace_mount_overlay(const char *target, const char *lower, const char *upper, const char *work) {
    char options[4096];
    int size = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, work);
    if (size < 0 || size >= (int)sizeof options) return -ENAMETOOLONG;
    return mount("overlay", target, "overlay", 0, options) < 0 ? -errno : 0;
}

int namespace_mount_tmpfs(const char *target, unsigned mebibytes) {
    char options[64];
    snprintf(options, sizeof options, "size=%um,mode=755", mebibytes);
    return mount("tmpfs", target, "tmpfs", MS_NODEV, options) < 0 ? -errno : 0;
}

int namespace_unmount(const char *target) { return umount2(target, MNT_DETACH) < 0 ? -errno : 0; }

void heap_use_one_arena(void) {
    mallopt(M_ARENA_MAX, 1);
}
