/* The storage block, shared between every module that exchanges swiftbuf memory, and the memory that it usually holds.

   Lives here: the one C struct that describes a piece of memory and who keeps it alive, the atomic operations on it, and the
   allocator (calloc, mmap and mremap, which Swift cannot call in both of its modes).
   Does not live here: anything of Python, and any decision about who may do what (SwiftBufCore/Storage.swift).
   Invariant: while `references` is above zero, every byte of [base, base + capacity) may be read. */
#ifndef CSWIFTBUFSTORAGE_H
#define CSWIFTBUFSTORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "swiftbuf_exports.h"
#include "swiftbuf_request.h"
#include "swiftbuf_stream.h"

#ifdef __cplusplus
#define _Static_assert static_assert
#endif

#include "swiftbuf_ledger.h"
#include "swiftbuf_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every byte of memory that swiftbuf allocates starts at a multiple of this, also after it was resized. */
#define SWIFTBUF_ALIGNMENT 64

/* Up to this many bytes memory stands behind its storage block: one allocation instead of two. */
#define SWIFTBUF_INLINE_MEMORY 4096

/* From this many bytes on memory is mapped: untouched zero pages, huge ones where the system grants them, moved by remapping. */
#define SWIFTBUF_MAPPING_THRESHOLD (4 << 20)

typedef struct swiftbuf_storage swiftbuf_storage;

/* One block for each piece of memory, shared by all views of it. Append-only: part of the C ABI that extensions exchange. */
struct swiftbuf_storage {
    void *base;          /* the first byte; never NULL, also when empty */
    ptrdiff_t capacity;  /* bytes from base that belong to this memory */
    int64_t references;  /* atomic: how many owners this block has */
    int64_t exports;     /* with the GIL, else atomic: Py_buffers handed out, and derived views, of this memory */
    uint64_t borrows;    /* atomic, but for blocks that change it with the GIL alone: the borrow word, see SwiftBufCore/Storage+Borrow.swift */
    void *owner;         /* what keeps foreign memory alive, for `release`; NULL for memory of swiftbuf's own */
    void (*release)(void *owner, void *base, ptrdiff_t capacity); /* gives foreign memory back, once, on any thread; or NULL */
    void (*dispose)(swiftbuf_storage *storage); /* called by whoever drops the last reference: releases the memory, then the block */
    uint32_t flags;      /* SWIFTBUF_STORAGE_… */
    uint32_t left_behind; /* with the GIL: references that Buffers left to their views, which have none of their own; else 0 */
};

enum {
    SWIFTBUF_STORAGE_READONLY = 1u << 0, /* no view of this memory may be writable */
    SWIFTBUF_STORAGE_OWNED = 1u << 1,    /* swiftbuf's own memory: may be resized */
    SWIFTBUF_STORAGE_INLINE = 1u << 2,   /* with OWNED: the memory stands behind the block, in the same allocation */
    SWIFTBUF_STORAGE_MAPPED = 1u << 3,   /* a file: `owner` is a swiftbuf_mapping */
    SWIFTBUF_STORAGE_MANAGED = 1u << 4,  /* a Python object has the memory: keep the Buffer's `base` as well as the block */
    SWIFTBUF_STORAGE_LISTED = 1u << 5,   /* found by address in the ledger, and so borrowed by its word alone */
    SWIFTBUF_STORAGE_TAKEN = 1u << 6,    /* its owner has taken the memory back: the borrow word stays MOVING for ever */
};

_Static_assert(sizeof(void *) == 8, "swiftbuf supports 64-bit systems");
_Static_assert(sizeof(struct swiftbuf_storage) == 72, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, base) == 0, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, capacity) == 8, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, references) == 16, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, exports) == 24, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, borrows) == 32, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, owner) == 40, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, release) == 48, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, dispose) == 56, "the layout of the C ABI");
_Static_assert(offsetof(struct swiftbuf_storage, flags) == 64, "the layout of the C ABI");

/* Adds an owner. Any thread; the caller owns a reference already. */
static inline void swiftbuf_storage_retain(swiftbuf_storage *storage) {
    __atomic_fetch_add(&storage->references, 1, __ATOMIC_RELAXED);
}

/* Drops an owner; the last one disposes of the block. Any thread. Steals the caller's reference. */
static inline void swiftbuf_storage_release(swiftbuf_storage *storage) {
    /* Who sees one reference owns it: nobody else is left who could add another, unless it can be found in the ledger. */
    if ((!(storage->flags & SWIFTBUF_STORAGE_LISTED) && __atomic_load_n(&storage->references, __ATOMIC_ACQUIRE) == 1)
        || __atomic_fetch_sub(&storage->references, 1, __ATOMIC_ACQ_REL) == 1) {
        storage->dispose(storage);
    }
}

/* How many owners there are. Exact only while no other thread can add one: that is, when the answer is 1 and it is yours. */
static inline int64_t swiftbuf_storage_references(swiftbuf_storage *storage) {
    return __atomic_load_n(&storage->references, __ATOMIC_ACQUIRE);
}

/* Orders what this thread did before against what it looks at afterwards, for all threads. */
static inline void swiftbuf_storage_fence(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static inline uint64_t swiftbuf_storage_load_borrows(swiftbuf_storage *storage) {
    return __atomic_load_n(&storage->borrows, __ATOMIC_ACQUIRE);
}

/* Replaces the borrow word if it is still `*expected`; otherwise stores what it is there. 1 if it was replaced, 0 if not. */
static inline int swiftbuf_storage_exchange_borrows(swiftbuf_storage *storage, uint64_t *expected, uint64_t desired) {
    return __atomic_compare_exchange_n(&storage->borrows, expected, desired, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

/* Replaces the borrow word where a lock of the caller's lets nobody else do so meanwhile. */
static inline void swiftbuf_storage_store_borrows(swiftbuf_storage *storage, uint64_t desired) {
    __atomic_store_n(&storage->borrows, desired, __ATOMIC_RELEASE);
}

/* Allocates `byte_count` bytes, aligned to SWIFTBUF_ALIGNMENT. Zero bytes give one unique address. NULL if out of memory.
   `zeroed`: all bytes are zero, and from SWIFTBUF_MAPPING_THRESHOLD on none is touched; else they are uninitialised. */
void *swiftbuf_memory_allocate(size_t byte_count, int zeroed);

/* Grows or shrinks memory of swiftbuf_memory_allocate, in place or by moving it; keeps the bytes that fit, zeroes new ones.
   Returns the new address; NULL if out of memory, and then the memory is as before. */
void *swiftbuf_memory_reallocate(void *base, size_t byte_count, size_t new_byte_count);

/* Gives memory of swiftbuf_memory_allocate back; `byte_count` is what it was allocated or last resized with. */
void swiftbuf_memory_free(void *base, size_t byte_count);

/* The address of memory that has no bytes; never NULL, for exporters whose empty memory is. A few zeroes stand there all the same. */
void *swiftbuf_memory_of_no_bytes(void);

/* The bytes that are allocated now, over all threads. */
int64_t swiftbuf_memory_allocated_bytes(void);

/* Counts bytes that were allocated, or given back if below zero, as part of a block. */
void swiftbuf_memory_count(int64_t difference);

/* Small blocks for bookkeeping, not counted above: malloc, or calloc if zeroed, and free. NULL if out of memory. */
void *swiftbuf_block_allocate(size_t byte_count, int zeroed);
void swiftbuf_block_free(void *block);

#ifdef __cplusplus
}
#endif

#endif /* CSWIFTBUFSTORAGE_H */
