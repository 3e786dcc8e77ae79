/* Counting exports where several threads do it at once: in a free-threaded CPython. With the GIL the counts are plain numbers.

   Lives here: the atomic operations on two words. A storage block counts all exports of its memory. A Buffer counts its own, by a word
   that can also be closed: for as long as release() or resize() change what a Py_buffer points to, no export can begin.
   Invariant: whoever counts an export counts it in the Buffer first and in the storage then, and ends it the other way round; so while a
   Buffer's word is not zero its storage is there. */
#ifndef SWIFTBUF_EXPORTS_H
#define SWIFTBUF_EXPORTS_H

#include <stdint.h>

/* A Buffer's word while it is being changed. */
#define SWIFTBUF_EXPORTS_CLOSED INT64_MIN

/* Counts an export of a Buffer: 1; or 0 if its word is closed, for a moment. */
static inline int swiftbuf_exports_try_begin(int64_t *exports) {
    int64_t count = __atomic_load_n(exports, __ATOMIC_RELAXED);
    while (count != SWIFTBUF_EXPORTS_CLOSED) {
        if (__atomic_compare_exchange_n(exports, &count, count + 1, 1, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return 1;
        }
    }
    return 0;
}

/* Ends an export of a Buffer, of which nothing may be looked at afterwards. */
static inline void swiftbuf_exports_end(int64_t *exports) {
    __atomic_fetch_sub(exports, 1, __ATOMIC_RELEASE);
}

/* Closes a Buffer's word: 1; or 0 if exports are live. Only one thread at a time may try. */
static inline int swiftbuf_exports_close(int64_t *exports) {
    int64_t none = 0;
    return __atomic_compare_exchange_n(exports, &none, SWIFTBUF_EXPORTS_CLOSED, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Opens a word that this thread has closed. */
static inline void swiftbuf_exports_open(int64_t *exports) {
    __atomic_store_n(exports, 0, __ATOMIC_RELEASE);
}

/* Adds to a storage block's count. */
static inline void swiftbuf_exports_add(int64_t *exports, int64_t difference) {
    __atomic_fetch_add(exports, difference, __ATOMIC_ACQ_REL);
}

/* How many exports are counted now. */
static inline int64_t swiftbuf_exports_count(const int64_t *exports) {
    int64_t count = __atomic_load_n(exports, __ATOMIC_ACQUIRE);
    return count == SWIFTBUF_EXPORTS_CLOSED ? 0 : count;
}

#endif /* SWIFTBUF_EXPORTS_H */
