/* An extension module with nothing in it: the least that importing any
   extension costs. */

#include "../../Sources/CPython/CPython.h"

static PyModuleDef_Slot module_slots[] = {
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "empty_extension",
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit_empty_extension(void)
{
    return PyModuleDef_Init(&module_definition);
}
