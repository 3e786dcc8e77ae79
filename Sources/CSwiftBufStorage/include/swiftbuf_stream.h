/* What Swift cannot say: stores that go past the caches, prefetching, and memcmp.

   Lives here: what the bulk kernels of SwiftBufCore need of C, and nothing that decides. */
#ifndef SWIFTBUF_STREAM_H
#define SWIFTBUF_STREAM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies `count` pieces of 64 bytes each, from `source` on one behind the other, to addresses that are `target_stride` bytes apart,
   past the caches where the processor can: for targets too large to be in a cache when they are read again.
   `target` and `target_stride` are multiples of 64, `source` is a multiple of 16. After the last call: swiftbuf_stream_end. */
void swiftbuf_stream_lines(void *target, ptrdiff_t target_stride, const void *source, ptrdiff_t count);

/* Writes `count` pieces of 64 bytes each, one behind the other from `target` on, past the caches as above: every other item from `source` on.
   An item has 1, 2, 4 or 8 bytes. Every byte of the `count` times 128 from `source` on may be read, and is. */
void swiftbuf_stream_every_other(void *target, const void *source, ptrdiff_t count, ptrdiff_t item_byte_count);

/* Copies such pieces by plain stores to any addresses, and prefetches the line behind each: the next one to be written there. */
void swiftbuf_store_lines(void *target, ptrdiff_t target_stride, const void *source, ptrdiff_t count);

/* Orders what was streamed before all later stores, as any other store is. */
void swiftbuf_stream_end(void);

/* Asks for the cache line at `address`, which may be any. */
static inline void swiftbuf_prefetch(const void *address) {
    __builtin_prefetch(address);
}

/* 1 if two runs of bytes are equal, else 0. */
int swiftbuf_bytes_are_equal(const void *first, const void *second, size_t byte_count);

#ifdef __cplusplus
}
#endif

#endif /* SWIFTBUF_STREAM_H */
