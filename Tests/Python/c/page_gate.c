/* A gate in the middle of memory: whoever touches the closed pages first stands still there, or gets a signal, and goes on when the gate is
   open. So a test meets an operation on memory in its middle, however fast it is and however the system schedules. One gate a process,
   loaded by ctypes, which gives up the GIL for each call.

   Reading and writing protected pages is a SIGSEGV, whose handler waits; the instruction is then done again. System calls fail with EFAULT. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* An operation that keeps the GIL is met by nobody: it goes on after so long, and the test fails. No right outcome hangs on it. */
enum { PATIENCE_MILLISECONDS = 120000 };

static struct sigaction previous;
static uintptr_t start, size;
static int is_closed, number;
static volatile sig_atomic_t touches, is_left_alone;
static int arrived = -1, opened = -1;

static int is_ready(int event) {
    struct pollfd poll_for = {.fd = event, .events = POLLIN};
    int ready;
    while ((ready = poll(&poll_for, 1, PATIENCE_MILLISECONDS)) < 0 && errno == EINTR) {
    }
    return ready == 1;
}

/* Lets everybody touch the pages again; what waits goes on waiting. For a forked child, which has the gate of its parent. */
void page_gate_unprotect(void) {
    mprotect((void *)start, size, PROT_READ | PROT_WRITE);
}

static void handle(int signal_number, siginfo_t *information, void *context) {
    (void)signal_number;
    (void)context;
    int before = errno;
    uintptr_t address = (uintptr_t)information->si_addr;
    if (!is_closed || address < start || address >= start + size) {
        sigaction(SIGSEGV, &previous, NULL); /* a fault of somebody else's, which comes again */
        return;
    }
    touches++;
    if (number < 0) {
        eventfd_write(arrived, 1);
        is_left_alone = !is_ready(opened);
    }
    else if (number > 0) {
        raise(number);
    }
    page_gate_unprotect();
    errno = before;
}

/* Makes what the threads wait by, before any of them does. */
int page_gate_make(void) {
    arrived = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    opened = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return arrived < 0 || opened < 0 ? -1 : 0;
}

/* Closes whole pages from `address` on. Whoever touches them waits (signal_number -1), raises a signal, or is only counted (0). */
int page_gate_close(void *address, size_t bytes, int signal_number) {
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_NODEFER};
    start = (uintptr_t)address;
    size = bytes;
    number = signal_number;
    touches = is_left_alone = 0;
    is_closed = 1;
    if (sigaction(SIGSEGV, &action, &previous) != 0) {
        return -1;
    }
    return mprotect(address, bytes, PROT_NONE);
}

/* Waits until somebody stands at the gate: 1; 0 if nobody came. */
int page_gate_wait(void) {
    return is_ready(arrived);
}

/* Opens it for all who stand there. */
void page_gate_open(void) {
    page_gate_unprotect();
    eventfd_write(opened, 1);
}

/* Takes the gate away, which nobody stands at any more: how often the pages were touched; -1 if one who stood there was left alone. */
int page_gate_remove(void) {
    page_gate_unprotect();
    sigaction(SIGSEGV, &previous, NULL);
    is_closed = 0;
    /* For the next gate, whose threads may begin to wait before it is closed. */
    eventfd_t value;
    eventfd_read(arrived, &value);
    eventfd_read(opened, &value);
    return is_left_alone ? -1 : touches;
}
