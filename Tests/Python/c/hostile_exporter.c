/* An exporter whose every field is set from Python, right or wrong, and that counts what consumers do with it.

   Exporter(**fields) answers each request with the fields as they stand then, whatever the flags. It never looks at what it is told:
   that is what makes it hostile. What it points to (shape, strides, suboffsets, format) lies in a block of its own for each grant,
   which is overwritten and freed at the release: a consumer that reads it afterwards reads nonsense. */
#ifndef FREE_THREADED /* which has no limited API */
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string.h>

#define POISON 0xA5

/* What one grant points to. */
typedef struct grant_block {
    struct grant_block *next; /* of those that the exporter keeps itself */
    size_t size;              /* of the whole block, in bytes */
    Py_ssize_t values[];
} grant_block;

typedef struct {
    PyObject_HEAD
    PyObject *fields; /* a dict, owned */
    PyObject *asked;  /* a list of the flags of each request, owned */
    Py_ssize_t grants;
    Py_ssize_t releases;
    grant_block *kept; /* of views without obj, which nobody gives back; owned */
} exporter_object;

/* --- reading the fields --- */

/* Borrowed; NULL without an exception if there is no such field or it is None. */
static PyObject *field(exporter_object *self, const char *name) {
    PyObject *value = PyDict_GetItemString(self->fields, name);
    return value == Py_None ? NULL : value;
}

/* The number of a field, or `otherwise`; -1 with an exception set on failure. */
static Py_ssize_t number(exporter_object *self, const char *name, Py_ssize_t otherwise) {
    PyObject *value = field(self, name);
    return value == NULL ? otherwise : PyLong_AsSsize_t(value);
}

/* How many numbers a field has: 0 if it is no tuple. */
static Py_ssize_t count_of(exporter_object *self, const char *name) {
    PyObject *value = field(self, name);
    return value != NULL && PyTuple_Check(value) ? PyTuple_Size(value) : 0;
}

/* Where a field of numbers is to point: into the block at *next, at a field of the view itself ("len", "itemsize"), or NULL. */
static Py_ssize_t *numbers(exporter_object *self, const char *name, Py_buffer *view, Py_ssize_t **next) {
    PyObject *value = field(self, name);
    if (value == NULL) {
        return NULL;
    }
    if (PyUnicode_Check(value)) {
        return PyUnicode_CompareWithASCIIString(value, "len") == 0 ? &view->len : &view->itemsize;
    }
    Py_ssize_t *first = *next;
    Py_ssize_t count = PyTuple_Size(value);
    for (Py_ssize_t i = 0; i < count; i++) {
        first[i] = PyLong_AsSsize_t(PyTuple_GetItem(value, i));
    }
    *next += count;
    return first;
}

/* Calls the callable in a field, if there is one. 0, or -1 with an exception set. */
static int call_hook(exporter_object *self, const char *name) {
    PyObject *hook = field(self, name);
    if (hook == NULL) {
        return 0;
    }
    PyObject *result = PyObject_CallNoArgs(hook);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* Fails with the exception of a field, or without one if it is True. -1. */
static int refuse(PyObject *refusal) {
    if (refusal != Py_True) {
        PyErr_SetObject((PyObject *)Py_TYPE(refusal), refusal);
    }
    return -1;
}

/* --- the protocol --- */

static int exporter_getbuffer(PyObject *object, Py_buffer *view, int flags) {
    exporter_object *self = (exporter_object *)object;
    view->obj = NULL;
    PyObject *asked = PyLong_FromLong(flags);
    if (asked == NULL || PyList_Append(self->asked, asked) < 0) {
        Py_XDECREF(asked);
        return -1;
    }
    Py_DECREF(asked);
    if (call_hook(self, "when_asked") < 0) {
        return -1;
    }
    PyObject *refusal = field(self, "refusal");
    if (refusal != NULL && field(self, "late") == NULL) {
        return refuse(refusal);
    }
    PyObject *format = field(self, "format"); /* bytes */
    Py_ssize_t format_size = format == NULL ? 0 : PyBytes_Size(format) + 1;
    Py_ssize_t count = count_of(self, "shape") + count_of(self, "strides") + count_of(self, "suboffsets");
    size_t size = sizeof(grant_block) + (size_t)count * sizeof(Py_ssize_t) + (size_t)format_size;
    grant_block *block = PyMem_Malloc(size);
    if (block == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    block->size = size;
    Py_ssize_t *next = block->values;
    PyObject *address = field(self, "buf");
    view->buf = address == NULL ? NULL : PyLong_AsVoidPtr(address);
    view->len = number(self, "len", 0);
    view->itemsize = number(self, "itemsize", 1);
    view->readonly = (int)number(self, "readonly", 0);
    view->ndim = (int)number(self, "ndim", 1);
    view->shape = numbers(self, "shape", view, &next);
    view->strides = numbers(self, "strides", view, &next);
    view->suboffsets = numbers(self, "suboffsets", view, &next);
    view->format = format == NULL ? NULL : memcpy(next, PyBytes_AsString(format), (size_t)format_size);
    view->internal = block;
    if (PyErr_Occurred()) {
        PyMem_Free(block);
        return -1;
    }
    if (refusal != NULL) { /* what is left behind is nobody's to release */
        view->obj = object;
        PyMem_Free(block);
        return refuse(refusal);
    }
    if (field(self, "without_obj") != NULL) { /* PyBuffer_Release does nothing for such a view */
        block->next = self->kept;
        self->kept = block;
        return 0;
    }
    self->grants++;
    view->obj = Py_NewRef(object);
    return 0;
}

static void exporter_releasebuffer(PyObject *object, Py_buffer *view) {
    exporter_object *self = (exporter_object *)object;
    grant_block *block = view->internal;
    memset(block, POISON, block->size);
    PyMem_Free(block);
    self->releases++;
    if (call_hook(self, "when_released") < 0 && field(self, "leaves_exception") == NULL) {
        PyErr_WriteUnraisable(object);
    }
}

/* --- the type --- */

static PyObject *exporter_new(PyTypeObject *type, PyObject *args, PyObject *names) {
    if (PyTuple_Size(args) != 0) {
        PyErr_SetString(PyExc_TypeError, "Exporter() takes keywords only");
        return NULL;
    }
    allocfunc allocate = PyType_GetSlot(type, Py_tp_alloc);
    exporter_object *self = (exporter_object *)allocate(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->fields = names == NULL ? PyDict_New() : PyDict_Copy(names);
    self->asked = PyList_New(0);
    if (self->fields == NULL || self->asked == NULL) {
        Py_DECREF((PyObject *)self);
        return NULL;
    }
    return (PyObject *)self;
}

static int exporter_traverse(PyObject *object, visitproc visit, void *arg) {
    exporter_object *self = (exporter_object *)object;
    Py_VISIT(Py_TYPE(object));
    Py_VISIT(self->fields);
    Py_VISIT(self->asked);
    return 0;
}

static int exporter_clear(PyObject *object) {
    exporter_object *self = (exporter_object *)object;
    if (self->fields != NULL) {
        PyDict_Clear(self->fields); /* a release may still come, and looks into it */
    }
    return 0;
}

static void exporter_dealloc(PyObject *object) {
    exporter_object *self = (exporter_object *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyObject_GC_UnTrack(object);
    Py_CLEAR(self->fields);
    Py_CLEAR(self->asked);
    while (self->kept != NULL) {
        grant_block *block = self->kept;
        self->kept = block->next;
        memset(block, POISON, block->size);
        PyMem_Free(block);
    }
    freefunc release = PyType_GetSlot(type, Py_tp_free);
    release(object);
    Py_DECREF(type);
}

static PyObject *exporter_fields(PyObject *object, void *Py_UNUSED(closure)) {
    return Py_NewRef(((exporter_object *)object)->fields);
}

static PyObject *exporter_asked(PyObject *object, void *Py_UNUSED(closure)) {
    return Py_NewRef(((exporter_object *)object)->asked);
}

static PyObject *exporter_grants(PyObject *object, void *Py_UNUSED(closure)) {
    return PyLong_FromSsize_t(((exporter_object *)object)->grants);
}

static PyObject *exporter_releases(PyObject *object, void *Py_UNUSED(closure)) {
    return PyLong_FromSsize_t(((exporter_object *)object)->releases);
}

static PyGetSetDef exporter_attributes[] = {
    {"fields", exporter_fields, NULL, PyDoc_STR("The dict of what the next grant says."), NULL},
    {"asked", exporter_asked, NULL, PyDoc_STR("The flags of each request."), NULL},
    {"grants", exporter_grants, NULL, PyDoc_STR("How many requests were granted."), NULL},
    {"releases", exporter_releases, NULL, PyDoc_STR("How many grants were given back."), NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyDoc_STRVAR(exporter_doc,
"Exporter(**fields)\n--\n\n"
"buf, len, itemsize, ndim, readonly: ints. shape, strides, suboffsets: tuples, None for NULL, or 'len' or 'itemsize' for a\n"
"pointer to that field of the consumer's own struct. format: bytes, or None for NULL. refusal: the exception to raise, or True\n"
"to fail without one; with late, after all fields were filled. without_obj: leave the view's obj NULL. when_asked,\n"
"when_released: callables. leaves_exception: leave set what when_released raised, as no release slot may. Anything else is kept\n"
"alive, and not looked at.");

static PyType_Slot exporter_slots[] = {
    {Py_tp_doc, (void *)exporter_doc},
    {Py_tp_new, exporter_new},
    {Py_tp_dealloc, exporter_dealloc},
    {Py_tp_traverse, exporter_traverse},
    {Py_tp_clear, exporter_clear},
    {Py_tp_getset, exporter_attributes},
    {Py_bf_getbuffer, exporter_getbuffer},
    {Py_bf_releasebuffer, exporter_releasebuffer},
    {0, NULL},
};

static PyType_Spec exporter_spec = {
    .name = "hostile_exporter.Exporter",
    .basicsize = sizeof(exporter_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .slots = exporter_slots,
};

/* --- the module --- */

static int module_exec(PyObject *module) {
    PyObject *type = PyType_FromModuleAndSpec(module, &exporter_spec, NULL);
    int code = type == NULL ? -1 : PyModule_AddObjectRef(module, "Exporter", type);
    Py_XDECREF(type);
    return code;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "hostile_exporter",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_hostile_exporter(void) {
    return PyModuleDef_Init(&module_definition);
}
