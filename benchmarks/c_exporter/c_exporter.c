/* The yardstick: what an expert would write by hand, in C, for one layout.

   An array of 'B' or 'd' in one or two dimensions, C-contiguous, zeroed,
   64-byte aligned.  A heap type under the limited API of 3.11, tracked by the
   garbage collector, with weak references.  It obeys the rules of the buffer
   protocol for that layout (Doc/c-api/buffer.rst, Doc/c-api/typeobj.rst);
   check_c_exporter.py holds it against CPython's own judge.

   Invariant: while `exports` is above zero, no field that bf_getbuffer reads
   changes; `data` becomes NULL, by release(), only when it is zero.

   Ownership: an array owns `block` alone.  A Py_buffer holds a reference to
   its array, taken here and dropped by PyBuffer_Release.

   All functions are called with the GIL. */

#include "../../Sources/CPython/CPython.h"

#include <stdint.h>
#include <string.h>
#include <structmember.h>

#define MAX_NDIM 2
#define ALIGNMENT 64

/* What is in every x[i] and x[i, j]: two callers each, so a compiler that is
   left to itself makes calls of them. */
#define FORCE_INLINE static inline __attribute__((always_inline))

typedef struct {
    PyObject_HEAD
    PyObject *weakrefs;
    char *data;                  /* item [0, 0]; NULL once released */
    Py_ssize_t len;              /* bytes */
    Py_ssize_t itemsize;         /* bytes: 1 or 8 */
    Py_ssize_t exports;          /* live Py_buffers */
    int ndim;                    /* 1 or 2 */
    int readonly;
    int f_contiguous;            /* C-contiguous it always is */
    char format[4];              /* "B" or "d" */
    Py_ssize_t shape[MAX_NDIM];
    Py_ssize_t strides[MAX_NDIM];
    void *block;                 /* what was allocated */
} array_object;

typedef struct {
    PyTypeObject *array_type;    /* owned */
} module_state;


/* --- the buffer protocol --- */

/* 0, or -1 with BufferError set and view->obj NULL. */
static int
array_getbuffer(PyObject *op, Py_buffer *view, int flags)
{
    array_object *self = (array_object *)op;

    view->obj = NULL;
    if (self->data == NULL) {
        PyErr_SetString(PyExc_BufferError, "array: the memory is released");
        return -1;
    }
    if ((flags & PyBUF_WRITABLE) && self->readonly) {
        PyErr_SetString(PyExc_BufferError,
                        "array: writable memory was asked for "
                        "but the array is read-only");
        return -1;
    }
    /* C_CONTIGUOUS and ANY_CONTIGUOUS always hold, and so does what a request
       without STRIDES needs.  No layout here has suboffsets. */
    if ((flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS
        && !self->f_contiguous)
    {
        PyErr_SetString(PyExc_BufferError,
                        "array: a Fortran-contiguous layout was asked for "
                        "but the array is C-contiguous");
        return -1;
    }
    if ((flags & (PyBUF_FORMAT | PyBUF_ND)) == PyBUF_FORMAT
        && self->format[0] != 'B')
    {
        PyErr_SetString(PyExc_BufferError,
                        "array: a format without a shape was asked for "
                        "but the items are no bytes");
        return -1;
    }

    view->buf = self->data;
    view->len = self->len;
    view->itemsize = self->itemsize;
    view->readonly = self->readonly;
    view->format = (flags & PyBUF_FORMAT) ? self->format : NULL;
    if (flags & PyBUF_ND) {
        view->ndim = self->ndim;
        view->shape = self->shape;
    }
    else {
        view->ndim = 1;
        view->shape = NULL;
    }
    view->strides =
        (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? self->strides : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;

    self->exports++;
    Py_INCREF(op);
    view->obj = op;
    return 0;
}

/* PyBuffer_Release drops view->obj itself. */
static void
array_releasebuffer(PyObject *op, Py_buffer *Py_UNUSED(view))
{
    ((array_object *)op)->exports--;
}


/* --- items --- */

/* *index = key as an index into an axis of `count` items, negative ones
   counted from the end.  0, or -1 with TypeError or IndexError set.
   May run Python code. */
static int
any_index(PyObject *key, Py_ssize_t count, Py_ssize_t *index)
{
    Py_ssize_t i = PyNumber_AsSsize_t(key, PyExc_IndexError);
    if (i == -1 && PyErr_Occurred()) {
        return -1;
    }
    if (i < 0) {
        i += count;
    }
    if (i < 0 || i >= count) {
        PyErr_SetString(PyExc_IndexError, "array: index out of range");
        return -1;
    }
    *index = i;
    return 0;
}

/* The same; short for an int that is in range and not negative. */
FORCE_INLINE int
index_of(PyObject *key, Py_ssize_t count, Py_ssize_t *index)
{
    if (PyLong_CheckExact(key)) {
        Py_ssize_t i = PyLong_AsSsize_t(key);
        if ((size_t)i < (size_t)count) {
            *index = i;
            return 0;
        }
        PyErr_Clear();  /* what is too large for Py_ssize_t says so below */
    }
    return any_index(key, count, index);
}

/* *offset = the byte offset of the item that a tuple of integers names.
   0, or -1 with an exception set.  May run Python code. */
static inline int
tuple_offset(array_object *self, PyObject *key, Py_ssize_t *offset)
{
    Py_ssize_t i, j;

    if (Py_SIZE(key) != self->ndim) {
        PyErr_Format(PyExc_TypeError,
                     "array: %zd indices were given "
                     "but the array has %d dimensions",
                     Py_SIZE(key), self->ndim);
        return -1;
    }
    if (index_of(PyTuple_GetItem(key, 0), self->shape[0], &i) < 0) {
        return -1;
    }
    *offset = i * self->strides[0];
    if (self->ndim == 2) {
        if (index_of(PyTuple_GetItem(key, 1), self->shape[1], &j) < 0) {
            return -1;
        }
        *offset += j * self->strides[1];
    }
    return 0;
}

/* *offset = the byte offset of item `key`: an integer for one dimension, a
   tuple with an integer for each.  0, or -1 with an exception set.
   May run Python code, which may release the array: look at `data` only
   afterwards. */
FORCE_INLINE int
offset_of(array_object *self, PyObject *key, Py_ssize_t *offset)
{
    Py_ssize_t i;

    if (PyTuple_CheckExact(key)
        || (!PyLong_CheckExact(key) && PyTuple_Check(key)))
    {
        return tuple_offset(self, key, offset);
    }
    if (self->ndim != 1) {
        PyErr_SetString(PyExc_NotImplementedError,
                        "array: one index was given "
                        "but the array has 2 dimensions");
        return -1;
    }
    if (index_of(key, self->shape[0], &i) < 0) {
        return -1;
    }
    *offset = i * self->strides[0];
    return 0;
}

static int
raise_released(void)
{
    PyErr_SetString(PyExc_ValueError, "array: the memory is released");
    return -1;
}

/* A new reference, or NULL with an exception set. */
static inline PyObject *
load(array_object *self, Py_ssize_t offset)
{
    if (self->data == NULL) {
        raise_released();
        return NULL;
    }
    const char *item = self->data + offset;
    if (self->format[0] == 'B') {
        return PyLong_FromLong(*(const unsigned char *)item);
    }
    double number;
    memcpy(&number, item, sizeof(number));
    return PyFloat_FromDouble(number);
}

/* 0, or -1 with an exception set and nothing written.  The value is converted
   first: that may run Python code. */
static inline int
store(array_object *self, Py_ssize_t offset, PyObject *value)
{
    if (self->format[0] == 'B') {
        long number = PyLong_AsLong(value);
        if (number == -1 && PyErr_Occurred()) {
            return -1;
        }
        if (number < 0 || number > 255) {
            PyErr_SetString(PyExc_ValueError,
                            "array: a byte is between 0 and 255");
            return -1;
        }
        if (self->data == NULL) {
            return raise_released();
        }
        *(unsigned char *)(self->data + offset) = (unsigned char)number;
        return 0;
    }
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    if (self->data == NULL) {
        return raise_released();
    }
    memcpy(self->data + offset, &number, sizeof(number));
    return 0;
}

static PyObject *
array_subscript(PyObject *op, PyObject *key)
{
    array_object *self = (array_object *)op;
    Py_ssize_t offset;

    if (offset_of(self, key, &offset) < 0) {
        return NULL;
    }
    return load(self, offset);
}

static int
array_assign_subscript(PyObject *op, PyObject *key, PyObject *value)
{
    array_object *self = (array_object *)op;
    Py_ssize_t offset;

    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "array: items cannot be deleted");
        return -1;
    }
    if (self->readonly) {
        PyErr_SetString(PyExc_TypeError, "array: the array is read-only");
        return -1;
    }
    if (offset_of(self, key, &offset) < 0) {
        return -1;
    }
    return store(self, offset, value);
}

/* For iteration and the sequence API.  CPython has added the length to a
   negative index. */
static PyObject *
array_item(PyObject *op, Py_ssize_t index)
{
    array_object *self = (array_object *)op;

    if (self->ndim != 1) {
        PyErr_SetString(PyExc_NotImplementedError,
                        "array: one index was given "
                        "but the array has 2 dimensions");
        return NULL;
    }
    if (index < 0 || index >= self->shape[0]) {
        PyErr_SetString(PyExc_IndexError, "array: index out of range");
        return NULL;
    }
    return load(self, index * self->strides[0]);
}

static Py_ssize_t
array_length(PyObject *op)
{
    return ((array_object *)op)->shape[0];
}


/* --- the life of an array --- */

/* *shape, *ndim = what `object` says: a tuple of one or two integers, or an
   integer.  0, or -1 with an exception set. */
static int
parse_shape(PyObject *object, Py_ssize_t *shape, int *ndim)
{
    if (!PyTuple_Check(object)) {
        *ndim = 1;
        shape[0] = PyNumber_AsSsize_t(object, PyExc_OverflowError);
        if (shape[0] == -1 && PyErr_Occurred()) {
            return -1;
        }
    }
    else {
        Py_ssize_t count = PyTuple_Size(object);
        if (count < 1 || count > MAX_NDIM) {
            PyErr_Format(PyExc_ValueError,
                         "zeros: %zd dimensions were asked for "
                         "but an array has one or two", count);
            return -1;
        }
        *ndim = (int)count;
        for (int k = 0; k < *ndim; k++) {
            shape[k] = PyNumber_AsSsize_t(PyTuple_GetItem(object, k),
                                          PyExc_OverflowError);
            if (shape[k] == -1 && PyErr_Occurred()) {
                return -1;
            }
        }
    }
    for (int k = 0; k < *ndim; k++) {
        if (shape[k] < 0) {
            PyErr_SetString(PyExc_ValueError,
                            "zeros: a dimension is below zero");
            return -1;
        }
    }
    return 0;
}

/* The bytes of an array, or -1 with ValueError set if they, with what
   alignment takes, are more than Py_ssize_t holds. */
static Py_ssize_t
byte_count(const Py_ssize_t *shape, int ndim, Py_ssize_t itemsize)
{
    Py_ssize_t bytes = itemsize;

    for (int k = 0; k < ndim; k++) {
        if (shape[k] == 0) {
            return 0;
        }
    }
    for (int k = 0; k < ndim; k++) {
        if (bytes > (PY_SSIZE_T_MAX - ALIGNMENT) / shape[k]) {
            PyErr_SetString(PyExc_ValueError, "zeros: the shape is too large");
            return -1;
        }
        bytes *= shape[k];
    }
    return bytes;
}

/* A new array, zeroed; or NULL with an exception set. */
static PyObject *
array_new(PyTypeObject *type, const Py_ssize_t *shape, int ndim, char format,
          int readonly)
{
    Py_ssize_t itemsize = format == 'd' ? (Py_ssize_t)sizeof(double) : 1;
    Py_ssize_t len = byte_count(shape, ndim, itemsize);
    if (len < 0) {
        return NULL;
    }
    array_object *self = PyObject_GC_New(array_object, type);
    if (self == NULL) {
        return NULL;
    }
    self->weakrefs = NULL;
    self->data = NULL;
    /* calloc, since the kernel's fresh pages are zero already. */
    self->block = PyMem_Calloc(1, (size_t)len + ALIGNMENT);
    if (self->block == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    self->data = (char *)(((uintptr_t)self->block + (ALIGNMENT - 1))
                          & ~(uintptr_t)(ALIGNMENT - 1));
    self->len = len;
    self->itemsize = itemsize;
    self->exports = 0;
    self->ndim = ndim;
    self->readonly = readonly;
    self->format[0] = format;
    self->format[1] = '\0';
    self->shape[0] = shape[0];
    if (ndim == 1) {
        self->strides[0] = itemsize;
        self->f_contiguous = 1;
    }
    else {
        self->shape[1] = shape[1];
        self->strides[0] = shape[1] * itemsize;
        self->strides[1] = itemsize;
        /* A dimension of one item has no say, and nothing in no order. */
        self->f_contiguous = len == 0 || shape[0] == 1 || shape[1] == 1;
    }
    PyObject_GC_Track(self);
    return (PyObject *)self;
}

static int
array_traverse(PyObject *op, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(op));
    return 0;
}

/* No tp_clear: an array refers to its type alone, and breaking that would
   break no cycle that the type's own tp_clear does not. */
static void
array_dealloc(PyObject *op)
{
    array_object *self = (array_object *)op;
    PyTypeObject *type = Py_TYPE(op);

    PyObject_GC_UnTrack(op);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs(op);
    }
    PyMem_Free(self->block);
    PyObject_GC_Del(op);
    Py_DECREF(type);
}

PyDoc_STRVAR(array_release_doc,
"release()\n--\n\n"
"Free the memory now.  Raises BufferError while it is exported.");

static PyObject *
array_release(PyObject *op, PyObject *Py_UNUSED(ignored))
{
    array_object *self = (array_object *)op;

    if (self->exports != 0) {
        PyErr_Format(PyExc_BufferError,
                     "release: %zd exports of this memory are live",
                     self->exports);
        return NULL;
    }
    self->data = NULL;
    PyMem_Free(self->block);
    self->block = NULL;
    Py_RETURN_NONE;
}

static PyMethodDef array_methods[] = {
    {"release", array_release, METH_NOARGS, array_release_doc},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef array_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(array_object, weakrefs),
     READONLY, NULL},
    {"exports", T_PYSSIZET, offsetof(array_object, exports), READONLY,
     "How many Py_buffers of this array are live."},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot array_slots[] = {
    {Py_tp_doc, "Zeroed memory that C owns: one or two dimensions, C order."},
    {Py_tp_dealloc, array_dealloc},
    {Py_tp_traverse, array_traverse},
    {Py_tp_methods, array_methods},
    {Py_tp_members, array_members},
    {Py_sq_length, array_length},
    {Py_sq_item, array_item},
    {Py_mp_length, array_length},
    {Py_mp_subscript, array_subscript},
    {Py_mp_ass_subscript, array_assign_subscript},
    {Py_bf_getbuffer, array_getbuffer},
    {Py_bf_releasebuffer, array_releasebuffer},
    {0, NULL},
};

static PyType_Spec array_spec = {
    .name = "c_exporter.Array",
    .basicsize = sizeof(array_object),
    .flags = (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC
              | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION),
    .slots = array_slots,
};


/* --- the module --- */

PyDoc_STRVAR(module_zeros_doc,
"zeros(shape, format='B', readonly=False)\n--\n\n"
"A new array of zeroes.  shape: an integer, or a tuple of one or two.\n"
"format: 'B' or 'd'.");

static PyObject *
module_zeros(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
             PyObject *names)
{
    static const char *const parameters[] = {"shape", "format", "readonly"};
    PyObject *values[3] = {NULL, NULL, NULL};
    Py_ssize_t shape[MAX_NDIM];
    int ndim;
    char format = 'B';
    int readonly = 0;

    if (nargs > 3) {
        PyErr_Format(PyExc_TypeError,
                     "zeros: %zd positional arguments were given "
                     "but it takes at most 3", nargs);
        return NULL;
    }
    for (Py_ssize_t k = 0; k < nargs; k++) {
        values[k] = args[k];
    }
    Py_ssize_t name_count = names != NULL ? PyTuple_Size(names) : 0;
    for (Py_ssize_t n = 0; n < name_count; n++) {
        PyObject *name = PyTuple_GetItem(names, n);
        int k = 0;
        while (k < 3
               && PyUnicode_CompareWithASCIIString(name, parameters[k]) != 0)
        {
            k++;
        }
        if (k == 3 || values[k] != NULL) {
            PyErr_Format(PyExc_TypeError,
                         "zeros: argument %R is unknown or given twice", name);
            return NULL;
        }
        values[k] = args[nargs + n];
    }

    if (values[0] == NULL) {
        PyErr_SetString(PyExc_TypeError, "zeros: a shape is needed");
        return NULL;
    }
    if (parse_shape(values[0], shape, &ndim) < 0) {
        return NULL;
    }
    if (values[1] != NULL) {
        Py_ssize_t size;
        const char *text = PyUnicode_AsUTF8AndSize(values[1], &size);
        if (text == NULL) {
            return NULL;
        }
        if (size != 1 || (text[0] != 'B' && text[0] != 'd')) {
            PyErr_Format(PyExc_ValueError,
                         "zeros: format %R was asked for "
                         "but an array is of 'B' or 'd'", values[1]);
            return NULL;
        }
        format = text[0];
    }
    if (values[2] != NULL) {
        readonly = PyObject_IsTrue(values[2]);
        if (readonly < 0) {
            return NULL;
        }
    }
    module_state *state = PyModule_GetState(module);
    return array_new(state->array_type, shape, ndim, format, readonly);
}

static PyMethodDef module_methods[] = {
    {"zeros", (PyCFunction)(void (*)(void))module_zeros,
     METH_FASTCALL | METH_KEYWORDS, module_zeros_doc},
    {NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
    module_state *state = PyModule_GetState(module);

    state->array_type =
        (PyTypeObject *)PyType_FromModuleAndSpec(module, &array_spec, NULL);
    if (state->array_type == NULL) {
        return -1;
    }
    return PyModule_AddType(module, state->array_type);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    module_state *state = PyModule_GetState(module);
    Py_VISIT(state->array_type);
    return 0;
}

static int
module_clear(PyObject *module)
{
    module_state *state = PyModule_GetState(module);
    Py_CLEAR(state->array_type);
    return 0;
}

static void
module_free(void *module)
{
    module_clear((PyObject *)module);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "c_exporter",
    .m_doc = "The benchmark's yardstick: a buffer exporter in plain C.",
    .m_size = sizeof(module_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit_c_exporter(void)
{
    return PyModuleDef_Init(&module_definition);
}
