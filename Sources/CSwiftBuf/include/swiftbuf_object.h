/* The Python object of a Buffer, and what the module keeps.

   PyObject is reached into in swiftbuf_export_of alone; everything else goes through CPython's functions. */
#ifndef SWIFTBUF_OBJECT_H
#define SWIFTBUF_OBJECT_H

#include "CSwiftBufABI.h"

/* --- the object --- */

typedef struct {
    PyObject_HEAD
    PyObject *weakrefs;     /* the list of weak references, or NULL */
    PyObject *base;         /* what the memory belongs to on Python's side, or NULL */
    Py_hash_t hash;         /* once it was asked for; else -1 */
    swiftbuf_export export; /* what the slots read */
} swiftbuf_object;

/* Where the export block stands in a Buffer, for Swift. */
enum {
    SWIFTBUF_OBJECT_EXPORT_OFFSET = offsetof(swiftbuf_object, export),
};

/* The export block of a Buffer. `self` is a Buffer: CPython, which calls a slot with nothing else, guarantees it. */
SWIFTBUF_INLINE swiftbuf_export *swiftbuf_export_of(PyObject *self) {
    return &((swiftbuf_object *)self)->export;
}

/* A new Buffer whose export block is all zeroes, not yet tracked by the garbage collector. `base` may be NULL; a new reference
   to it is taken. A new reference, or NULL with MemoryError set. With the GIL. */
PyObject *swiftbuf_object_new(PyTypeObject *type, PyObject *base);

/* What the memory of a Buffer belongs to on Python's side; borrowed, or NULL. */
SWIFTBUF_INLINE PyObject *swiftbuf_base_of(PyObject *self) {
    return ((swiftbuf_object *)self)->base;
}

/* The hash of a Buffer, if it was asked for before; else -1. */
SWIFTBUF_INLINE Py_hash_t swiftbuf_hash_of(PyObject *self) {
    return ((swiftbuf_object *)self)->hash;
}

SWIFTBUF_INLINE void swiftbuf_set_hash(PyObject *self, Py_hash_t hash) {
    ((swiftbuf_object *)self)->hash = hash;
}

/* Lets go of what the memory belongs to on Python's side. May run Python code. */
void swiftbuf_object_clear_base(PyObject *self);

/* The bytes of a Buffer object itself, without what it points to. */
SWIFTBUF_INLINE Py_ssize_t swiftbuf_object_size(void) {
    return (Py_ssize_t)sizeof(swiftbuf_object);
}

/* What the module keeps; all references owned. */
typedef struct {
    PyTypeObject *buffer_type;
    PyTypeObject *managed_type; /* swiftbuf_managed_buffer */
    swiftbuf_api api;           /* what the capsules _swiftbuf._capi point to */
} swiftbuf_module_state;

/* The type swiftbuf.Buffer of the module that a module function was called with; borrowed. */
SWIFTBUF_INLINE PyTypeObject *swiftbuf_buffer_type(PyObject *module) {
    return ((swiftbuf_module_state *)PyModule_GetState(module))->buffer_type;
}

/* Counts an export of a Buffer, waiting while another thread changes it: in a free-threaded CPython. Lets other threads run
   meanwhile, and so may lose the critical sections that are held for a moment. */
void swiftbuf_begin_export(swiftbuf_export *export);

/* --- another exporter's memory --- */

/* A Py_buffer of another exporter, held for the Buffers that share its memory: each has a reference to it in `base`, so that the
   garbage collector sees the way from a Buffer to the exporter. The Py_buffer never moves, and is given back when the last of them
   lets go of it. */
typedef struct {
    PyObject_HEAD
    Py_buffer view;
    PyObject *exporter; /* kept alive here if the view does not keep it alive; else NULL */
} swiftbuf_managed_buffer;

/* Asks `exporter` for its memory: PyBUF_FULL_RO, with the flags that are to be added. A new reference; or NULL with the exporter's
   exception set. `buffer_type` is the type of the Buffers that will share the memory. May run Python code. */
PyObject *swiftbuf_managed_buffer_new(PyTypeObject *buffer_type, PyObject *exporter);

/* The Py_buffer inside; borrowed. */
SWIFTBUF_INLINE Py_buffer *swiftbuf_managed_view(PyObject *managed) {
    return &((swiftbuf_managed_buffer *)managed)->view;
}

/* The exporter whose memory a Buffer shares; borrowed. NULL if it shares none. In every state of the module. */
PyObject *swiftbuf_exporter_of(PyObject *self);

/* Whether an object is a Buffer of any module `_swiftbuf` that was made of this file: one that was imported anew has its own type. */
int swiftbuf_is_any_buffer(PyObject *object);

/* --- what an exporter says of its items besides its format --- */

/* An attribute: a new reference. NULL if there is none, or an ordinary exception was raised, which is forgotten; NULL with MemoryError, or
   what is no Exception, set. So are all functions below; all may run Python code. */
PyObject *swiftbuf_quiet_attribute(PyObject *object, const char *name);
PyObject *swiftbuf_quiet_named_attribute(PyObject *object, PyObject *name);

/* object[key]. */
PyObject *swiftbuf_quiet_entry(PyObject *mapping, PyObject *key);

/* tuple(sequence). */
PyObject *swiftbuf_quiet_tuple(PyObject *sequence);

/* An int that is not negative; -1 for all else, also for NULL. */
Py_ssize_t swiftbuf_quiet_size(PyObject *object);

/* The object whose items an exporter's are: itself, or what a memoryview is a view of. A new reference; NULL never. */
PyObject *swiftbuf_described_object(PyObject *exporter);

/* --- texts --- */

/* Buffer('f', (480, 640), 1228800 bytes): a new reference, or NULL with an exception set. `shape` is borrowed. */
PyObject *swiftbuf_repr(const char *format, PyObject *shape, Py_ssize_t byte_count, int readonly);

#endif /* SWIFTBUF_OBJECT_H */
