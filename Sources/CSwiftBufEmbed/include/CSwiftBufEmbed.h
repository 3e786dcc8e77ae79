/* The interpreter inside a program: start, stop, and the gate between the two.

   Lives here: what needs CPython's full API (PyConfig, finalising). This header names no Python type, because the rest of swiftbuf
   sees Python.h through the limited API, and two views of one header do not compile together.
   Does not live here: the calls that a running interpreter takes (SwiftBufEmbed, through CPython).
   Invariant: between swiftbuf_embed_enter() and swiftbuf_embed_leave() the interpreter runs. */
#ifndef CSWIFTBUFEMBED_H
#define CSWIFTBUFEMBED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    SWIFTBUF_EMBED_DONE,            /* it was done */
    SWIFTBUF_EMBED_ALREADY_STARTED, /* an interpreter runs in this process, or starts just now */
    SWIFTBUF_EMBED_STOPPED,         /* the interpreter was stopped, or could not be started: there is no second one */
    SWIFTBUF_EMBED_IN_USE,          /* the calling thread stands between enter and leave */
    SWIFTBUF_EMBED_FAILED,          /* CPython, or the search for it, says why: see `message` */
} swiftbuf_embed_result;

/* Starts the interpreter of the linked libpython, with `_swiftbuf` built in, and lets go of the GIL.

   The environment of the program (PYTHONHOME, PYTHONPATH, PATH), its locale, its signal handlers and its standard streams are
   neither read nor changed; Python's text encoding is UTF-8. The calling thread is Python's main thread.
   search_paths: `count` folders in UTF-8, one behind the other, each with its NUL, that come first on sys.path, in this order;
   borrowed, and not read if count is zero.
   message: room for `capacity` bytes, above zero; after SWIFTBUF_EMBED_FAILED a NUL-terminated sentence, else empty.
   Any thread, without the GIL. */
swiftbuf_embed_result swiftbuf_embed_start(const char *search_paths, size_t count, char *message, size_t capacity);

/* Closes the gate, waits until everybody left, and finalises the interpreter. `message` as above; SWIFTBUF_EMBED_FAILED says
   that it stopped with an error, such as a standard stream that could not be flushed.
   Any thread, without the GIL; the one that started it is best, because Python takes it for its main thread. */
swiftbuf_embed_result swiftbuf_embed_stop(char *message, size_t capacity);

/* Passes the gate: until swiftbuf_embed_leave() the interpreter runs. Nests. SWIFTBUF_EMBED_DONE or SWIFTBUF_EMBED_STOPPED.
   Any thread, with the GIL or without; takes no GIL. */
swiftbuf_embed_result swiftbuf_embed_enter(void);

/* Leaves by the gate; once for each swiftbuf_embed_enter() that was done, on the same thread. */
void swiftbuf_embed_leave(void);

#ifdef __cplusplus
}
#endif

#endif /* CSWIFTBUFEMBED_H */
