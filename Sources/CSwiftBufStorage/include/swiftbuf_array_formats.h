/* The head of a list that Swift keeps: the formats of array types. In C, because a static property of Swift that threads share wants
   more of the standard library than an atomic pointer. */
#ifndef SWIFTBUF_ARRAY_FORMATS_H
#define SWIFTBUF_ARRAY_FORMATS_H

extern void *swiftbuf_array_formats_head;

/* The first entry, or NULL. Any thread. */
static inline void *swiftbuf_array_formats(void) {
    return __atomic_load_n(&swiftbuf_array_formats_head, __ATOMIC_ACQUIRE);
}

/* Puts an entry in front if the first one is still `expected`: 1, or 0 if it is not. Any thread. */
static inline int swiftbuf_array_formats_push(void *expected, void *entry) {
    return __atomic_compare_exchange_n(&swiftbuf_array_formats_head, &expected, entry, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

#endif /* SWIFTBUF_ARRAY_FORMATS_H */
