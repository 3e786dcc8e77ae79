/* An allocator that fails on demand, for LD_PRELOAD: the n-th call that comes from one range of code gets no memory.

   Only calls out of that range count (by their return address), so that one extension runs out of memory while the interpreter
   around it does not. Not armed, it hands every call on. For glibc, whose own allocator has a second name for each function. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static uintptr_t range_start, range_end; /* calls from here count; empty when not armed */
static long failing_call;                /* the number of the call that fails, from 1 */
static int failing_from_there;           /* whether all later ones fail too */
static long calls, failures;

/* From now on the `number`-th call from [start, end) fails; `onwards`: and all behind it. */
void failing_allocator_arm(uintptr_t start, uintptr_t end, long number, int onwards) {
    range_start = start;
    range_end = end;
    failing_call = number;
    failing_from_there = onwards;
    calls = failures = 0;
}

/* No call fails any more. How many did since it was armed. */
long failing_allocator_disarm(void) {
    range_start = range_end = 0;
    return failures;
}

/* How many calls from the range there were since it was armed. */
long failing_allocator_calls(void) {
    return calls;
}

static int fails(void *return_address) {
    uintptr_t caller = (uintptr_t)return_address;
    if (caller < range_start || caller >= range_end) {
        return 0;
    }
    calls++;
    if (calls == failing_call || (failing_from_there && calls > failing_call)) {
        failures++;
        errno = ENOMEM;
        return 1;
    }
    return 0;
}

#define FAILS_HERE fails(__builtin_return_address(0))

void *malloc(size_t size) {
    return FAILS_HERE ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    return FAILS_HERE ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    return FAILS_HERE ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    return FAILS_HERE ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    void *memory = FAILS_HERE ? NULL : __libc_memalign(alignment, size);
    if (memory == NULL) {
        return ENOMEM;
    }
    *block = memory;
    return 0;
}

void *mmap(void *address, size_t size, int protection, int flags, int file, off_t offset) {
    return FAILS_HERE ? MAP_FAILED : (void *)syscall(SYS_mmap, address, size, protection, flags, file, offset);
}

void *mremap(void *address, size_t size, size_t new_size, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    void *new_address = flags & MREMAP_FIXED ? va_arg(arguments, void *) : NULL;
    va_end(arguments);
    return FAILS_HERE ? MAP_FAILED : (void *)syscall(SYS_mremap, address, size, new_size, flags, new_address);
}

/* libc's tree allocates its nodes itself, so that the return address is libc's: the call of the tree is what fails. */
void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *)) {
    void *(*original)(const void *, void **, int (*)(const void *, const void *)) = dlsym(RTLD_NEXT, "tsearch");
    return FAILS_HERE ? NULL : original(key, root, compare);
}
