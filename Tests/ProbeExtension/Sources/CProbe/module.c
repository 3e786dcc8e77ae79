/* The module: a table of functions. */
#include <pyconfig.h>
#ifndef Py_GIL_DISABLED /* a free-threaded CPython has no limited API */
#define Py_LIMITED_API 0x030B0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "CProbe.h"

#define FUNCTION(name, doc) {#name, (PyCFunction)(void (*)(void))probe_##name, METH_FASTCALL, PyDoc_STR(doc)}

static PyMethodDef functions[] = {
    FUNCTION(total, "The sum of packed doubles."),
    FUNCTION(total_of_copy, "The sum of doubles, of a packed copy if need be."),
    FUNCTION(total_of_strides, "The sum of doubles at any strides."),
    FUNCTION(double_strides, "Doubles every double, at any strides."),
    FUNCTION(address, "Where the first of packed doubles stands."),
    FUNCTION(double_in_place, "Doubles every double."),
    FUNCTION(trace, "The sum of the diagonal of a square of doubles, at any strides."),
    FUNCTION(mass, "The total mass of particles."),
    FUNCTION(adopted, "A Buffer over a Swift array of so many doubles as its argument has items, and the array's address."),
    FUNCTION(particles, "A Buffer of three particles."),
    FUNCTION(borrow_twice, "Borrows both arguments to write, one inside the other."),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "swiftbuf_probe",
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_swiftbuf_probe(void) {
    return PyModuleDef_Init(&module);
}
