/* A malloc whose larger blocks cannot be touched once they are freed, to be preloaded where no sanitizer is.

   Each block of GUARDED bytes and more gets pages of its own, at an address that no other block ever has; free() takes all access from
   them. Whoever reads or writes such a block afterwards ends by SIGSEGV, every time. Smaller blocks are glibc's. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define GUARDED ((size_t)4096)
#define PAGE ((size_t)4096)
#define HEADER ((size_t)64) /* before each block: its size */
#define REGION ((size_t)1 << 39)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static _Atomic(char *) region; /* where the first block is; NULL before the first one */
static atomic_size_t used;

static size_t in_pages(size_t size) {
    return (size + HEADER + PAGE - 1) & ~(PAGE - 1);
}

static int is_guarded(const void *block) {
    char *first = atomic_load(&region);
    return first != NULL && (uintptr_t)block - (uintptr_t)first < REGION;
}

/* Zero bytes, or NULL: where there is no room any more glibc has some. */
static void *guarded(size_t size) {
    char *first = atomic_load(&region);
    if (first == NULL) {
        char *mine = mmap(NULL, REGION, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mine == MAP_FAILED) {
            return NULL;
        }
        if (!atomic_compare_exchange_strong(&region, &first, mine)) {
            munmap(mine, REGION);
        } else {
            first = mine;
        }
    }
    size_t bytes = in_pages(size);
    size_t place = atomic_fetch_add(&used, bytes);
    if (place + bytes > REGION) {
        return NULL;
    }
    if (mprotect(first + place, bytes, PROT_READ | PROT_WRITE) != 0) {
        return NULL;
    }
    memcpy(first + place, &size, sizeof(size));
    return first + place + HEADER;
}

static size_t size_of(const void *block) {
    size_t size;
    memcpy(&size, (const char *)block - HEADER, sizeof(size));
    return size;
}

static int should_guard(size_t size) {
    return size >= GUARDED && size < REGION / 1024;
}

void *malloc(size_t size) {
    void *block = should_guard(size) ? guarded(size) : NULL;
    return block != NULL ? block : __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    size_t bytes;
    void *block = !__builtin_mul_overflow(count, size, &bytes) && should_guard(bytes) ? guarded(bytes) : NULL;
    return block != NULL ? block : __libc_calloc(count, size);
}

void free(void *block) {
    if (!is_guarded(block)) {
        __libc_free(block);
        return;
    }
    int saved = errno;
    char *pages = (char *)block - HEADER;
    mmap(pages, in_pages(size_of(block)), PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = saved;
}

void *realloc(void *block, size_t size) {
    int was_guarded = block != NULL && is_guarded(block);
    if (!was_guarded && (block != NULL || !should_guard(size))) {
        return __libc_realloc(block, size);
    }
    void *moved = malloc(size == 0 ? 1 : size);
    if (moved != NULL && was_guarded) {
        size_t kept = size_of(block);
        memcpy(moved, block, kept < size ? kept : size);
        free(block);
    }
    return moved;
}
