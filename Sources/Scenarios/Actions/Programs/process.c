// What attackers do to processes and the kernel, made harmless: `process SUBCOMMAND [ARGUMENT...]`.
// Targets are children of our own; kernel doors are tried with empty or refused input.
// Exit 0: it was done, or refused as expected. Exit 1: it could not be tried. Exit 2: wrong usage.
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void copy(int from, int to) {
    char buffer[65536];
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, (size_t)n) != n) err(1, "write");
    if (n < 0) err(1, "read");
}

static int finish(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) < 0) err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// fileless FILE [NAME]: FILE's bytes in an anonymous file, run from there
static int fileless(int argc, char **argv) {
    if (argc < 1) errx(2, "fileless FILE [NAME]");
    int from = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (from < 0) err(1, "%s", argv[0]);
    int memory = memfd_create(argc > 1 ? argv[1] : "implant", MFD_CLOEXEC);
    if (memory < 0) err(1, "memfd_create");
    copy(from, memory);
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) {
        char *arguments[] = {argc > 1 ? argv[1] : "implant", NULL};
        fexecve(memory, arguments, environ);
        _exit(127);
    }
    return finish(child);
}

// drop FILE TARGET [ARGUMENT...]: FILE copied to TARGET, made executable, run, removed
static int drop(int argc, char **argv) {
    if (argc < 2) errx(2, "drop FILE TARGET [ARGUMENT...]");
    int from = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (from < 0) err(1, "%s", argv[0]);
    int to = open(argv[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (to < 0) err(1, "%s", argv[1]);
    copy(from, to);
    if (close(to) < 0 || chmod(argv[1], 0755) < 0) err(1, "%s", argv[1]);
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) {
        execv(argv[1], argv + 1);
        _exit(127);
    }
    int status = finish(child);
    if (unlink(argv[1]) < 0) err(1, "unlink");
    return status;
}

// as NAME FILE [ARGUMENT...]: FILE run under an argv[0] of our choice
static int as(int argc, char **argv) {
    if (argc < 2) errx(2, "as NAME FILE [ARGUMENT...]");
    const char *file = argv[1];
    argv[1] = argv[0];
    execv(file, argv + 1);
    err(1, "%s", file);
}

// a child of ours that waits for us; it dies with us
static pid_t target(uint64_t *shared) {
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int i = 0; i < 3000 && *(volatile uint64_t *)shared == 0; i++) usleep(10000);
        _exit(*(volatile uint64_t *)shared == 42 ? 0 : 1);
    }
    return child;
}

static uint64_t word;

static int ptrace_poke(int argc, char **argv) {
    pid_t child = target(&word);
    if (ptrace(PTRACE_ATTACH, child, 0, 0) < 0) err(1, "PTRACE_ATTACH");
    if (waitpid(child, NULL, 0) < 0) err(1, "waitpid");
    if (ptrace(PTRACE_POKEDATA, child, &word, 42) < 0) err(1, "PTRACE_POKEDATA");
    if (ptrace(PTRACE_DETACH, child, 0, 0) < 0) err(1, "PTRACE_DETACH");
    return finish(child);
}

static int trace_me(int argc, char **argv) { return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? 1 : 0; }

static int vm_write(int argc, char **argv) {
    pid_t child = target(&word);
    uint64_t value = 42;
    struct iovec here = {&value, sizeof value}, there = {&word, sizeof word};
    if (process_vm_writev(child, &here, 1, &there, 1, 0) != sizeof value) err(1, "process_vm_writev");
    return finish(child);
}

static int mem_write(int argc, char **argv) {
    pid_t child = target(&word);
    char path[64];
    uint64_t value = 42;
    snprintf(path, sizeof path, "/proc/%d/mem", child);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) err(1, "%s", path);
    if (pwrite(fd, &value, sizeof value, (off_t)(uintptr_t)&word) != sizeof value) err(1, "pwrite");
    return finish(child);
}

static int unshare_user(int argc, char **argv) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 && errno != EPERM && errno != ENOSPC) err(1, "unshare");
    return 0;
}

// into our own namespace again: the call is made, nothing changes
static int set_namespace(int argc, char **argv) {
    int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
    if (fd < 0) err(1, "/proc/self/ns/uts");
    if (setns(fd, CLONE_NEWUTS) < 0 && errno != EPERM) err(1, "setns");
    return 0;
}

// a program of two instructions that returns 0, never attached to anything
static int bpf_load(int argc, char **argv) {
    struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0}, {.code = BPF_JMP | BPF_EXIT}};
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = (uintptr_t)program;
    attributes.insn_cnt = 2;
    attributes.license = (uintptr_t) "GPL";
    long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
    if (fd < 0 && errno != EPERM) err(1, "bpf");
    return 0;
}

// an empty file is no module: the kernel says so
static int module_load(int argc, char **argv) {
    int fd = memfd_create("module", MFD_CLOEXEC);
    if (fd < 0) err(1, "memfd_create");
    return syscall(SYS_finit_module, fd, "", 0) == 0 ? 1 : 0;
}

static int user_fault(int argc, char **argv) {
    long fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* UFFD_USER_MODE_ONLY */);
    if (fd < 0 && errno != EPERM && errno != ENOSYS) err(1, "userfaultfd");
    return 0;
}

static int uring(int argc, char **argv) {
    char parameters[256] = {0};
    long fd = syscall(SYS_io_uring_setup, 4, parameters);
    if (fd < 0 && errno != EPERM && errno != ENOSYS) err(1, "io_uring_setup");
    return 0;
}

// One operation on a ring, from handing it over to its result.
static int operate(int ring, const struct io_uring_params *p, char *rings, struct io_uring_sqe *entries, struct io_uring_sqe entry) {
    unsigned *tail = (unsigned *)(rings + p->sq_off.tail), *head = (unsigned *)(rings + p->cq_off.head);
    unsigned slot = *tail & *(unsigned *)(rings + p->sq_off.ring_mask);
    entries[slot] = entry;
    ((unsigned *)(rings + p->sq_off.array))[slot] = slot;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1) err(1, "io_uring_enter");
    struct io_uring_cqe *done = (struct io_uring_cqe *)(rings + p->cq_off.cqes) + (*head & *(unsigned *)(rings + p->cq_off.ring_mask));
    int result = done->res;
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
    return result;
}

// uring-read FILE: FILE opened and read without a system call for either
static int uring_read(int argc, char **argv) {
    if (argc != 1) errx(2, "uring-read FILE");
    struct io_uring_params p = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 4, &p);
    if (ring < 0) err(1, "io_uring_setup");
    size_t size = p.sq_off.array + p.sq_entries * sizeof(unsigned), other = p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe);
    char *rings = mmap(NULL, size > other ? size : other, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe *entries = mmap(NULL, p.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    if (rings == MAP_FAILED || entries == MAP_FAILED) err(1, "mmap");
    char buffer[512];
    int fd = operate(ring, &p, rings, entries, (struct io_uring_sqe){.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)argv[0], .open_flags = O_RDONLY});
    if (fd < 0) errx(1, "%s: %s", argv[0], strerror(-fd));
    int n = operate(ring, &p, rings, entries, (struct io_uring_sqe){.opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)buffer, .len = sizeof buffer});
    return n < 0;
}

// mount PATH: an empty tmpfs on PATH, taken away again
static int mount_tmpfs(int argc, char **argv) {
    if (argc != 1) errx(2, "mount PATH");
    if (mount("none", argv[0], "tmpfs", MS_NOSUID | MS_NODEV, "size=64k") < 0) return errno == EPERM || errno == EACCES ? 0 : 1;
    return umount(argv[0]);
}

static int rename_self(int argc, char **argv) {
    if (argc != 1) errx(2, "rename NAME");
    return prctl(PR_SET_NAME, argv[0]) < 0 ? 1 : 0;
}

// kill: a child of ours gets the signal that a sensor would get
static int kill_child(int argc, char **argv) {
    pid_t child = target(&word);
    if (kill(child, SIGKILL) < 0) err(1, "kill");
    return waitpid(child, NULL, 0) == child ? 0 : 1;
}

// unprivileged SUBCOMMAND [ARGUMENT...]: another subcommand as nobody
static int unprivileged(int argc, char **argv) {
    if (argc < 1) errx(2, "unprivileged SUBCOMMAND [ARGUMENT...]");
    if (setgid(65534) < 0 || setuid(65534) < 0) err(1, "setuid");
    execv("/proc/self/exe", argv - 1);
    err(1, "/proc/self/exe");
}

// attribute FILE NAME: an extended attribute, taken away again; security.capability grants CAP_NET_RAW
static int attribute(int argc, char **argv) {
    if (argc != 2) errx(2, "attribute FILE NAME");
    // struct vfs_cap_data of include/uapi/linux/capability.h, revision 2
    uint32_t capability[5] = {0x02000001, 1 << 13};
    int is_capability = !strcmp(argv[1], "security.capability");
    if (setxattr(argv[0], argv[1], is_capability ? (void *)capability : "x", is_capability ? sizeof capability : 1, 0) < 0) err(1, "setxattr");
    return removexattr(argv[0], argv[1]);
}

// files remove|rename FOLDER COUNT [ENDING]: files made in a folder of their own below FOLDER, then removed, or renamed first
static int files(int argc, char **argv) {
    int renames = argc == 4 && !strcmp(argv[0], "rename");
    if (!renames && (argc != 3 || strcmp(argv[0], "remove"))) errx(2, "files remove|rename FOLDER COUNT [ENDING]");
    char folder[256], name[320], other[384];
    snprintf(folder, sizeof folder, "%s/wiz-files", argv[1]);
    if (mkdir(folder, 0700) < 0) err(1, "%s", folder);
    int count = atoi(argv[2]);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%d.txt", folder, i);
        if (mknod(name, S_IFREG | 0600, 0) < 0) err(1, "%s", name);
    }
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%d.txt", folder, i);
        snprintf(other, sizeof other, "%s%s", name, renames ? argv[3] : "");
        if (renames && rename(name, other) < 0) err(1, "%s", other);
        if (!renames && unlink(name) < 0) err(1, "%s", name);
    }
    for (int i = 0; renames && i < count; i++) {
        snprintf(other, sizeof other, "%s/%d.txt%s", folder, i, argv[3]);
        if (unlink(other) < 0) err(1, "%s", other);
    }
    return rmdir(folder);
}

static long number(const char *text, long max) {
    char *end;
    long n = strtol(text, &end, 10);
    if (*end || n < 1 || n > max) errx(2, "'%s' is not a number from 1 to %ld", text, max);
    return n;
}

// hog-memory MIB SECONDS: anonymous memory, touched, kept, given back
static int hog_memory(int argc, char **argv) {
    if (argc != 2) errx(2, "hog-memory MIB SECONDS");
    size_t size = (size_t)number(argv[0], 1024) << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) err(1, "mmap");
    for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
    sleep((unsigned)number(argv[1], 25));
    return munmap(memory, size);
}

// storm FOLDER PER-SECOND SECONDS: files of ever new names, made and removed, in bursts of a hundredth of a second
static int storm(int argc, char **argv) {
    if (argc != 3) errx(2, "storm FOLDER PER-SECOND SECONDS");
    long burst = number(argv[1], 100000) / 100 + 1, made = 0;
    struct timespec next, now;
    clock_gettime(CLOCK_MONOTONIC, &next);
    time_t end = next.tv_sec + number(argv[2], 25);
    do {
        for (long i = 0; i < burst; i++) {
            char name[320];
            snprintf(name, sizeof name, "%s/wiz-storm-%ld", argv[0], made++);
            int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            if (fd < 0) err(1, "%s", name);
            close(fd);
            if (unlink(name) < 0) err(1, "%s", name);
        }
        next.tv_nsec += 10000000;
        if (next.tv_nsec >= 1000000000) {
            next.tv_nsec -= 1000000000;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec < end);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(int, char **);
} subcommands[] = {
    {"fileless", fileless},     {"drop", drop},           {"as", as},
    {"ptrace", ptrace_poke},    {"trace-me", trace_me},   {"vm-write", vm_write},
    {"mem-write", mem_write},   {"unshare", unshare_user}, {"setns", set_namespace},
    {"bpf", bpf_load},          {"module", module_load},  {"userfaultfd", user_fault},
    {"io-uring", uring},        {"uring-read", uring_read}, {"mount", mount_tmpfs},   {"rename", rename_self},
    {"kill", kill_child},       {"unprivileged", unprivileged}, {"attribute", attribute},
    {"files", files},           {"hog-memory", hog_memory}, {"storm", storm},
};

int main(int argc, char **argv) {
    alarm(30);  // whatever goes wrong, it ends
    for (size_t i = 0; argc > 1 && i < sizeof subcommands / sizeof *subcommands; i++)
        if (!strcmp(argv[1], subcommands[i].name)) return subcommands[i].run(argc - 2, argv + 2);
    errx(2, "unknown subcommand '%s'", argc > 1 ? argv[1] : "");
}
