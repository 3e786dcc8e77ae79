/* System calls that stand still or fail on demand, for LD_PRELOAD: open, mmap and msync, as a file on a network does them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum call { OPEN, MMAP, MSYNC, CALLS };

/* A call that keeps the GIL is met by nobody: it goes on after so long, and the test fails. No right outcome hangs on it. */
enum { PATIENCE_SECONDS = 120 };

static struct {
    int holds; /* whether the next call stands still until it may go on */
    int error; /* errno of the next `times` calls */
    int times;
    int signal; /* raised by those calls, or 0 */
} plans[CALLS];

static sem_t arrived, opened;
static int is_left_alone;

static int waits(sem_t *semaphore) {
    struct timespec end;
    int failed;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_SECONDS;
    while ((failed = sem_timedwait(semaphore, &end)) != 0 && errno == EINTR) {
    }
    return !failed;
}

/* The next call of this kind stands still. */
void slow_system_hold(int call) {
    sem_init(&arrived, 0, 0);
    sem_init(&opened, 0, 0);
    is_left_alone = 0;
    plans[call].holds = 1;
}

/* Waits until it does: 1; 0 if no such call came. */
int slow_system_wait(void) {
    return waits(&arrived);
}

/* Lets it go on: 1; 0 if it was left alone for so long that it has gone on by itself. */
int slow_system_go(void) {
    sem_post(&opened);
    return !is_left_alone;
}

/* The next `times` calls of this kind fail, after having raised a signal, if it is not 0. */
void slow_system_fail(int call, int error, int times, int signal) {
    plans[call].error = error;
    plans[call].signal = signal;
    plans[call].times = times;
}

/* Whether the call fails, with errno set. */
static int fails(enum call call) {
    if (plans[call].holds) {
        plans[call].holds = 0;
        sem_post(&arrived);
        is_left_alone = !waits(&opened);
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
    /* Memory of allocators is none of the test's affair. */
    return file >= 0 && fails(MMAP) ? MAP_FAILED : (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
}

int msync(void *address, size_t size, int flags) {
    return fails(MSYNC) ? -1 : (int)syscall(SYS_msync, address, size, flags);
}
