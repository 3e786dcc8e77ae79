/* Stores past the caches (SSE2, which every x86-64 has; elsewhere plain copies), and memcmp. */
#include "swiftbuf_stream.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>

void swiftbuf_stream_lines(void *target, ptrdiff_t target_stride, const void *source, ptrdiff_t count) {
    char *line = target;
    const __m128i *from = source;
    for (ptrdiff_t index = 0; index < count; index++, line += target_stride, from += 4) {
        __m128i *to = (__m128i *)line;
        _mm_stream_si128(to, _mm_load_si128(from));
        _mm_stream_si128(to + 1, _mm_load_si128(from + 1));
        _mm_stream_si128(to + 2, _mm_load_si128(from + 2));
        _mm_stream_si128(to + 3, _mm_load_si128(from + 3));
    }
}

void swiftbuf_stream_end(void) {
    _mm_sfence();
}

#else

void swiftbuf_stream_lines(void *target, ptrdiff_t target_stride, const void *source, ptrdiff_t count) {
    char *line = target;
    const char *from = source;
    for (ptrdiff_t index = 0; index < count; index++, line += target_stride, from += 64) {
        memcpy(line, from, 64);
    }
}

void swiftbuf_stream_end(void) {
}

#endif

void swiftbuf_store_lines(void *target, ptrdiff_t target_stride, const void *source, ptrdiff_t count) {
    char *line = target;
    const char *from = source;
    for (ptrdiff_t index = 0; index < count; index++, line += target_stride, from += 64) {
        __builtin_prefetch(line + 128, 1);
        memcpy(line, from, 64);
    }
}

int swiftbuf_bytes_are_equal(const void *first, const void *second, size_t byte_count) {
    return memcmp(first, second, byte_count) == 0;
}
