#ifndef INITIALIZE_H
#define INITIALIZE_H

#include <stddef.h>

typedef enum {
    SWIFTBUF_EMBED_INITIALIZED, /* the interpreter runs, and the caller has the GIL */
    SWIFTBUF_EMBED_UNTOUCHED,   /* nothing was initialised: it can be tried again */
    SWIFTBUF_EMBED_BROKEN,      /* CPython gave up on the way: there is no interpreter, and will be none */
} swiftbuf_embed_initialization;

/* Configures and initialises CPython. Parameters as swiftbuf_embed_start; once, from one thread. */
swiftbuf_embed_initialization swiftbuf_embed_initialize(const char *search_paths, size_t count, char *message, size_t capacity);

#endif /* INITIALIZE_H */
