/* The C ABI by which every extension in a process makes and recognises the same swiftbuf.Buffer, as NumPy's C API does for
   its arrays. No Swift type, metadata or allocation crosses it.

   "With the GIL" below means, in a free-threaded CPython: attached to the interpreter. A storage block belongs to one interpreter.

       const swiftbuf_api *api = PyCapsule_Import(SWIFTBUF_API_CAPSULE, 0);
       if (api == NULL || api->version < 1) { … }                                                     */
#ifndef SWIFTBUF_API_H
#define SWIFTBUF_API_H

#include "swiftbuf_export.h"

#define SWIFTBUF_API_CAPSULE "_swiftbuf._api"

/* Raised by one with every function that is appended. */
#define SWIFTBUF_API_VERSION 2

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

    /* Since version 2. The ledger that the modules of this process share; borrowed, lives as long as the process. */
    swiftbuf_ledger *ledger;
};

_Static_assert(sizeof(swiftbuf_api) == 48, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, version) == 8, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_type) == 16, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_from_storage) == 24, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, buffer_export) == 32, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_api, ledger) == 40, "the layout of the C ABI");

extern const swiftbuf_api *swiftbuf_api_in_use;

/* The ABI that swiftbuf_api_load() found; NULL before. With the GIL. */
static inline const swiftbuf_api *swiftbuf_api_loaded(void) {
    return swiftbuf_api_in_use;
}

/* Finds the ABI of `_swiftbuf`, once for this module, and keeps it. 0, or -1 with ImportError or the like set. With the GIL. */
int swiftbuf_api_load(void);

#endif /* SWIFTBUF_API_H */
