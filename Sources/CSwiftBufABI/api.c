/* Finding the type that all modules of a process share. */
#include "CSwiftBufABI.h"

const swiftbuf_api *swiftbuf_api_in_use;

/* The reference that keeps it, for as long as the process lasts. Nobody reads it but who looks for what has been lost. */
static PyObject *volatile capsule_in_use;

int swiftbuf_api_load(void) {
    if (swiftbuf_api_in_use != NULL) {
        return 0;
    }
    PyObject *module = PyImport_ImportModule("_swiftbuf");
    PyObject *capsule = module == NULL ? NULL : PyObject_GetAttrString(module, "_api");
    Py_XDECREF(module);
    const swiftbuf_api *api = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, SWIFTBUF_API_CAPSULE);
    if (api == NULL) {
        Py_XDECREF(capsule);
        return -1;
    }
    if (api->version < SWIFTBUF_API_VERSION) {
        PyErr_Format(PyExc_ImportError, "this module needs version %d of _swiftbuf's C ABI but the one that is installed has %u",
                     SWIFTBUF_API_VERSION, (unsigned int)api->version);
        Py_DECREF(capsule);
        return -1;
    }
    /* If this module has listed blocks of its own before, it stays with its own ledger: memory that modules share is then not seen
       to overlap. */
    (void)swiftbuf_ledger_use(api->ledger);
    swiftbuf_api_in_use = api;
    capsule_in_use = capsule;
    return 0;
}
