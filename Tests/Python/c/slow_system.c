/* System calls that take their time or fail on demand, for LD_PRELOAD: open, mmap and msync, as a file on a network does them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call { OPEN, MMAP, MSYNC, CALLS };

static struct {
    unsigned delay; /* microseconds that each call takes */
    int error;      /* errno of the next `times` calls */
    int times;
    int signal; /* raised by those calls, or 0 */
} plans[CALLS];

/* From now on each call of this kind takes that long. */
void slow_system_delay(int call, unsigned microseconds) {
    plans[call].delay = microseconds;
}

/* The next `times` calls of this kind fail, after having raised a signal, if it is not 0. */
void slow_system_fail(int call, int error, int times, int signal) {
    plans[call].error = error;
    plans[call].signal = signal;
    plans[call].times = times;
}

/* Whether the call fails, with errno set. */
static int fails(enum call call) {
    if (plans[call].delay != 0) {
        usleep(plans[call].delay);
    }
    if (plans[call].times == 0) {
        return 0;
    }
    plans[call].times--;
    if (plans[call].signal != 0) {
        raise(plans[call].signal);
    }
    errno = plans[call].error;
    return 1;
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
    return fails(MMAP) ? MAP_FAILED : (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
}

int msync(void *address, size_t size, int flags) {
    return fails(MSYNC) ? -1 : (int)syscall(SYS_msync, address, size, flags);
}
