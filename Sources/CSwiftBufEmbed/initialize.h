#ifndef INITIALIZE_H
#define INITIALIZE_H

#include <stddef.h>

#include "CSwiftBufEmbed.h"

/* Configures and initialises CPython: 0, and the caller has the GIL; or -1 with a sentence in `message`, and there will be no
   interpreter. Parameters as swiftbuf_embed_start; once, from one thread. */
int swiftbuf_embed_initialize(const swiftbuf_embed_configuration *wanted, char *message, size_t capacity);

#endif /* INITIALIZE_H */
