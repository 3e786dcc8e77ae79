/* __reduce_ex__, __copy__ and __deepcopy__: how a Buffer is pickled and copied is said in Python, in swiftbuf._pickling, which is
   imported when it is first needed. */
#include "CSwiftBuf.h"

#include "buffer_pickling.h"

/* Calls a function of that module with a Buffer and, unless it is NULL, one more argument. */
static PyObject *call(const char *name, PyObject *self, PyObject *argument) {
    PyObject *module = PyImport_ImportModule("swiftbuf._pickling");
    if (module == NULL) {
        return NULL;
    }
    PyObject *function = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    if (function == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallFunctionObjArgs(function, self, argument, NULL);
    Py_DECREF(function);
    return result;
}

PyObject *swiftbuf_buffer_reduce_ex(PyObject *self, PyObject *protocol) {
    return call("reduce", self, protocol);
}

PyObject *swiftbuf_buffer_copy_module(PyObject *self, PyObject *unused) {
    (void)unused;
    return call("copied", self, NULL);
}

PyObject *swiftbuf_buffer_deepcopy(PyObject *self, PyObject *memo) {
    (void)memo; /* copy.deepcopy() writes into it */
    return call("copied", self, NULL);
}
