/* The C ABI by which every extension in a process makes and recognises the same swiftbuf.Buffer, as NumPy's C API does for
   its arrays. No Swift type, metadata or allocation crosses it.

   "With the GIL" below means, in a free-threaded CPython: attached to the interpreter. A storage block belongs to one interpreter.

       const swiftbuf_api *api = PyCapsule_Import(SWIFTBUF_API_CAPSULE, 0);
       if (api == NULL || api->version < 1) { … }

   Each interpreter has a capsule and a type of its own: keep the pointer in the state of the module, never in a global variable. */
#ifndef SWIFTBUF_API_H
#define SWIFTBUF_API_H

#include "swiftbuf_export.h"

/* Another name for each ABI that modules of older releases could not use. */
#define SWIFTBUF_API_CAPSULE "_swiftbuf._capi"

/* Raised by one with every function that is appended. */
#define SWIFTBUF_API_VERSION 1

typedef struct swiftbuf_api swiftbuf_api;

/* Append-only: fields are added at the end, and never change their meaning. */
struct swiftbuf_api {
    size_t size;               /* sizeof(swiftbuf_api) in the module that published it */
    uint32_t version;          /* SWIFTBUF_API_VERSION of the module that published it */
    uint32_t reserved;         /* zero */
    PyTypeObject *buffer_type; /* swiftbuf.Buffer; borrowed, lives as long as the capsule */

    /* A Buffer over a part of `storage`. Takes a reference of its own to the storage and to `base`, steals none.
       buf: element [0, …, 0]. shape: ndim items, none negative. strides: ndim byte strides, or NULL for C order.
       format: in PEP 3118's syntax; the itemsize is its size. readonly: not 0 for a view that may not be written to.
       base: an object that the Buffer keeps alive and shows to the garbage collector, or NULL.
       Every byte that the layout reaches must lie in the storage.
       A new reference; or NULL with ValueError, BufferError or MemoryError set. With the GIL. */
    PyObject *(*buffer_from_storage)(const swiftbuf_api *api, swiftbuf_storage *storage, void *buf, int ndim,
                                     const Py_ssize_t *shape, const Py_ssize_t *strides, const char *format, int readonly,
                                     PyObject *base);

    /* The export block inside a Buffer, borrowed; NULL, with no exception set, if `object` is no Buffer of this type.
       In a free-threaded CPython its fields stay as they are only while a Py_buffer of the object is held. */
    swiftbuf_export *(*buffer_export)(const swiftbuf_api *api, PyObject *object);

    /* The ledger that the modules of this process share; borrowed, lives as long as the process. */
    swiftbuf_ledger *ledger;
};

_Static_assert(sizeof(swiftbuf_api) == 48, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, version) == 8, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_type) == 16, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_from_storage) == 24, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_export) == 32, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, ledger) == 40, "the layout of the C ABI");

/* The ABI of the calling interpreter, found and kept for as long as that interpreter lasts, and the ledger handed over: borrowed. NULL with
   an exception set: ImportError in one sentence if there is no `_swiftbuf` or another one is needed, BufferError if memory of this
   module is in use through another one, MemoryError. May run Python code. With the GIL. */
const swiftbuf_api *swiftbuf_api_find(void);

/* What a module for Python keeps in its state, and all that it keeps there: zeroed by CPython, one for each interpreter. */
typedef struct {
    const swiftbuf_api *api;
} swiftbuf_module_api;

/* The ABI of the interpreter that a module object belongs to: borrowed; or NULL with an exception set, as above, and SystemError if the
   module has no state of at least that size. With the GIL. */
const swiftbuf_api *swiftbuf_api_of_module(PyObject *module);

/* Says that Swift works in the main interpreter of this process alone, because the process is a Swift program that started it: from now on
   the ABI that is found there is swiftbuf_api_of_program(). A module must not. */
void swiftbuf_api_serve_program(void);

extern const swiftbuf_api *swiftbuf_api_found_in_program;

/* The ABI that was found in such a program; NULL before, and in a module. */
static inline const swiftbuf_api *swiftbuf_api_of_program(void) {
    return __atomic_load_n(&swiftbuf_api_found_in_program, __ATOMIC_ACQUIRE);
}

#endif /* SWIFTBUF_API_H */
