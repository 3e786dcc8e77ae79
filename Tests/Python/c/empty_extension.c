/* An extension module with nothing in it: what importing any extension costs. */
#ifndef FREE_THREADED /* which has no limited API */
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "empty_extension"};

PyMODINIT_FUNC PyInit_empty_extension(void) {
    return PyModuleDef_Init(&definition);
}
