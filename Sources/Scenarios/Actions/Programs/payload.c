// Does nothing and succeeds: the body of every "malware" of the suite. `payload SECONDS` stays that long (at most 30).
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc > 1) {
        long seconds = strtol(argv[1], NULL, 10);
        if (seconds > 0) sleep(seconds > 30 ? 30 : (unsigned)seconds);
    }
    return 0;
}
