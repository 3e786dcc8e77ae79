/* The few things about Python that need a variadic function or a global object. */
#include "swiftbuf_python.h"

#include <errno.h>
#include <string.h>

/* Borrowed: CPython's exception classes live as long as the interpreter. */
static PyObject *exception_class(swiftbuf_exception kind) {
    switch (kind) {
    case SWIFTBUF_BUFFER_ERROR:
        return PyExc_BufferError;
    case SWIFTBUF_VALUE_ERROR:
        return PyExc_ValueError;
    case SWIFTBUF_TYPE_ERROR:
        return PyExc_TypeError;
    case SWIFTBUF_INDEX_ERROR:
        return PyExc_IndexError;
    case SWIFTBUF_OVERFLOW_ERROR:
        return PyExc_OverflowError;
    case SWIFTBUF_NOT_IMPLEMENTED_ERROR:
        return PyExc_NotImplementedError;
    case SWIFTBUF_MEMORY_ERROR:
        return PyExc_MemoryError;
    case SWIFTBUF_MODULE_NOT_FOUND_ERROR:
        return PyExc_ModuleNotFoundError;
    case SWIFTBUF_SYSTEM_ERROR:
        break;
    }
    return PyExc_SystemError;
}

void swiftbuf_raise(swiftbuf_exception kind, const char *format, const char *text, long long first, long long second,
                    long long third) {
    if (text != NULL) {
        PyErr_Format(exception_class(kind), format, text, first, second, third);
    }
    else {
        PyErr_Format(exception_class(kind), format, first, second, third);
    }
}

void swiftbuf_set_aside(swiftbuf_exception_state *state) {
    PyErr_Fetch(&state->type, &state->value, &state->traceback);
}

void swiftbuf_put_back(swiftbuf_exception_state *state) {
    if (PyErr_Occurred() && (!PyErr_ExceptionMatches(PyExc_Exception) || PyErr_ExceptionMatches(PyExc_MemoryError))) {
        swiftbuf_forget(state);
        return;
    }
    PyErr_Restore(state->type, state->value, state->traceback);
}

void swiftbuf_forget(swiftbuf_exception_state *state) {
    Py_DecRef(state->type); /* NULL is let be */
    Py_DecRef(state->value); /* NULL is let be */
    Py_DecRef(state->traceback); /* NULL is let be */
}

void swiftbuf_raise_sentence(swiftbuf_exception kind, const char *text) {
    PyErr_SetString(exception_class(kind), text);
}

void swiftbuf_raise_text(swiftbuf_exception kind, const char *format, const char *first, const char *second) {
    PyErr_Format(exception_class(kind), format, first, second);
}

void swiftbuf_raise_object(swiftbuf_exception kind, const char *format, PyObject *object, const char *text) {
    PyErr_Format(exception_class(kind), format, object, text);
}

void swiftbuf_raise_type(swiftbuf_exception kind, const char *format, PyObject *object, const char *text) {
    PyObject *name = PyType_GetName(Py_TYPE(object));
    if (name == NULL) {
        return;
    }
    PyErr_Format(exception_class(kind), format, name, text);
    swiftbuf_drop_reference(name);
}

void swiftbuf_raise_type_from(swiftbuf_exception kind, const char *format, const char *text, PyObject *object) {
    PyObject *name = PyType_GetName(Py_TYPE(object));
    if (name == NULL) {
        return;
    }
    PyErr_Format(exception_class(kind), format, text, name);
    swiftbuf_drop_reference(name);
}

size_t swiftbuf_type_name(PyObject *object, unsigned char *name, size_t capacity) {
    PyObject *text = PyType_GetName(Py_TYPE(object));
    Py_ssize_t size = 0;
    const char *bytes = text == NULL ? NULL : PyUnicode_AsUTF8AndSize(text, &size);
    size_t count = bytes == NULL ? 0 : (size_t)size < capacity ? (size_t)size : capacity;
    if (bytes == NULL) {
        PyErr_Clear();
    }
    else {
        memcpy(name, bytes, count);
    }
    swiftbuf_drop_reference(text);
    return count;
}

PyObject *swiftbuf_call_method(PyObject *object, const char *name) {
    return PyObject_CallMethod(object, name, NULL);
}

void swiftbuf_raise_errno(int error, PyObject *filename) {
    if (error == ENOMEM) {
        PyErr_NoMemory();
        return;
    }
    errno = error;
    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, filename);
}

void swiftbuf_raise_errno_text(int error, const char *text, PyObject *filename) {
    PyObject *exception = PyObject_CallFunction(PyExc_OSError, "isO", error, text, filename);
    if (exception != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
        swiftbuf_drop_reference(exception);
    }
}

int swiftbuf_errno_is_interrupted(int error) {
    return error == EINTR;
}

int swiftbuf_errno_is_no_device(int error) {
    return error == ENODEV;
}

/* PyBuffer_Release for an exporter whose slot leaves no exception behind, as the protocol has it, or one that does. */
static void release_alone(Py_buffer *view) {
    PyBuffer_Release(view);
    if (PyErr_Occurred() != NULL) {
        PyErr_WriteUnraisable(NULL);
    }
}

void swiftbuf_give_back(Py_buffer *view) {
    if (PyErr_Occurred() == NULL) {
        release_alone(view);
        return;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    release_alone(view);
    PyErr_Restore(type, value, traceback);
}

int swiftbuf_raised(swiftbuf_exception kind) {
    return PyErr_ExceptionMatches(exception_class(kind));
}

int swiftbuf_raised_must_go_on(void) {
    return PyErr_ExceptionMatches(PyExc_MemoryError) || !PyErr_ExceptionMatches(PyExc_Exception);
}
