/* Which of Python's own types an object is of, and whether it holds plain bytes. The limited API has no functions for either. */
#include <Python.h>

#include <string.h>

#include "CSwiftBufEmbed.h"

swiftbuf_embed_kind swiftbuf_embed_kind_of(void *object) {
    /* A bool is an int as well, so it is asked for first. */
    if (object == Py_None) {
        return SWIFTBUF_EMBED_NONE;
    }
    if (PyBool_Check(object)) {
        return SWIFTBUF_EMBED_BOOL;
    }
    if (PyLong_Check(object)) {
        return SWIFTBUF_EMBED_INT;
    }
    if (PyFloat_Check(object)) {
        return SWIFTBUF_EMBED_FLOAT;
    }
    if (PyUnicode_Check(object)) {
        return SWIFTBUF_EMBED_STR;
    }
    if (PyList_Check(object)) {
        return SWIFTBUF_EMBED_LIST;
    }
    if (PyTuple_Check(object)) {
        return SWIFTBUF_EMBED_TUPLE;
    }
    return PyDict_Check(object) ? SWIFTBUF_EMBED_DICT : SWIFTBUF_EMBED_OTHER;
}

int swiftbuf_embed_has_plain_bytes(void *object) {
    if (!PyObject_CheckBuffer(object)) {
        return 0;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_FULL_RO) < 0) {
        return -1;
    }
    const char *format = view.format == NULL ? "B" : view.format;
    if (*format != '\0' && strchr("@=<>!", *format) != NULL) {
        format++;
    }
    int plain = strcmp(format, "B") == 0 && view.itemsize == 1;
    PyBuffer_Release(&view);
    return plain;
}
