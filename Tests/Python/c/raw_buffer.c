/* A consumer that hides nothing: asks an exporter for a Py_buffer with any flags and shows every field that it filled.

   Each request is made into memory that is filled with one byte before, so that a field that was not written is seen. Limited
   API of 3.11, so that it sees what any extension sees. */
#ifndef FREE_THREADED /* which has no limited API */
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

#define POISON 0xA5

/* --- showing --- */

/* A new tuple of ints, or None for NULL. */
static PyObject *tuple_of(const Py_ssize_t *values, int count) {
    if (values == NULL) {
        return Py_NewRef(Py_None);
    }
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple != NULL && i < count; i++) {
        if (PyTuple_SetItem(tuple, i, PyLong_FromSsize_t(values[i])) < 0) {
            Py_CLEAR(tuple);
        }
    }
    return tuple;
}

static PyObject *fields_of(const Py_buffer *view) {
    return Py_BuildValue("{s:N,s:n,s:n,s:i,s:i,s:z,s:N,s:N,s:N,s:N,s:O}", "buf", PyLong_FromVoidPtr(view->buf), "len",
                         view->len, "itemsize", view->itemsize, "readonly", view->readonly, "ndim", view->ndim, "format",
                         view->format, "shape", tuple_of(view->shape, view->ndim), "strides",
                         tuple_of(view->strides, view->ndim), "suboffsets", tuple_of(view->suboffsets, view->ndim), "internal",
                         PyLong_FromVoidPtr(view->internal), "obj", view->obj == NULL ? Py_None : view->obj);
}

/* Whether all of a view but `obj` is still what it was filled with. */
static int is_untouched(const Py_buffer *view) {
    Py_buffer poisoned;
    memset(&poisoned, POISON, sizeof(poisoned));
    poisoned.obj = view->obj;
    return memcmp(&poisoned, view, sizeof(poisoned)) == 0;
}

/* What a refusal left behind, with the exception cleared. */
static PyObject *refusal_of(int code, const Py_buffer *view) {
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = Py_BuildValue("{s:i,s:O,s:O,s:O}", "code", code, "refused", type == NULL ? Py_None : type, "obj_is_null",
                                     view->obj == NULL ? Py_True : Py_False, "untouched",
                                     is_untouched(view) ? Py_True : Py_False);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

PyDoc_STRVAR(ask_doc,
"ask(obj, flags)\n--\n\nThe fields of the Py_buffer that obj grants, which is released at once; or how it refused.");

static PyObject *ask(PyObject *Py_UNUSED(module), PyObject *args) {
    PyObject *object;
    int flags;
    if (!PyArg_ParseTuple(args, "Oi", &object, &flags)) {
        return NULL;
    }
    Py_buffer view;
    memset(&view, POISON, sizeof(view));
    int code = PyObject_GetBuffer(object, &view, flags);
    if (code != 0 || PyErr_Occurred()) {
        return refusal_of(code, &view);
    }
    PyObject *fields = fields_of(&view);
    PyBuffer_Release(&view);
    return fields;
}

PyDoc_STRVAR(ask_without_view_doc, "ask_without_view(obj)\n--\n\nRequests a buffer into a NULL view; raises what that raises.");

static PyObject *ask_without_view(PyObject *Py_UNUSED(module), PyObject *object) {
    return PyObject_GetBuffer(object, NULL, PyBUF_FULL_RO) < 0 ? NULL : Py_NewRef(Py_None);
}

/* --- holding --- */

typedef struct {
    PyObject_HEAD
    Py_buffer *view; /* on the heap, so that it has an address of its own; NULL once released */
} held_object;

static Py_buffer *held_view(PyObject *self) {
    Py_buffer *view = ((held_object *)self)->view;
    if (view == NULL) {
        PyErr_SetString(PyExc_ValueError, "this view is released");
    }
    return view;
}

static PyObject *held_fields(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Py_buffer *view = held_view(self);
    return view == NULL ? NULL : fields_of(view);
}

static PyObject *held_pointers(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Py_buffer *view = held_view(self);
    return view == NULL ? NULL : Py_BuildValue("{s:N,s:N,s:N}", "format", PyLong_FromVoidPtr(view->format), "shape",
                                               PyLong_FromVoidPtr(view->shape), "strides", PyLong_FromVoidPtr(view->strides));
}

static PyObject *held_read(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Py_buffer *view = held_view(self);
    return view == NULL ? NULL : PyBytes_FromStringAndSize(view->buf, view->len);
}

static PyObject *held_release(PyObject *self, PyObject *Py_UNUSED(unused)) {
    Py_buffer *view = held_view(self);
    if (view == NULL) {
        return NULL;
    }
    ((held_object *)self)->view = NULL;
    PyBuffer_Release(view);
    PyMem_Free(view);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

/* Gives a copy of the struct back and spoils the one that was filled; `obj_alone`: nothing but `obj` and `internal` is right. */
static PyObject *release_copy(PyObject *self, int obj_alone) {
    Py_buffer *view = held_view(self);
    if (view == NULL) {
        return NULL;
    }
    Py_buffer *copy = PyMem_Malloc(sizeof(*copy));
    if (copy == NULL) {
        return PyErr_NoMemory();
    }
    ((held_object *)self)->view = NULL;
    *copy = *view;
    if (obj_alone) {
        memset(copy, POISON, sizeof(*copy));
        copy->obj = view->obj;
        copy->internal = view->internal;
    }
    memset(view, POISON, sizeof(*view));
    PyMem_Free(view);
    PyBuffer_Release(copy);
    int is_null = copy->obj == NULL;
    PyMem_Free(copy);
    return PyErr_Occurred() ? NULL : PyBool_FromLong(is_null);
}

static PyObject *held_release_copy(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return release_copy(self, 0);
}

static PyObject *held_release_by_obj(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return release_copy(self, 1);
}

static void held_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    Py_buffer *view = ((held_object *)self)->view;
    if (view != NULL) {
        PyBuffer_Release(view);
        PyMem_Free(view);
    }
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyMethodDef held_methods[] = {
    {"fields", held_fields, METH_NOARGS, PyDoc_STR("The fields, read now.")},
    {"pointers", held_pointers, METH_NOARGS, PyDoc_STR("The addresses of format, shape and strides.")},
    {"read", held_read, METH_NOARGS, PyDoc_STR("len bytes from buf.")},
    {"release", held_release, METH_NOARGS, PyDoc_STR("Gives the Py_buffer back.")},
    {"release_copy", held_release_copy, METH_NOARGS, PyDoc_STR("Gives a copy of the struct back, from another address.")},
    {"release_by_obj", held_release_by_obj, METH_NOARGS, PyDoc_STR("As release_copy, with only obj and internal left right.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot held_slots[] = {
    {Py_tp_dealloc, held_dealloc},
    {Py_tp_methods, held_methods},
    {0, NULL},
};

static PyType_Spec held_spec = {
    .name = "raw_buffer.Held",
    .basicsize = sizeof(held_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = held_slots,
};

PyDoc_STRVAR(hold_doc, "hold(obj, flags)\n--\n\nA granted Py_buffer, held until it is released or dies; raises what obj raises.");

static PyObject *hold(PyObject *module, PyObject *args) {
    PyObject *object;
    int flags;
    if (!PyArg_ParseTuple(args, "Oi", &object, &flags)) {
        return NULL;
    }
    PyTypeObject *type = *(PyTypeObject **)PyModule_GetState(module);
    held_object *held = PyObject_New(held_object, type);
    if (held == NULL) {
        return NULL;
    }
    held->view = PyMem_Calloc(1, sizeof(Py_buffer));
    if (held->view == NULL) {
        PyErr_NoMemory();
    }
    else if (PyObject_GetBuffer(object, held->view, flags) < 0) {
        PyMem_Free(held->view); /* a refused view is not released */
        held->view = NULL;
    }
    if (held->view == NULL) {
        Py_DECREF((PyObject *)held);
        return NULL;
    }
    return (PyObject *)held;
}

/* --- the module --- */

static int module_exec(PyObject *module) {
    PyObject **type = PyModule_GetState(module);
    *type = PyType_FromModuleAndSpec(module, &held_spec, NULL);
    return *type == NULL ? -1 : 0;
}

static int module_clear(PyObject *module) {
    PyObject **type = PyModule_GetState(module);
    Py_CLEAR(*type);
    return 0;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    PyObject **type = PyModule_GetState(module);
    if (type != NULL) {
        Py_VISIT(*type);
    }
    return 0;
}

static PyMethodDef module_functions[] = {
    {"ask", ask, METH_VARARGS, ask_doc},
    {"ask_without_view", ask_without_view, METH_O, ask_without_view_doc},
    {"hold", hold, METH_VARARGS, hold_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "raw_buffer",
    .m_size = sizeof(PyObject *),
    .m_methods = module_functions,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit_raw_buffer(void) {
    return PyModuleDef_Init(&module_definition);
}
