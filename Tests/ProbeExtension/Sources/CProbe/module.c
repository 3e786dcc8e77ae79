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
    FUNCTION(total_of_program, "The sum of packed doubles, borrowed as a program does that has no module."),
    FUNCTION(total_of_copy, "The sum of doubles, of a packed copy if need be."),
    FUNCTION(total_of_strides, "The sum of doubles at any strides."),
    FUNCTION(double_strides, "Doubles every double, at any strides."),
    FUNCTION(address, "Where the first of packed doubles stands."),
    FUNCTION(double_in_place, "Doubles every double."),
    FUNCTION(trace, "The sum of the diagonal of a square of doubles, at any strides."),
    FUNCTION(halve_masses, "Halves the mass of each particle, and counts those that are fixed."),
    FUNCTION(mass, "The total mass of particles."),
    FUNCTION(adopted, "A Buffer over a Swift array of so many doubles as its argument has items, and the array's address."),
    FUNCTION(count_true, "How many Bools are true."),
    FUNCTION(count_good, "How many qualities are good; a thousand for each that is none."),
    FUNCTION(wrong_records, "Borrows its argument as a record that is declared wrongly; the byte says which."),
    FUNCTION(particles, "A Buffer of three particles."),
    FUNCTION(item, "One double, by its index, a byte. An index out of bounds ends the process."),
    FUNCTION(total_by_kit, "The sum of packed doubles, as generated code borrows them."),
    FUNCTION(borrow_twice, "Borrows both arguments to write, one inside the other."),
    {NULL, NULL, 0, NULL},
};

/* Slots and values of CPython 3.12, which the limited API of 3.11 does not name: each interpreter has a GIL of its own. */
#define MULTIPLE_INTERPRETERS 3
#define PER_INTERPRETER_GIL_SUPPORTED ((void *)2)

static PyModuleDef_Slot slots_of_3_11[] = {{0, NULL}};
static PyModuleDef_Slot slots_of_3_12[] = {{MULTIPLE_INTERPRETERS, PER_INTERPRETER_GIL_SUPPORTED}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "swiftbuf_probe",
    .m_size = sizeof(void *), /* SwiftBuf's */
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_swiftbuf_probe(void) {
    module.m_slots = Py_Version < 0x030C0000 ? slots_of_3_11 : slots_of_3_12;
    return PyModuleDef_Init(&module);
}
