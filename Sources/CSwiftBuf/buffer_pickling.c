/* __reduce_ex__, __copy__ and __deepcopy__. How a Buffer is pickled is said in Python, in swiftbuf._pickling, which is imported when
   it is first needed. Copying needs neither that module nor pickle. */
#include "CSwiftBuf.h"

#include "buffer_pickling.h"

PyObject *swiftbuf_buffer_reduce_ex(PyObject *self, PyObject *protocol) {
    PyObject *module = PyImport_ImportModule("swiftbuf._pickling");
    if (module == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethod(module, "reduce", "OO", self, protocol);
    swiftbuf_drop_reference(module);
    return result;
}

/* Whether a new view is all that is left of its memory: the garbage collector, which may have run, can have shown the Buffer to somebody. */
static int is_alone(PyObject *view) {
    swiftbuf_storage *storage = swiftbuf_export_of(view)->storage;
    int64_t left = swiftbuf_storage_references(storage) - storage->left_behind;
    return swiftbuf_exports_count(&storage->exports) == 1 && left == SWIFTBUF_FREE_THREADED;
}

PyObject *swiftbuf_buffer_copy_module(PyObject *self, PyObject *unused) {
    (void)unused;
    PyObject *attribute = PyObject_GetAttrString(self, "readonly");
    if (attribute == NULL) {
        return NULL;
    }
    int readonly = attribute == Py_True;
    swiftbuf_drop_reference(attribute);
    PyObject *copy = PyObject_CallMethod(self, "copy", "s", "K");
    if (copy == NULL || !readonly) {
        return copy;
    }
    PyObject *view = PyObject_CallMethod(copy, "toreadonly", NULL);
    swiftbuf_drop_reference(copy);
    if (view != NULL && is_alone(view)) {
        swiftbuf_export_of(view)->storage->flags |= SWIFTBUF_STORAGE_READONLY;
    }
    return view;
}

PyObject *swiftbuf_buffer_deepcopy(PyObject *self, PyObject *memo) {
    (void)memo; /* copy.deepcopy() writes into it */
    return swiftbuf_buffer_copy_module(self, NULL);
}
