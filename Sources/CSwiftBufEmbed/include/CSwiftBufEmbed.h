/* The interpreter inside a program: start, stop, and the gate between the two.

   Lives here: what needs CPython's full API (PyConfig, finalising). This header names no Python type, because the rest of swiftbuf
   sees Python.h through the limited API, and two views of one header do not compile together.
   Does not live here: the calls that a running interpreter takes (SwiftBufEmbed, through CPython); Swift closures and errors as Python
   objects (swiftbuf_embed_objects.h).
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

/* What enter leaves for leave; opaque. */
typedef struct {
    int held_before; /* whether the thread had the GIL by an enter further out */
    int took;        /* whether the GIL was taken here */
    int state;       /* PyGILState_STATE, if so */
} swiftbuf_embed_stay;

/* Passes the gate and takes the GIL: until swiftbuf_embed_leave() the interpreter runs. Nests; a thread that is inside is let in also
   after stop began, because stop waits for it. SWIFTBUF_EMBED_DONE or SWIFTBUF_EMBED_STOPPED. Any thread, with the GIL or without. */
swiftbuf_embed_result swiftbuf_embed_enter(swiftbuf_embed_stay *stay);

/* Passes the gate in a call that came from Python, with the GIL. Never refused: Python can call while it stops. */
void swiftbuf_embed_enter_called(swiftbuf_embed_stay *stay);

/* Lets go of the GIL if enter took it, and leaves by the gate; once for each stay, in reverse order, on the same thread. */
void swiftbuf_embed_leave(swiftbuf_embed_stay stay);

/* Whether the calling thread is inside, and has the GIL. Any thread, at any time. */
int swiftbuf_embed_holds_gil(void);

/* Lets go of the GIL and stays inside: what swiftbuf_embed_take_again() takes, on the same thread. NULL if the thread is not inside or
   has no GIL; then nothing was done. */
void *swiftbuf_embed_let_go(void);

/* Takes the GIL again. */
void swiftbuf_embed_take_again(void *thread);

/* Drops a reference to a PyObject, from any thread, with the GIL or without, also after stop: then there is nothing to drop it in, and
   it is left. May run Python code. */
void swiftbuf_embed_drop(void *object);

#ifdef __cplusplus
}
#endif

#include "swiftbuf_embed_objects.h"

#endif /* CSWIFTBUFEMBED_H */
