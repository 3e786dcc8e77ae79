/* The interpreter inside a program: start, stop, and the gate between the two.

   Lives here: what needs CPython's full API (PyConfig, finalising), and what is asked before there is an interpreter. This header names no Python type, because the rest of swiftbuf
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
    SWIFTBUF_EMBED_BORROWED,        /* Swift has borrows that are values and have not ended: swiftbuf_embed_borrows() */
    SWIFTBUF_EMBED_FAILED,          /* CPython, or the search for it, says why: see `message` */
} swiftbuf_embed_result;

/* How the interpreter starts. Every string is NUL-terminated UTF-8, borrowed for the time of the call. */
typedef struct {
    /* The `python3.X` of the linked libpython, from swiftbuf_embed_find_interpreter(): the standard library is looked for above it. */
    const char *interpreter;
    /* The absolute path of a virtual environment, without `.` and `..` in it, or NULL for none. */
    const char *environment;
    const char *program_name; /* sys.argv[0] */
    const char *home;         /* PYTHONHOME's value, or NULL: look above the interpreter */
    /* `search_path_count` folders, one behind the other, each with its NUL, that come first on sys.path, in this order; not read
       if the count is zero. */
    const char *search_paths;
    size_t search_path_count;
    /* `file_count` times a path and the text of a Python file, each with its NUL: what the program carries. */
    const char *files;
    size_t file_count;
    const char *importer;         /* Python source that defines install(files), which makes them importable */
    int as_user;                  /* environment variables such as PYTHONPATH are read, and the user's site-packages used */
    int installs_signal_handlers; /* Python's own for SIGINT, SIGPIPE and SIGXFSZ */
} swiftbuf_embed_configuration;

/* Starts the interpreter of the linked libpython, with `_swiftbuf` built in, and lets go of the GIL.

   The locale of the program and its standard streams are not changed; Python's text encoding is UTF-8. The calling thread is
   Python's main thread. Unless it is stopped before, exit() runs the functions of Python's `atexit`, and flushes sys.stdout and
   sys.stderr.
   configuration: borrowed.
   message: room for `capacity` bytes, above zero; after SWIFTBUF_EMBED_FAILED a NUL-terminated sentence, else empty.
   Any thread, without the GIL. */
swiftbuf_embed_result swiftbuf_embed_start(const swiftbuf_embed_configuration *configuration, char *message, size_t capacity);

/* Closes the gate, waits until everybody left, and finalises the interpreter. `message` as above; SWIFTBUF_EMBED_FAILED says
   that it stopped with an error, such as a standard stream that could not be flushed. Refused while borrows are counted
   (SWIFTBUF_EMBED_BORROWED); then nothing was changed.
   Any thread, without the GIL; the one that started it is best, because Python takes it for its main thread. */
swiftbuf_embed_result swiftbuf_embed_stop(char *message, size_t capacity);

/* Counts a borrow that may outlive the stay in which it begins: as long as one is counted, the interpreter does not stop.
   SWIFTBUF_EMBED_DONE; or SWIFTBUF_EMBED_STOPPED, also once stop waits for those inside, and then nothing was counted. Any thread. */
swiftbuf_embed_result swiftbuf_embed_begin_borrow(void);

/* Ends what was counted. Any thread. */
void swiftbuf_embed_end_borrow(void);

/* How many are counted. Any thread. */
size_t swiftbuf_embed_borrows(void);

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

/* Writes the path of the `python3.X` that was installed with the linked libpython, which is of the version that this program was
   built for: SWIFTBUF_EMBED_DONE, or SWIFTBUF_EMBED_FAILED with a sentence in `message`.
   Any thread; no interpreter is needed. */
swiftbuf_embed_result swiftbuf_embed_find_interpreter(char *path, size_t path_capacity, char *message, size_t capacity);

/* The version of the linked libpython, as Py_Version has it: 0x030B02F0 is 3.11.2. */
unsigned long swiftbuf_embed_linked_version(void);

/* What a start asks the operating system. All of them: any thread; no interpreter is needed. */

/* The value of an environment variable, or NULL. Borrowed, until the environment of the process is changed. */
const char *swiftbuf_embed_variable(const char *name);

/* Reads a file, at most `capacity` bytes of it: how many there were, or -1 if it cannot be read. */
ptrdiff_t swiftbuf_embed_read_file(const char *path, char *bytes, size_t capacity);

/* Writes the path of the same file without links, NUL-terminated: 0, or -1 if there is no such file or no room. */
int swiftbuf_embed_resolve(const char *path, char *resolved, size_t capacity);

/* Writes a text and a line's end to standard error. */
void swiftbuf_embed_write_error(const char *text);

#ifdef __cplusplus
}
#endif

#include "swiftbuf_embed_objects.h"

#endif /* CSWIFTBUFEMBED_H */
