/* What the benchmark has to do from C: ask for a buffer many times, ask once
   and show every field, and touch every page.

   No exporter lives here.  Every view is on the C stack, is released exactly
   once, and only after it was granted.  All functions are called with the
   GIL. */

#include "../../Sources/CPython/CPython.h"

#include <stdint.h>
#include <string.h>
#include <time.h>

/* Pages that the kernel hands out are of this size or a multiple. */
#define PAGE_BYTES 4096

static int64_t
nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Gets and releases a buffer of `exporter` `count` times.  0, or -1 with the
   exporter's exception set.  A function of its own, so that callgrind can
   write its counts when it returns. */
__attribute__((noinline)) static int
measured_loop(PyObject *exporter, int flags, Py_ssize_t count)
{
    Py_buffer view;

    for (Py_ssize_t k = 0; k < count; k++) {
        if (PyObject_GetBuffer(exporter, &view, flags) < 0) {
            return -1;
        }
        PyBuffer_Release(&view);
    }
    return 0;
}

PyDoc_STRVAR(getbuffer_loop_doc,
"getbuffer_loop(exporter, flags, count)\n--\n\n"
"Nanoseconds that `count` times PyObject_GetBuffer + PyBuffer_Release take.");

static PyObject *
getbuffer_loop(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *exporter;
    int flags;
    Py_ssize_t count;

    if (!PyArg_ParseTuple(args, "Oin:getbuffer_loop", &exporter, &flags,
                          &count))
    {
        return NULL;
    }
    int64_t start = nanoseconds();
    if (measured_loop(exporter, flags, count) < 0) {
        return NULL;
    }
    return PyLong_FromLongLong(nanoseconds() - start);
}

/* A tuple of `count` numbers, or None for NULL: a new reference, or NULL with
   an exception set. */
static PyObject *
numbers(const Py_ssize_t *items, int count)
{
    if (items == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *tuple = PyTuple_New(count);
    if (tuple == NULL) {
        return NULL;
    }
    for (int k = 0; k < count; k++) {
        PyObject *number = PyLong_FromSsize_t(items[k]);
        if (number == NULL || PyTuple_SetItem(tuple, k, number) < 0) {
            Py_DECREF(tuple);
            return NULL;
        }
    }
    return tuple;
}

PyDoc_STRVAR(getbuffer_fields_doc,
"getbuffer_fields(exporter, flags)\n--\n\n"
"What one request fills: a dict of the fields of the Py_buffer, None for NULL.\n"
"\n"
"The struct is filled with rubbish first, so a field that the exporter leaves\n"
"alone is seen, and a copy of it is released, as a consumer may.  Raises the\n"
"exporter's exception if it refuses, and SystemError if view->obj is not NULL\n"
"then, or not the exporter on success.");

static PyObject *
getbuffer_fields(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *exporter;
    int flags;
    Py_buffer view, copy;
    PyObject *shape = NULL, *strides = NULL, *suboffsets = NULL;
    PyObject *fields = NULL;

    if (!PyArg_ParseTuple(args, "Oi:getbuffer_fields", &exporter, &flags)) {
        return NULL;
    }
    memset(&view, 0xAB, sizeof(view));
    if (PyObject_GetBuffer(exporter, &view, flags) < 0) {
        if (view.obj != NULL) {
            PyErr_SetString(PyExc_SystemError,
                            "getbuffer_fields: the request was refused "
                            "but view->obj is not NULL");
        }
        return NULL;
    }
    if (view.obj != exporter) {
        PyErr_SetString(PyExc_SystemError,
                        "getbuffer_fields: the request was granted "
                        "but view->obj is not the exporter");
        return NULL;
    }
    shape = numbers(view.shape, view.ndim);
    strides = numbers(view.strides, view.ndim);
    suboffsets = numbers(view.suboffsets, view.ndim);
    if (shape != NULL && strides != NULL && suboffsets != NULL) {
        fields = Py_BuildValue(
            "{s:K,s:n,s:n,s:i,s:i,s:z,s:O,s:O,s:O}",
            "buf", (unsigned long long)(uintptr_t)view.buf, "len", view.len,
            "itemsize", view.itemsize, "readonly", view.readonly, "ndim",
            view.ndim, "format", view.format, "shape", shape, "strides",
            strides, "suboffsets", suboffsets);
    }
    Py_XDECREF(shape);
    Py_XDECREF(strides);
    Py_XDECREF(suboffsets);
    copy = view;
    memset(&view, 0xAB, sizeof(view));
    PyBuffer_Release(&copy);
    return fields;
}

PyDoc_STRVAR(touch_doc,
"touch(exporter)\n--\n\n"
"Write one byte into every page of writable, contiguous memory.");

static PyObject *
touch(PyObject *Py_UNUSED(module), PyObject *exporter)
{
    Py_buffer view;

    if (PyObject_GetBuffer(exporter, &view, PyBUF_WRITABLE) < 0) {
        return NULL;
    }
    for (Py_ssize_t k = 0; k < view.len; k += PAGE_BYTES) {
        ((volatile char *)view.buf)[k] = 1;
    }
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

static int
module_exec(PyObject *module)
{
    static const struct {
        const char *name;
        int value;
    } flags[] = {
        {"SIMPLE", PyBUF_SIMPLE},
        {"WRITABLE", PyBUF_WRITABLE},
        {"FORMAT", PyBUF_FORMAT},
        {"ND", PyBUF_ND},
        {"STRIDES", PyBUF_STRIDES},
        {"C_CONTIGUOUS", PyBUF_C_CONTIGUOUS},
        {"F_CONTIGUOUS", PyBUF_F_CONTIGUOUS},
        {"ANY_CONTIGUOUS", PyBUF_ANY_CONTIGUOUS},
        {"INDIRECT", PyBUF_INDIRECT},
        {"CONTIG", PyBUF_CONTIG},
        {"FULL_RO", PyBUF_FULL_RO},
    };

    for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++) {
        if (PyModule_AddIntConstant(module, flags[k].name, flags[k].value) < 0)
        {
            return -1;
        }
    }
    return 0;
}

static PyMethodDef module_methods[] = {
    {"getbuffer_loop", getbuffer_loop, METH_VARARGS, getbuffer_loop_doc},
    {"getbuffer_fields", getbuffer_fields, METH_VARARGS, getbuffer_fields_doc},
    {"touch", touch, METH_O, touch_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "measure",
    .m_doc = "What the benchmark has to do from C.",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit_measure(void)
{
    return PyModuleDef_Init(&module_definition);
}
