/* What Swift cannot say about Python: macros that it does not import, and variadic functions. Knows nothing of swiftbuf's own type. */
#ifndef SWIFTBUF_PYTHON_H
#define SWIFTBUF_PYTHON_H

#include "../../CPython/CPython.h"

/* Inlined into Swift too: a call would cost more than what these do. */
#define SWIFTBUF_INLINE static inline __attribute__((always_inline))

/* Whether several threads may run Python code at once: 1 where this is compiled for a free-threaded CPython (PEP 703), else 0. */
enum {
#ifdef Py_GIL_DISABLED
    SWIFTBUF_FREE_THREADED = 1,
#else
    SWIFTBUF_FREE_THREADED = 0,
#endif
};

/* --- requests: flags that Swift does not import, because they are made of others --- */

enum {
    SWIFTBUF_PYBUF_FULL_RO = PyBUF_FULL_RO,                /* any layout, to read */
    SWIFTBUF_PYBUF_PACKED_RO = PyBUF_ND | PyBUF_FORMAT,    /* C order, to read; the cheapest to ask for */
    SWIFTBUF_PYBUF_RECORDS_RO = PyBUF_RECORDS_RO,          /* any strides, to read */
    SWIFTBUF_PYBUF_WRITABLE = PyBUF_WRITABLE,              /* with one of the others: to write */
};

/* --- references and types --- */

/* References go by calls: the macros of the limited API of 3.11 count immortal objects too (PEP 683: None, small integers, short strings and
   bytes), of which CPython 3.12 and newer count nothing. NULL may be dropped. */
SWIFTBUF_INLINE PyObject *swiftbuf_new_reference(PyObject *object) {
    Py_IncRef(object);
    return object;
}

SWIFTBUF_INLINE void swiftbuf_drop_reference(PyObject *object) {
    Py_DecRef(object);
}

/* For an export, without the call: a Buffer is never immortal. */
SWIFTBUF_INLINE PyObject *swiftbuf_new_reference_to_buffer(PyObject *buffer) {
    Py_INCREF(buffer);
    return buffer;
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

/* A type, for Swift: it sees an opaque pointer in the limited API, and one to a struct in the full one. */
typedef PyTypeObject *swiftbuf_type_pointer;

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

SWIFTBUF_INLINE int swiftbuf_is_exact_complex(PyObject *object) {
    return Py_TYPE(object) == &PyComplex_Type;
}

/* Whether an object is an int, float, bool or complex, and of no class that is derived from one. */
SWIFTBUF_INLINE int swiftbuf_is_plain_number(PyObject *object) {
    PyTypeObject *type = Py_TYPE(object);
    return type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type || type == &PyComplex_Type;
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

SWIFTBUF_INLINE int swiftbuf_is_memoryview(PyObject *object) {
    return PyMemoryView_Check(object);
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

/* The name of the type of an object, without its module: at most `capacity` bytes of UTF-8, cut off behind that; how many there are.
   No exception is set. */
size_t swiftbuf_type_name(PyObject *object, unsigned char *name, size_t capacity);

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
    SWIFTBUF_MODULE_NOT_FOUND_ERROR,
} swiftbuf_exception;

/* Sets an exception. `format` is PyErr_Format's, whose directives take, in this order: `text` (one %s, or none if text is
   NULL), then up to three long longs (%lld). Nothing is allocated by Swift. With the GIL. */
void swiftbuf_raise(swiftbuf_exception kind, const char *format, const char *text, long long first, long long second,
                    long long third);

/* An exception that is set aside; all owned. */
typedef struct {
    PyObject *type;
    PyObject *value;
    PyObject *traceback;
} swiftbuf_exception_state;

/* Takes the exception that is set, so that none is. With the GIL. */
void swiftbuf_set_aside(swiftbuf_exception_state *state);

/* Sets the exception that was set aside, in the place of an ordinary one; what is no Exception, or MemoryError, stays. With the GIL. */
void swiftbuf_put_back(swiftbuf_exception_state *state);

/* Forgets the exception that was set aside. With the GIL. */
void swiftbuf_forget(swiftbuf_exception_state *state);

/* Sets an exception with a text that is whole already. With the GIL. */
void swiftbuf_raise_sentence(swiftbuf_exception kind, const char *text);

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

/* As swiftbuf_raise_errno, in words of ours. `filename` is not NULL. */
void swiftbuf_raise_errno_text(int error, const char *text, PyObject *filename);

/* Whether `error`, an errno, says that a signal has interrupted a system call. */
int swiftbuf_errno_is_interrupted(int error);

/* Whether `error`, an errno, is ENODEV: the file system lends no memory for a file. */
int swiftbuf_errno_is_no_device(int error);

/* Gives a granted Py_buffer back: every one goes this way. The exporter's release slot may run Python code, for which no exception may be set:
   one that is set is set aside meanwhile, and is set again. One that the slot leaves is written to sys.unraisablehook, because there
   is nobody to hand it to. With the GIL. */
void swiftbuf_give_back(Py_buffer *view);

/* The class IndexError, borrowed: for PyNumber_AsSsize_t. */
SWIFTBUF_INLINE PyObject *swiftbuf_index_error(void) {
    return PyExc_IndexError;
}

/* Whether the exception that is set is of this kind. */
int swiftbuf_raised(swiftbuf_exception kind);

/* Whether the exception that is set is to go on, whoever else could go without an answer: want of memory, and what is no Exception, as
   KeyboardInterrupt and SystemExit. */
int swiftbuf_raised_must_go_on(void);

#endif /* SWIFTBUF_PYTHON_H */
