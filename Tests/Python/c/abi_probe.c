/* An extension of another author: makes Buffers over its own memory by the capsule, and looks into Buffers by the C structs. */
#include "swiftbuf_api.h"

#include "abi_block.h"

#include <pthread.h>
#include <string.h>

typedef struct {
    const swiftbuf_api *api; /* the capsule's, which this module's state keeps alive */
    PyObject *capsule;
    PyTypeObject *block_type;
    PyTypeObject *owner_type;
} module_state;

static PyObject *make_block(PyObject *module, PyObject *args) {
    const char *bytes;
    Py_ssize_t count;
    int readonly;
    PyObject *callback = NULL;
    if (!PyArg_ParseTuple(args, "y#p|O", &bytes, &count, &readonly, &callback)) {
        return NULL;
    }
    return block_new(((module_state *)PyModule_GetState(module))->block_type, bytes, count, readonly, callback);
}

/* --- what other code does with a storage block --- */

typedef struct {
    PyObject_HEAD
    swiftbuf_storage *storage; /* one reference, or NULL */
} owner_object;

static swiftbuf_export *export_of(PyObject *module, PyObject *object) {
    module_state *state = PyModule_GetState(module);
    swiftbuf_export *export = state->api->buffer_export(state->api, object);
    if (export == NULL && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "no Buffer");
    }
    return export;
}

/* owner(buffer): one more owner of its memory, outside of Python. */
static PyObject *owner_new(PyObject *module, PyObject *buffer) {
    module_state *state = PyModule_GetState(module);
    swiftbuf_export *export = export_of(module, buffer);
    owner_object *self = export == NULL ? NULL : PyObject_New(owner_object, state->owner_type);
    if (self != NULL) {
        self->storage = export->storage;
        swiftbuf_storage_retain(self->storage);
    }
    return (PyObject *)self;
}

static void *drop_on_this_thread(void *storage) {
    swiftbuf_storage_release(storage);
    return NULL;
}

/* Drops the reference on a thread that Python does not know. */
static PyObject *owner_drop_in_thread(PyObject *self, PyObject *Py_UNUSED(unused)) {
    swiftbuf_storage *storage = ((owner_object *)self)->storage;
    ((owner_object *)self)->storage = NULL;
    pthread_t thread;
    if (pthread_create(&thread, NULL, drop_on_this_thread, storage) != 0) {
        PyErr_SetString(PyExc_RuntimeError, "no thread could be started");
        return NULL;
    }
    pthread_join(thread, NULL);
    return PyLong_FromUnsignedLong((unsigned long)thread);
}

static void owner_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (((owner_object *)self)->storage != NULL) {
        swiftbuf_storage_release(((owner_object *)self)->storage);
    }
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *set_borrows(PyObject *module, PyObject *args) {
    PyObject *buffer;
    unsigned long long word;
    if (!PyArg_ParseTuple(args, "OK", &buffer, &word)) {
        return NULL;
    }
    swiftbuf_export *export = export_of(module, buffer);
    if (export == NULL) {
        return NULL;
    }
    __atomic_store_n(&export->storage->borrows, word, __ATOMIC_RELEASE);
    return Py_NewRef(Py_None);
}

/* claim(block, capacity, owned): says of a memory what is not so; returns the capacity that was said before. */
static PyObject *claim(PyObject *module, PyObject *args) {
    PyObject *block;
    Py_ssize_t capacity;
    int owned;
    if (!PyArg_ParseTuple(args, "O!np", ((module_state *)PyModule_GetState(module))->block_type, &block, &capacity, &owned)) {
        return NULL;
    }
    swiftbuf_storage *storage = &record_of(block)->storage;
    PyObject *before = PyLong_FromSsize_t(storage->capacity);
    storage->capacity = capacity;
    storage->flags = owned ? SWIFTBUF_STORAGE_OWNED : 0;
    return before;
}

/* --- the capsule --- */

static PyObject *header(PyObject *module, PyObject *Py_UNUSED(unused)) {
    const swiftbuf_api *api = ((module_state *)PyModule_GetState(module))->api;
    return Py_BuildValue("{s:n,s:n,s:k,s:i,s:k,s:O}", "size", (Py_ssize_t)api->size, "sizeof", (Py_ssize_t)sizeof(*api),
                         "version", (unsigned long)api->version, "built_against", SWIFTBUF_API_VERSION, "reserved",
                         (unsigned long)api->reserved, "buffer_type", (PyObject *)api->buffer_type);
}

static PyObject *is_buffer(PyObject *module, PyObject *object) {
    module_state *state = PyModule_GetState(module);
    return PyBool_FromLong(state->api->buffer_export(state->api, object) != NULL);
}

/* Reads a tuple of ints. How many, or -1 with an exception set. */
static Py_ssize_t read_tuple(PyObject *tuple, Py_ssize_t *values, Py_ssize_t room) {
    Py_ssize_t count = PyTuple_Size(tuple);
    if (count > room) {
        PyErr_SetString(PyExc_SystemError, "the probe has no room for so many dimensions");
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        values[i] = PyLong_AsSsize_t(PyTuple_GetItem(tuple, i));
    }
    return PyErr_Occurred() ? -1 : count;
}

/* Calls buffer_from_storage with what Python gave. */
static PyObject *make_over(PyObject *module, swiftbuf_storage *storage, PyObject *args) {
    Py_ssize_t offset, shape[80], strides[80];
    PyObject *shape_tuple, *strides_tuple, *base;
    const char *format;
    int readonly;
    if (!PyArg_ParseTuple(args, "nO!OspO", &offset, &PyTuple_Type, &shape_tuple, &strides_tuple, &format, &readonly, &base)) {
        return NULL;
    }
    Py_ssize_t ndim = read_tuple(shape_tuple, shape, 80);
    if (ndim < 0 || (strides_tuple != Py_None && read_tuple(strides_tuple, strides, 80) < 0)) {
        return NULL;
    }
    const swiftbuf_api *api = ((module_state *)PyModule_GetState(module))->api;
    void *buf = (void *)((uintptr_t)storage->base + (uintptr_t)offset); /* may be outside: that is for swiftbuf to find */
    return api->buffer_from_storage(api, storage, buf, (int)ndim, shape, strides_tuple == Py_None ? NULL : strides, format,
                                    readonly, base == Py_None ? NULL : base);
}

/* make(block, offset, shape, strides or None, format, readonly, base or None) */
static PyObject *make(PyObject *module, PyObject *args) {
    PyObject *rest = PyTuple_GetSlice(args, 1, PY_SSIZE_T_MAX);
    PyObject *result = rest == NULL ? NULL : make_over(module, &record_of(PyTuple_GetItem(args, 0))->storage, rest);
    Py_XDECREF(rest);
    return result;
}

/* make_part(buffer, …): as make, over the memory of a Buffer. */
static PyObject *make_part(PyObject *module, PyObject *args) {
    swiftbuf_export *export = export_of(module, PyTuple_GetItem(args, 0));
    PyObject *rest = export == NULL ? NULL : PyTuple_GetSlice(args, 1, PY_SSIZE_T_MAX);
    PyObject *result = rest == NULL ? NULL : make_over(module, export->storage, rest);
    Py_XDECREF(rest);
    return result;
}

/* make_with_null(block, which): calls buffer_from_storage with one pointer NULL. */
static PyObject *make_with_null(PyObject *module, PyObject *args) {
    PyObject *block;
    const char *which;
    if (!PyArg_ParseTuple(args, "Os", &block, &which)) {
        return NULL;
    }
    const swiftbuf_api *api = ((module_state *)PyModule_GetState(module))->api;
    swiftbuf_storage *storage = &record_of(block)->storage;
    Py_ssize_t shape = 1;
#define UNLESS(name, pointer) (strcmp(which, name) == 0 ? NULL : (pointer))
    return api->buffer_from_storage(UNLESS("api", api), UNLESS("storage", storage), UNLESS("buf", storage->base), 1,
                                    UNLESS("shape", &shape), NULL, UNLESS("format", "B"), 0, NULL);
}

/* make_with_ndim(block, ndim): a count of dimensions that no tuple can have. */
static PyObject *make_with_ndim(PyObject *module, PyObject *args) {
    PyObject *block;
    int ndim;
    if (!PyArg_ParseTuple(args, "Oi", &block, &ndim)) {
        return NULL;
    }
    const swiftbuf_api *api = ((module_state *)PyModule_GetState(module))->api;
    swiftbuf_storage *storage = &record_of(block)->storage;
    Py_ssize_t shape[65] = {0};
    return api->buffer_from_storage(api, storage, storage->base, ndim, shape, NULL, "B", 0, NULL);
}

static PyObject *tuple_of(const Py_ssize_t *values, int count) {
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple != NULL && i < count; i++) {
        if (PyTuple_SetItem(tuple, i, PyLong_FromSsize_t(values[i])) < 0) {
            Py_CLEAR(tuple);
        }
    }
    return tuple;
}

static PyObject *storage_fields(const swiftbuf_storage *storage) {
    if (storage == NULL) {
        return Py_NewRef(Py_None);
    }
    return Py_BuildValue("{s:N,s:n,s:L,s:L,s:K,s:O,s:O,s:O,s:k,s:k}", "base", PyLong_FromVoidPtr(storage->base), "capacity",
                         (Py_ssize_t)storage->capacity, "references", (long long)storage->references, "exports",
                         (long long)storage->exports, "borrows", (unsigned long long)storage->borrows, "has_owner",
                         storage->owner ? Py_True : Py_False, "has_release", storage->release ? Py_True : Py_False,
                         "has_dispose", storage->dispose ? Py_True : Py_False, "flags", (unsigned long)storage->flags, "left_behind",
                         (unsigned long)storage->left_behind);
}

/* fields(buffer): the export block and its storage block, by the names of the C structs. */
static PyObject *fields(PyObject *module, PyObject *object) {
    swiftbuf_export *export = export_of(module, object);
    if (export == NULL) {
        return NULL;
    }
    if (export->storage == NULL) {
        return Py_BuildValue("{s:O,s:k}", "storage", Py_None, "traits", (unsigned long)export->traits);
    }
    return Py_BuildValue(
        "{s:N,s:n,s:n,s:i,s:k,s:s,s:N,s:N,s:N,s:L,s:N,s:N,s:i,s:i,s:i,s:O,s:i,s:y#,s:O,s:O}", "buf", PyLong_FromVoidPtr(export->buf),
        "len", export->len, "itemsize", export->itemsize, "ndim", (int)export->ndim, "traits", (unsigned long)export->traits, "format",
        export->format, "shape", tuple_of(export->shape, export->ndim), "strides", tuple_of(export->strides, export->ndim),
        "suboffsets", PyLong_FromVoidPtr(export->suboffsets), "exports", (long long)export->exports, "storage",
        storage_fields(export->storage), "block", PyLong_FromVoidPtr(export->block), "denied", (int)export->denied, "required",
        (int)export->required, "item_kind", export->item_kind & ~SWIFTBUF_ITEM_SWAPPED, "item_is_swapped",
        export->item_kind & SWIFTBUF_ITEM_SWAPPED ? Py_True : Py_False, "order", (int)export->order, "reserved", (const char *)export->reserved,
        (Py_ssize_t)sizeof(export->reserved),
        "shape_is_inline", export->shape == export->inline_dimensions ? Py_True : Py_False, "format_is_inline",
        export->format == export->inline_format ? Py_True : Py_False);
}

/* --- the module --- */

static PyMethodDef owner_methods[] = {
    {"drop_in_thread", owner_drop_in_thread, METH_NOARGS, PyDoc_STR("Drops the reference on another thread, without the GIL.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot owner_slots[] = {{Py_tp_dealloc, owner_dealloc}, {Py_tp_methods, owner_methods}, {0, NULL}};

static PyType_Spec owner_spec = {
    .name = "abi_probe.Owner",
    .basicsize = sizeof(owner_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = owner_slots,
};

static int module_exec(PyObject *module) {
    module_state *state = PyModule_GetState(module);
    PyObject *swiftbuf = PyImport_ImportModule("_swiftbuf");
    state->capsule = swiftbuf == NULL ? NULL : PyObject_GetAttrString(swiftbuf, "_capi");
    Py_XDECREF(swiftbuf);
    state->api = PyCapsule_Import(SWIFTBUF_API_CAPSULE, 0);
    state->block_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &block_spec, NULL);
    state->owner_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &owner_spec, NULL);
    return state->capsule == NULL || state->api == NULL || state->block_type == NULL || state->owner_type == NULL ? -1 : 0;
}

static PyMethodDef module_functions[] = {
    {"block", make_block, METH_VARARGS, PyDoc_STR("block(bytes, readonly[, callback]): memory of this module; its release calls back.")},
    {"owner", owner_new, METH_O, PyDoc_STR("owner(buffer): one more owner of its memory.")},
    {"set_borrows", set_borrows, METH_VARARGS, PyDoc_STR("set_borrows(buffer, word): writes the borrow word.")},
    {"claim", claim, METH_VARARGS, PyDoc_STR("claim(block, capacity, owned): says of a memory what is not so.")},
    {"header", header, METH_NOARGS, PyDoc_STR("The fields of the capsule's struct that are no functions.")},
    {"is_buffer", is_buffer, METH_O, PyDoc_STR("Whether the capsule recognises a Buffer.")},
    {"make", make, METH_VARARGS, PyDoc_STR("make(block, offset, shape, strides, format, readonly, base): a Buffer.")},
    {"make_part", make_part, METH_VARARGS, PyDoc_STR("As make, over the memory of a Buffer.")},
    {"make_with_null", make_with_null, METH_VARARGS, PyDoc_STR("make_with_null(block, which): one pointer is NULL.")},
    {"make_with_ndim", make_with_ndim, METH_VARARGS, PyDoc_STR("make_with_ndim(block, ndim): so many dimensions.")},
    {"fields", fields, METH_O, PyDoc_STR("The C structs inside a Buffer.")},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "abi_probe",
    .m_size = sizeof(module_state),
    .m_methods = module_functions,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_abi_probe(void) {
    return PyModuleDef_Init(&module_definition);
}
