// load MODE COUNT SECONDS [PATH]: does one thing over and over, COUNT times or for SECONDS, whichever ends first (0: no such end), and says
// what it took:
//
//     made=20000 wall_ns=... cpu_ns=...
//
//   exec     fork + exec of /bin/true, waited for
//   read     open + close of PATH for reading
//   write    open + close of PATH for writing
//   refused  an open for reading of a name beside PATH that is not there
//   writes   the same of 4,096 files of a folder of its own beside PATH, one after the other
//   connect  TCP connect to a server of its own on loopback
//   dns      a question to a server of its own on port 53 of a network namespace of its own, and the answer
//   churn    a process in mount, pid, UTS and IPC namespaces and in a control group of its own named as a container's would be; it runs /bin/true
//
// A session of its own, as somebody else's program has: the scheduler shares the processors between sessions, not between threads.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *path;
static struct sockaddr_in server = {.sin_family = AF_INET};
static int client = -1;
static char group[256];

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t used(int who) {
    struct rusage usage;
    getrusage(who, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 + (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static void run_true(void) {
    execl("/bin/true", "true", (char *)NULL);
    _exit(127);
}

enum { FILES = 4096 };

static void wait_for(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) err(1, "waitpid");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) errx(1, "a child failed with %#x", status);
}

static void do_exec(uint64_t index) {
    (void)index;
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child == 0) run_true();
    wait_for(child);
}

static void do_open(int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) err(1, "%s", path);
    close(fd);
}

static void do_read(uint64_t index) {
    (void)index;
    do_open(O_RDONLY);
}

static void do_write(uint64_t index) {
    (void)index;
    do_open(O_WRONLY);
}

static char absent[512];

static void start_refused(void) { snprintf(absent, sizeof absent, "%s-absent", path); }

static void do_refused(uint64_t index) {
    (void)index;
    if (open(absent, O_RDONLY | O_CLOEXEC) >= 0 || errno != ENOENT) errx(1, "%s is there", absent);
}

static void name_of_file(char *name, size_t size, uint64_t index) {
    snprintf(name, size, "%s-%d.%u", path, getpid(), (unsigned)(index % FILES));
}

static void start_writes(void) {
    char name[320];
    for (uint64_t i = 0; i < FILES; i++) {
        name_of_file(name, sizeof name, i);
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0) err(1, "%s", name);
        close(fd);
    }
}

static void do_writes(uint64_t index) {
    char name[320];
    name_of_file(name, sizeof name, index);
    int fd = open(name, O_WRONLY | O_CLOEXEC);
    if (fd < 0) err(1, "%s", name);
    close(fd);
}

static void end_writes(void) {
    char name[320];
    for (uint64_t i = 0; i < FILES; i++) {
        name_of_file(name, sizeof name, i);
        unlink(name);
    }
}

// A child that serves until its parent goes.
static void serve(void (*body)(int), int fd) {
    pid_t child = fork();
    if (child < 0) err(1, "fork");
    if (child > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    body(fd);
    _exit(0);
}

static int bound_socket(int type, uint16_t port) {
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof server;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server.sin_port = htons(port);
    if (fd < 0 || bind(fd, (struct sockaddr *)&server, sizeof server) < 0 || getsockname(fd, (struct sockaddr *)&server, &length) < 0) err(1, "bind");
    return fd;
}

static void accept_all(int fd) {
    for (;;) {
        int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer >= 0) close(peer);
    }
}

static void start_connect(void) {
    int fd = bound_socket(SOCK_STREAM, 0);
    if (listen(fd, 4096) < 0) err(1, "listen");
    serve(accept_all, fd);
    close(fd);
}

static void do_connect(uint64_t index) {
    (void)index;
    // reset instead of closed: no port stays taken for a minute
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) < 0) err(1, "connect");
    close(fd);
}

// Answers each question with itself, marked as an answer.
static void answer_all(int fd) {
    unsigned char packet[512];
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        ssize_t n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&peer, &length);
        if (n < 12) continue;
        packet[2] |= 0x80;
        sendto(fd, packet, (size_t)n, 0, (struct sockaddr *)&peer, length);
    }
}

static void start_dns(void) {
    if (unshare(CLONE_NEWNET) < 0) err(1, "a network namespace");
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0 || ioctl(control, SIOCSIFFLAGS, &request) < 0) err(1, "lo");
    close(control);
    int fd = bound_socket(SOCK_DGRAM, 53);
    serve(answer_all, fd);
    close(fd);
    client = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 2};
    if (client < 0 || setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0 || connect(client, (struct sockaddr *)&server, sizeof server) < 0)
        err(1, "a client");
}

static void do_dns(uint64_t index) {
    unsigned char packet[512] = {0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    // n<3 digits>.bench.test: a thousand names
    size_t at = 12 + (size_t)snprintf((char *)packet + 12, 64, "%cn%03u%cbench%ctest", 4, (unsigned)(index % 1000), 5, 4);
    at += 1;
    packet[at + 1] = 1;
    packet[at + 3] = 1;
    if (send(client, packet, at + 4, 0) < 0 || recv(client, packet, sizeof packet, 0) < 0) err(1, "dns");
}

// The root of the unified hierarchy; none means that there are no control groups to be in.
static void start_churn(void) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    for (struct mntent *mount; mounts && (mount = getmntent(mounts));)
        if (strcmp(mount->mnt_type, "cgroup2") == 0) snprintf(group, sizeof group - 80, "%s/wiz-bench-%d", mount->mnt_dir, getpid());
    if (mounts) endmntent(mounts);
    if (*group && mkdir(group, 0755) < 0) *group = 0;
}

static void end_churn(void) {
    if (*group) rmdir(group);
}

static void do_churn(uint64_t index) {
    char own[sizeof group + 80], file[sizeof own + 16];
    snprintf(own, sizeof own, "%s/%032x%032llx", group, getpid(), (unsigned long long)index);
    if (*group && mkdir(own, 0755) < 0) err(1, "%s", own);
    pid_t child = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, NULL);
    if (child < 0) err(1, "clone");
    if (child == 0) {
        snprintf(file, sizeof file, "%s/cgroup.procs", own);
        int fd = *group ? open(file, O_WRONLY | O_CLOEXEC) : -1;
        if (fd >= 0 && write(fd, "0", 1) != 1) _exit(126);
        run_true();
    }
    wait_for(child);
    // a group lets go of its last process a moment after it was waited for
    for (int tries = 0; *group && rmdir(own) < 0; tries++) {
        if (errno != EBUSY || tries > 5000) err(1, "%s", own);
        usleep(200);
    }
}

static const struct {
    const char *name;
    void (*start)(void);
    void (*once)(uint64_t);
    void (*end)(void);
} modes[] = {
    {"exec", NULL, do_exec, NULL},           {"read", NULL, do_read, NULL}, {"write", NULL, do_write, NULL},
    {"refused", start_refused, do_refused, NULL},
    {"writes", start_writes, do_writes, end_writes}, {"connect", start_connect, do_connect, NULL},
    {"dns", start_dns, do_dns, NULL}, {"churn", start_churn, do_churn, end_churn},
};

int main(int argc, char **argv) {
    if (argc < 4) errx(2, "usage: load MODE COUNT SECONDS [PATH]");
    uint64_t count = strtoull(argv[2], NULL, 10);
    uint64_t length = strtoull(argv[3], NULL, 10) * 1000000000;
    path = argc > 4 ? argv[4] : "/etc/hostname";
    if (count == 0 && length == 0) errx(2, "neither COUNT nor SECONDS");
    setsid();
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strcmp(modes[i].name, argv[1]) != 0) continue;
        if (modes[i].start) modes[i].start();
        uint64_t start = now(), cpu = used(RUSAGE_SELF) + used(RUSAGE_CHILDREN), made = 0;
        while (count == 0 || made < count) {
            modes[i].once(made++);
            if (length && made % 16 == 0 && now() - start >= length) break;
        }
        uint64_t wall = now() - start;
        cpu = used(RUSAGE_SELF) + used(RUSAGE_CHILDREN) - cpu;
        if (modes[i].end) modes[i].end();
        printf("made=%llu wall_ns=%llu cpu_ns=%llu\n", (unsigned long long)made, (unsigned long long)wall, (unsigned long long)cpu);
        return 0;
    }
    errx(2, "no mode '%s'", argv[1]);
}
