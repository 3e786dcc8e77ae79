/* Swift closures and errors as Python objects. What Swift owns lies in a capsule, whose destructor gives it back. */
#include <Python.h>

#include <string.h>

#include "CSwiftBufEmbed.h"

static const char function_name[] = "swiftbuf closure";
static const char error_name[] = "swiftbuf error";

/* Swift code may run Python code when it lets go of something, and an object can die while an exception is on its way. */
static void give_back(void *context, swiftbuf_embed_release release) {
#if PY_VERSION_HEX >= 0x030C0000
    PyObject *raised = PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
#endif
    swiftbuf_embed_stay stay;
    swiftbuf_embed_enter_called(&stay);
    release(context);
    swiftbuf_embed_leave(stay);
#if PY_VERSION_HEX >= 0x030C0000
    PyErr_SetRaisedException(raised);
#else
    PyErr_Restore(type, value, traceback);
#endif
}

/* --- callables --- */

/* A built-in function over a capsule. The definition must live as long as the function, which keeps the capsule by its __self__. */
typedef struct {
    PyMethodDef definition;
    void *context;
    swiftbuf_embed_call call;
    swiftbuf_embed_release release;
    char name[];
} function;

static void function_destroy(PyObject *capsule) {
    function *self = PyCapsule_GetPointer(capsule, function_name);
    give_back(self->context, self->release);
    PyMem_RawFree(self);
}

/* Calls of closures that run on this thread. CPython 3.12 and 3.13 count calls in C up to a fixed number, 3.13 up to 10,000, for which the
   stack is too small where every one of them runs Swift code; 3.11 counts them up to the recursion limit, as is done here. */
static _Thread_local int depth;

static PyObject *function_call(PyObject *capsule, PyObject *arguments, PyObject *keywords) {
    function *self = PyCapsule_GetPointer(capsule, function_name);
    if (self == NULL) {
        return NULL;
    }
    if (depth >= Py_GetRecursionLimit()) {
        PyErr_SetString(PyExc_RecursionError, "maximum recursion depth exceeded while calling a Swift closure");
        return NULL;
    }
    depth++;
    swiftbuf_embed_stay stay;
    swiftbuf_embed_enter_called(&stay);
    /* The call may let go of the callable. */
    Py_INCREF(capsule);
    PyObject *result = self->call(self->context, arguments, keywords);
    Py_DECREF(capsule);
    swiftbuf_embed_leave(stay);
    depth--;
    return result;
}

void *swiftbuf_embed_function_new(const char *name, void *context, swiftbuf_embed_call call, swiftbuf_embed_release release) {
    size_t size = strlen(name) + 1;
    function *self = PyMem_RawCalloc(1, sizeof(*self) + size);
    PyObject *capsule = self == NULL ? PyErr_NoMemory() : PyCapsule_New(self, function_name, function_destroy);
    if (capsule == NULL) {
        PyMem_RawFree(self);
        give_back(context, release);
        return NULL;
    }
    memcpy(self->name, name, size);
    self->definition.ml_name = self->name;
    self->definition.ml_meth = (PyCFunction)(void (*)(void))function_call;
    self->definition.ml_flags = METH_VARARGS | METH_KEYWORDS;
    self->context = context;
    self->call = call;
    self->release = release;
    PyObject *result = PyCFunction_NewEx(&self->definition, capsule, NULL);
    Py_DECREF(capsule);
    return result;
}

/* --- errors --- */

static void error_destroy(PyObject *capsule) {
    give_back(PyCapsule_GetPointer(capsule, error_name), (swiftbuf_embed_release)PyCapsule_GetContext(capsule));
}

void *swiftbuf_embed_error_new(void *context, swiftbuf_embed_release release) {
    PyObject *capsule = PyCapsule_New(context, error_name, NULL);
    if (capsule == NULL) {
        give_back(context, release);
        return NULL;
    }
    /* Neither fails for a capsule that was just made. */
    PyCapsule_SetContext(capsule, (void *)release);
    PyCapsule_SetDestructor(capsule, error_destroy);
    return capsule;
}

void *swiftbuf_embed_error_context(void *object) {
    return PyCapsule_IsValid(object, error_name) ? PyCapsule_GetPointer(object, error_name) : NULL;
}

/* --- classes --- */

void *swiftbuf_embed_exception_class(swiftbuf_embed_exception kind) {
    switch (kind) {
    case SWIFTBUF_EMBED_RUNTIME_ERROR:
        break;
    case SWIFTBUF_EMBED_BUFFER_ERROR:
        return PyExc_BufferError;
    case SWIFTBUF_EMBED_VALUE_ERROR:
        return PyExc_ValueError;
    case SWIFTBUF_EMBED_TYPE_ERROR:
        return PyExc_TypeError;
    case SWIFTBUF_EMBED_INDEX_ERROR:
        return PyExc_IndexError;
    case SWIFTBUF_EMBED_KEY_ERROR:
        return PyExc_KeyError;
    case SWIFTBUF_EMBED_ARITHMETIC_ERROR:
        return PyExc_ArithmeticError;
    case SWIFTBUF_EMBED_OVERFLOW_ERROR:
        return PyExc_OverflowError;
    case SWIFTBUF_EMBED_MEMORY_ERROR:
        return PyExc_MemoryError;
    case SWIFTBUF_EMBED_NOT_IMPLEMENTED_ERROR:
        return PyExc_NotImplementedError;
    case SWIFTBUF_EMBED_OS_ERROR:
        return PyExc_OSError;
    case SWIFTBUF_EMBED_TIMEOUT_ERROR:
        return PyExc_TimeoutError;
    case SWIFTBUF_EMBED_KEYBOARD_INTERRUPT:
        return PyExc_KeyboardInterrupt;
    }
    return PyExc_RuntimeError;
}

void *swiftbuf_embed_slice(void *start, void *stop, void *step) {
    return PySlice_New(start, stop, step);
}
