/* What Swift asks an exporter about its items: attributes, read quietly. All of it may run Python code. */
#include "CSwiftBuf.h"

/* Forgets an ordinary exception, such as AttributeError; MemoryError and what is no Exception (KeyboardInterrupt) stay. */
static void forget_ordinary_exception(void) {
    if (PyErr_Occurred() && PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_MemoryError)) {
        PyErr_Clear();
    }
}

PyObject *swiftbuf_quiet_attribute(PyObject *object, const char *name) {
    PyObject *value = PyObject_GetAttrString(object, name);
    if (value == NULL) {
        forget_ordinary_exception();
    }
    return value;
}

PyObject *swiftbuf_quiet_named_attribute(PyObject *object, PyObject *name) {
    PyObject *value = PyObject_GetAttr(object, name);
    if (value == NULL) {
        forget_ordinary_exception();
    }
    return value;
}

PyObject *swiftbuf_quiet_entry(PyObject *mapping, PyObject *key) {
    PyObject *value = PyObject_GetItem(mapping, key);
    if (value == NULL) {
        forget_ordinary_exception();
    }
    return value;
}

PyObject *swiftbuf_quiet_tuple(PyObject *sequence) {
    PyObject *tuple = PySequence_Tuple(sequence);
    if (tuple == NULL) {
        forget_ordinary_exception();
    }
    return tuple;
}

Py_ssize_t swiftbuf_quiet_size(PyObject *object) {
    if (object == NULL || !PyLong_Check(object)) {
        return -1;
    }
    Py_ssize_t size = PyLong_AsSsize_t(object);
    if (size < 0) {
        forget_ordinary_exception();
        return -1;
    }
    return size;
}

PyObject *swiftbuf_described_object(PyObject *exporter) {
    PyObject *object = swiftbuf_new_reference(exporter);
    /* A memoryview cannot be made of itself, so the way ends; but its length is somebody else's choice. */
    for (int step = 0; step < 16 && PyMemoryView_Check(object); step++) {
        PyObject *owner = swiftbuf_quiet_attribute(object, "obj");
        if (owner == NULL) {
            break;
        }
        swiftbuf_drop_reference(object);
        object = owner;
    }
    return object;
}
