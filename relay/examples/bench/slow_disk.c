/* A disk that waits for its medium, on a machine whose disk does not: each fdatasync takes a millisecond more. For the
 * bench, the relay and PostgreSQL alike:
 *
 *     cc -O2 -shared -fPIC -o target/slow_disk.so relay/examples/bench/slow_disk.c
 *     LD_PRELOAD=$PWD/target/slow_disk.so target/release/examples/bench
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

int fdatasync(int file)
{
    int (*sync)(int) = dlsym(RTLD_NEXT, "fdatasync");
    struct timespec millisecond = {0, 1000000};
    int result = sync(file);
    nanosleep(&millisecond, NULL);
    return result;
}
