/* Whether this extension was compiled for the interpreter that imports it.

   A free-threaded CPython has another PyObject, so an extension for the other kind would read behind objects and crash. The tags of
   wheels and file names keep the two apart; here is what happens to a file that was put or renamed where it does not belong.
   Only functions are called, and none of CPython's macros, which depend on the layout. */
#include "CSwiftBuf.h"

#include <string.h>

#include "interpreter.h"

/* Whether the interpreter that runs is a free-threaded one: `t` is among its sys.abiflags. */
static int runs_free_threaded(void) {
    PyObject *flags = PySys_GetObject("abiflags"); /* borrowed; NULL without an exception where there are none */
    Py_ssize_t size = 0;
    const char *text = flags == NULL ? NULL : PyUnicode_AsUTF8AndSize(flags, &size);
    if (text == NULL) {
        PyErr_Clear();
        return 0;
    }
    return memchr(text, 't', (size_t)size) != NULL;
}

int swiftbuf_check_interpreter(void) {
    if (runs_free_threaded() != SWIFTBUF_FREE_THREADED) {
        PyErr_SetString(PyExc_ImportError,
                        SWIFTBUF_FREE_THREADED
                            ? "this build of swiftbuf is for a free-threaded CPython but this one has the GIL: install swiftbuf by pip"
                            : "this build of swiftbuf needs the GIL but this CPython is free-threaded: install swiftbuf by pip");
        return -1;
    }
#ifdef Py_GIL_DISABLED
    /* No stable ABI there: one build for each minor version. */
    if (Py_Version >> 16 != PY_VERSION_HEX >> 16) {
        PyErr_SetString(PyExc_ImportError, "this build of swiftbuf is for another version of CPython: install swiftbuf by pip");
        return -1;
    }
#endif
    return 0;
}
