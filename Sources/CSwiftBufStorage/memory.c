/* The allocator behind the storage block.

   Two regimes, told apart by size alone: below SWIFTBUF_MAPPING_THRESHOLD the C heap, above it mappings of whole pages. A heap
   block is over-allocated and aligned by hand, the pointer that free() wants standing in the word before the first byte;
   posix_memalign would give aligned memory too, but can neither grow it nor hand out zero pages. */
#ifdef __linux__
#define _GNU_SOURCE /* mremap */
#endif

#include "CSwiftBufStorage.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define LARGEST (PTRDIFF_MAX - (ptrdiff_t)(2 * HUGE_PAGE))

static int64_t allocated_bytes;

void swiftbuf_memory_count(int64_t difference) {
    __atomic_fetch_add(&allocated_bytes, difference, __ATOMIC_RELAXED);
}

int64_t swiftbuf_memory_allocated_bytes(void) {
    return __atomic_load_n(&allocated_bytes, __ATOMIC_RELAXED);
}

static int is_mapped(size_t byte_count) {
    return byte_count >= SWIFTBUF_MAPPING_THRESHOLD;
}

static size_t round_up(size_t byte_count, size_t unit) {
    return (byte_count + unit - 1) & ~(unit - 1);
}

/* --- the C heap --- */

/* malloc aligns to 16 bytes, so between the block and the first multiple of 64 behind it there is always room for a pointer. */
static char *heap_align(char *block) {
    return (char *)round_up((size_t)block + sizeof(void *), SWIFTBUF_ALIGNMENT);
}

static void *heap_adopt(char *block) {
    char *base = heap_align(block);
    memcpy(base - sizeof(void *), &block, sizeof(void *));
    return base;
}

static char *heap_block(void *base) {
    char *block;
    memcpy(&block, (char *)base - sizeof(void *), sizeof(void *));
    return block;
}

static void *heap_allocate(size_t byte_count, int zeroed) {
    size_t size = byte_count + SWIFTBUF_ALIGNMENT;
    char *block = zeroed ? calloc(1, size) : malloc(size);
    return block == NULL ? NULL : heap_adopt(block);
}

static void *heap_reallocate(void *base, size_t byte_count, size_t new_byte_count) {
    char *old_block = heap_block(base);
    size_t old_offset = (size_t)((char *)base - old_block);
    char *block = realloc(old_block, new_byte_count + SWIFTBUF_ALIGNMENT);
    if (block == NULL) {
        return NULL;
    }
    char *new_base = heap_align(block);
    size_t kept = byte_count < new_byte_count ? byte_count : new_byte_count;
    if ((size_t)(new_base - block) != old_offset) {
        memmove(new_base, block + old_offset, kept);
    }
    memcpy(new_base - sizeof(void *), &block, sizeof(void *));
    memset(new_base + kept, 0, new_byte_count - kept);
    return new_base;
}

/* --- mappings --- */

/* Maps zero pages at a multiple of the huge page size: maps more than is needed, then cuts off both ends. */
static void *map_allocate(size_t byte_count) {
    size_t size = round_up(byte_count, HUGE_PAGE);
    char *block = mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        return NULL;
    }
    char *base = (char *)round_up((size_t)block, HUGE_PAGE);
    size_t head = (size_t)(base - block);
    if (head != 0) {
        munmap(block, head);
    }
    munmap(base + size, HUGE_PAGE - head);
#ifdef MADV_HUGEPAGE
    madvise(base, size, MADV_HUGEPAGE); /* advice: a system that cannot follow it serves small pages */
#endif
    return base;
}

static void *map_reallocate(void *base, size_t byte_count, size_t new_byte_count) {
    size_t size = round_up(byte_count, HUGE_PAGE);
    size_t new_size = round_up(new_byte_count, HUGE_PAGE);
    if (size != new_size) {
#ifdef MREMAP_MAYMOVE
        base = mremap(base, size, new_size, MREMAP_MAYMOVE);
        if (base == MAP_FAILED) {
            return NULL;
        }
#else /* macOS: untested */
        void *moved = map_allocate(new_byte_count);
        if (moved == NULL) {
            return NULL;
        }
        memcpy(moved, base, byte_count < new_byte_count ? byte_count : new_byte_count);
        munmap(base, size);
        base = moved;
#endif
    }
    /* Bytes behind the old end were never handed out; those that a shrink leaves behind the new one were. */
    if (new_byte_count < byte_count) {
        memset((char *)base + new_byte_count, 0, (byte_count < new_size ? byte_count : new_size) - new_byte_count);
    }
    return base;
}

/* --- both --- */

void *swiftbuf_memory_allocate(size_t byte_count, int zeroed) {
    if (byte_count > (size_t)LARGEST) {
        return NULL;
    }
    void *base = is_mapped(byte_count) ? map_allocate(byte_count) : heap_allocate(byte_count, zeroed);
    if (base != NULL) {
        swiftbuf_memory_count((int64_t)byte_count);
    }
    return base;
}

static void release(void *base, size_t byte_count) {
    if (is_mapped(byte_count)) {
        munmap(base, round_up(byte_count, HUGE_PAGE));
    }
    else {
        free(heap_block(base));
    }
}

void swiftbuf_memory_free(void *base, size_t byte_count) {
    swiftbuf_memory_count(-(int64_t)byte_count);
    release(base, byte_count);
}

void *swiftbuf_memory_reallocate(void *base, size_t byte_count, size_t new_byte_count) {
    if (new_byte_count > (size_t)LARGEST) {
        return NULL;
    }
    void *moved;
    if (is_mapped(byte_count) && is_mapped(new_byte_count)) {
        moved = map_reallocate(base, byte_count, new_byte_count);
    }
    else if (!is_mapped(byte_count) && !is_mapped(new_byte_count)) {
        moved = heap_reallocate(base, byte_count, new_byte_count);
    }
    else {
        moved = is_mapped(new_byte_count) ? map_allocate(new_byte_count) : heap_allocate(new_byte_count, 0);
        if (moved != NULL) {
            memcpy(moved, base, byte_count < new_byte_count ? byte_count : new_byte_count);
            release(base, byte_count);
        }
    }
    if (moved != NULL) {
        swiftbuf_memory_count((int64_t)new_byte_count - (int64_t)byte_count);
    }
    return moved;
}

void *swiftbuf_memory_of_no_bytes(void) {
    static _Alignas(SWIFTBUF_ALIGNMENT) char nothing[SWIFTBUF_ALIGNMENT];
    return nothing;
}

void *swiftbuf_block_allocate(size_t byte_count, int zeroed) {
    return zeroed ? calloc(1, byte_count) : malloc(byte_count);
}

void swiftbuf_block_free(void *block) {
    free(block);
}
