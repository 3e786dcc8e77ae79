/* What Swift owns, in Python's hands: closures as callables, errors inside exceptions; the exception classes, and the kinds of objects.

   No Python type is named here (CSwiftBufEmbed.h says why): `void *` is a PyObject where it says so. Everything needs the GIL. */
#ifndef SWIFTBUF_EMBED_OBJECTS_H
#define SWIFTBUF_EMBED_OBJECTS_H

#ifdef __cplusplus
extern "C" {
#endif

/* Gives back what Swift left in Python's hands: once, with the GIL, no exception set. */
typedef void (*swiftbuf_embed_release)(void *context);

/* What a callable does. arguments: a tuple, borrowed. keywords: a dict, borrowed, or NULL. A new reference; or NULL with an exception
   set. */
typedef void *(*swiftbuf_embed_call)(void *context, void *arguments, void *keywords);

/* A Python callable.
   name: its __name__ in UTF-8; copied.
   context: stolen; given back by `release` when the callable dies, or at once if it cannot be made.
   A new reference to a PyObject; or NULL with MemoryError set. */
void *swiftbuf_embed_function_new(const char *name, void *context, swiftbuf_embed_call call, swiftbuf_embed_release release);

/* An object that holds an error for an exception. `context` and the result as above. */
void *swiftbuf_embed_error_new(void *context, swiftbuf_embed_release release);

/* The context of an object that swiftbuf_embed_error_new made; borrowed. NULL, with no exception set, for any other PyObject. */
void *swiftbuf_embed_error_context(void *object);

/* The cases of Swift's PythonExceptionClass. */
typedef enum {
    SWIFTBUF_EMBED_RUNTIME_ERROR,
    SWIFTBUF_EMBED_BUFFER_ERROR,
    SWIFTBUF_EMBED_VALUE_ERROR,
    SWIFTBUF_EMBED_TYPE_ERROR,
    SWIFTBUF_EMBED_INDEX_ERROR,
    SWIFTBUF_EMBED_KEY_ERROR,
    SWIFTBUF_EMBED_ARITHMETIC_ERROR,
    SWIFTBUF_EMBED_OVERFLOW_ERROR,
    SWIFTBUF_EMBED_MEMORY_ERROR,
    SWIFTBUF_EMBED_NOT_IMPLEMENTED_ERROR,
    SWIFTBUF_EMBED_OS_ERROR,
    SWIFTBUF_EMBED_TIMEOUT_ERROR,
    SWIFTBUF_EMBED_KEYBOARD_INTERRUPT,
} swiftbuf_embed_exception;

/* An exception class, borrowed. */
void *swiftbuf_embed_exception_class(swiftbuf_embed_exception kind);

/* Which of Python's own types an object is of, or of a type that is derived from it. */
typedef enum {
    SWIFTBUF_EMBED_OTHER,
    SWIFTBUF_EMBED_NONE,
    SWIFTBUF_EMBED_BOOL,
    SWIFTBUF_EMBED_INT, /* no bool */
    SWIFTBUF_EMBED_FLOAT,
    SWIFTBUF_EMBED_STR,
    SWIFTBUF_EMBED_LIST,
    SWIFTBUF_EMBED_TUPLE,
    SWIFTBUF_EMBED_DICT,
} swiftbuf_embed_kind;

/* The kind of an object, borrowed. Runs no Python code. */
swiftbuf_embed_kind swiftbuf_embed_kind_of(void *object);

/* Whether an object, borrowed, has a buffer whose items are unsigned bytes, format `B`. 1 or 0; or -1 with an exception set. */
int swiftbuf_embed_has_plain_bytes(void *object);

/* slice(start, stop, step): a new reference, or NULL with MemoryError set. NULL for None; all borrowed. */
void *swiftbuf_embed_slice(void *start, void *stop, void *step);

#ifdef __cplusplus
}
#endif

#endif /* SWIFTBUF_EMBED_OBJECTS_H */
