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

/* Of two vectors the items at even places. */
static inline __m128i even_bytes(__m128i a, __m128i b) {
    const __m128i low = _mm_set1_epi16(0xFF);
    return _mm_packus_epi16(_mm_and_si128(a, low), _mm_and_si128(b, low));
}

static inline __m128i even_shorts(__m128i a, __m128i b) {
    /* Packing saturates: with its sign spread out, each of them is in the range of a short. */
    return _mm_packs_epi32(_mm_srai_epi32(_mm_slli_epi32(a, 16), 16), _mm_srai_epi32(_mm_slli_epi32(b, 16), 16));
}

static inline __m128i even_words(__m128i a, __m128i b) {
    return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), _MM_SHUFFLE(2, 0, 2, 0)));
}

static inline __m128i even_longs(__m128i a, __m128i b) {
    return _mm_unpacklo_epi64(a, b);
}

static inline void stream_every_other(void *target, const void *source, ptrdiff_t count, __m128i (*even)(__m128i, __m128i)) {
    __m128i *to = target;
    const __m128i *from = source;
    for (ptrdiff_t index = 0; index < count; index++, to += 4, from += 8) {
        /* Of one stream that is read once, the processor fetches too little by itself. */
        __builtin_prefetch((const char *)from + 768);
        __builtin_prefetch((const char *)from + 832);
        for (int k = 0; k < 4; k++) {
            _mm_stream_si128(to + k, even(_mm_loadu_si128(from + 2 * k), _mm_loadu_si128(from + 2 * k + 1)));
        }
    }
}

void swiftbuf_stream_every_other(void *target, const void *source, ptrdiff_t count, ptrdiff_t item_byte_count) {
    switch (item_byte_count) {
    case 1: stream_every_other(target, source, count, even_bytes); break;
    case 2: stream_every_other(target, source, count, even_shorts); break;
    case 4: stream_every_other(target, source, count, even_words); break;
    default: stream_every_other(target, source, count, even_longs); break;
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

void swiftbuf_stream_every_other(void *target, const void *source, ptrdiff_t count, ptrdiff_t item_byte_count) {
    char *to = target;
    const char *from = source;
    for (ptrdiff_t done = 0; done < 64 * count; done += item_byte_count, to += item_byte_count, from += 2 * item_byte_count) {
        memcpy(to, from, (size_t)item_byte_count);
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
