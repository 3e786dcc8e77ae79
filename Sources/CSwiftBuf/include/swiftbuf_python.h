/* What Swift cannot say about Python: macros that it does not import, variadic functions, and the object struct.

   PyObject is reached into in swiftbuf_export_of alone; everything else goes through CPython's functions. */
#ifndef SWIFTBUF_PYTHON_H
#define SWIFTBUF_PYTHON_H

#include "swiftbuf_api.h"

/* Inlined into Swift too: a call would cost more than what these do. */
#define SWIFTBUF_INLINE static inline __attribute__((always_inline))

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

/* What the module keeps; all owned. */
typedef struct {
    PyTypeObject *buffer_type;
    PyTypeObject *managed_type; /* swiftbuf_managed_buffer */
} swiftbuf_module_state;

/* The type swiftbuf.Buffer of the module that a module function was called with; borrowed. */
SWIFTBUF_INLINE PyTypeObject *swiftbuf_buffer_type(PyObject *module) {
    return ((swiftbuf_module_state *)PyModule_GetState(module))->buffer_type;
}

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

/* The exporter whose memory a Buffer shares; borrowed. NULL if it shares none. */
PyObject *swiftbuf_exporter_of(PyObject *self);

/* What a consumer asks for that takes any layout: PyBUF_FULL_RO, which Swift does not import. */
enum {
    SWIFTBUF_PYBUF_FULL_RO = PyBUF_FULL_RO,
};

/* --- references and types --- */

SWIFTBUF_INLINE PyObject *swiftbuf_new_reference(PyObject *object) {
    Py_INCREF(object);
    return object;
}

SWIFTBUF_INLINE void swiftbuf_drop_reference(PyObject *object) {
    Py_XDECREF(object);
}

/* None, a new reference. */
SWIFTBUF_INLINE PyObject *swiftbuf_none(void) {
    return swiftbuf_new_reference(Py_None);
}

/* NotImplemented, a new reference. */
SWIFTBUF_INLINE PyObject *swiftbuf_not_implemented(void) {
    return swiftbuf_new_reference(Py_NotImplemented);
}

SWIFTBUF_INLINE int swiftbuf_is_none(PyObject *object) {
    return object == Py_None;
}

/* `...`, borrowed. */
SWIFTBUF_INLINE PyObject *swiftbuf_ellipsis(void) {
    return Py_Ellipsis;
}

SWIFTBUF_INLINE int swiftbuf_is_ellipsis(PyObject *object) {
    return object == Py_Ellipsis;
}

SWIFTBUF_INLINE int swiftbuf_is_slice(PyObject *object) {
    return PySlice_Check(object);
}

SWIFTBUF_INLINE PyTypeObject *swiftbuf_type_of(PyObject *object) {
    return Py_TYPE(object);
}

SWIFTBUF_INLINE int swiftbuf_is_of_type(PyObject *object, PyTypeObject *type) {
    return Py_TYPE(object) == type;
}

SWIFTBUF_INLINE int swiftbuf_is_exact_int(PyObject *object) {
    return Py_TYPE(object) == &PyLong_Type;
}

SWIFTBUF_INLINE int swiftbuf_is_exact_float(PyObject *object) {
    return Py_TYPE(object) == &PyFloat_Type;
}

SWIFTBUF_INLINE int swiftbuf_is_tuple(PyObject *object) {
    return Py_TYPE(object) == &PyTuple_Type || PyTuple_Check(object);
}

/* The items of a tuple. */
SWIFTBUF_INLINE Py_ssize_t swiftbuf_tuple_size(PyObject *tuple) {
    return Py_SIZE(tuple);
}

SWIFTBUF_INLINE int swiftbuf_is_exact_tuple(PyObject *object) {
    return Py_TYPE(object) == &PyTuple_Type;
}

SWIFTBUF_INLINE int swiftbuf_is_str(PyObject *object) {
    return Py_TYPE(object) == &PyUnicode_Type || PyUnicode_Check(object);
}

SWIFTBUF_INLINE int swiftbuf_is_bytes(PyObject *object) {
    return PyBytes_Check(object);
}

SWIFTBUF_INLINE int swiftbuf_is_list(PyObject *object) {
    return PyList_Check(object);
}

/* complex(object): a new reference, or NULL with an exception set. */
SWIFTBUF_INLINE PyObject *swiftbuf_complex(PyObject *object) {
    return PyObject_CallFunctionObjArgs((PyObject *)&PyComplex_Type, object, NULL);
}

/* object.name(): a new reference, or NULL with an exception set. */
PyObject *swiftbuf_call_method(PyObject *object, const char *name);

/* --- exceptions: Swift names one, C has the object --- */

typedef enum {
    SWIFTBUF_BUFFER_ERROR,
    SWIFTBUF_VALUE_ERROR,
    SWIFTBUF_TYPE_ERROR,
    SWIFTBUF_INDEX_ERROR,
    SWIFTBUF_OVERFLOW_ERROR,
    SWIFTBUF_NOT_IMPLEMENTED_ERROR,
    SWIFTBUF_MEMORY_ERROR,
    SWIFTBUF_SYSTEM_ERROR,
} swiftbuf_exception;

/* Sets an exception. `format` is PyErr_Format's, whose directives take, in this order: `text` (one %s, or none if text is
   NULL), then up to three long longs (%lld). Nothing is allocated by Swift. With the GIL. */
void swiftbuf_raise(swiftbuf_exception kind, const char *format, const char *text, long long first, long long second,
                    long long third);

/* As swiftbuf_raise, with two texts as %s. */
void swiftbuf_raise_text(swiftbuf_exception kind, const char *format, const char *first, const char *second);

/* As swiftbuf_raise; `object` comes first, as %R. */
void swiftbuf_raise_object(swiftbuf_exception kind, const char *format, PyObject *object, const char *text);

/* As swiftbuf_raise; the name of the type of `object` comes first, as %U. */
void swiftbuf_raise_type(swiftbuf_exception kind, const char *format, PyObject *object, const char *text);

/* As swiftbuf_raise_type, with `text` first, as %s. */
void swiftbuf_raise_type_from(swiftbuf_exception kind, const char *format, const char *text, PyObject *object);

/* Sets the OSError that `error`, an errno, stands for: FileNotFoundError and so on; MemoryError for ENOMEM. `filename` may be NULL. */
void swiftbuf_raise_errno(int error, PyObject *filename);

/* Whether `error`, an errno, says that a signal has interrupted a system call. */
int swiftbuf_errno_is_interrupted(int error);

/* The class IndexError, borrowed: for PyNumber_AsSsize_t. */
SWIFTBUF_INLINE PyObject *swiftbuf_index_error(void) {
    return PyExc_IndexError;
}

/* Whether the exception that is set is of this kind. */
int swiftbuf_raised(swiftbuf_exception kind);

/* --- texts --- */

/* Buffer('f', (480, 640), 1228800 bytes): a new reference, or NULL with an exception set. `shape` is borrowed. */
PyObject *swiftbuf_repr(const char *format, PyObject *shape, Py_ssize_t byte_count, int readonly);

#endif /* SWIFTBUF_PYTHON_H */
