/* Finding the type that all modules of an interpreter share.

   Invariant: what is found in one interpreter is never used in another one. The capsule is kept in CPython's dictionary of the
   interpreter, which Python code cannot reach, and the pointer to its struct in the states of modules of that interpreter. */
#include "CSwiftBufABI.h"

#include <string.h>

static int serves_program;
const swiftbuf_api *swiftbuf_api_found_in_program;

void swiftbuf_api_serve_program(void) {
    __atomic_store_n(&serves_program, 1, __ATOMIC_RELEASE);
}

/* Puts an ImportError in the place of the AttributeError that is set. */
static void say_too_old(void) {
    if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_SetString(PyExc_ImportError,
                        "this module needs a newer _swiftbuf than the one that is installed: pip install -U swiftbuf");
    }
}

/* A new reference to the capsule of the installed `_swiftbuf`; or NULL with an exception set. */
static PyObject *import_capsule(void) {
    PyObject *module = PyImport_ImportModule("_swiftbuf");
    if (module == NULL) {
        return NULL;
    }
    PyObject *capsule = PyObject_GetAttrString(module, strrchr(SWIFTBUF_API_CAPSULE, '.') + 1);
    Py_DECREF(module);
    if (capsule == NULL) {
        say_too_old();
        return NULL;
    }
    const swiftbuf_api *api = PyCapsule_GetPointer(capsule, SWIFTBUF_API_CAPSULE);
    if (api == NULL) {
        Py_DECREF(capsule);
        return NULL;
    }
    if (api->version < SWIFTBUF_API_VERSION) {
        PyErr_Format(PyExc_ImportError,
                     "this module needs version %d of _swiftbuf's C ABI, but the installed one has %u: pip install -U swiftbuf",
                     SWIFTBUF_API_VERSION, (unsigned int)api->version);
        Py_DECREF(capsule);
        return NULL;
    }
    return capsule;
}

/* Uses the ledger of the installed `_swiftbuf`: 0, or -1 with an exception set. */
static int hand_over(swiftbuf_ledger *ledger) {
    switch (swiftbuf_ledger_use(ledger)) {
    case SWIFTBUF_HANDOVER_DONE:
        return 0;
    case SWIFTBUF_HANDOVER_OVERLAPS:
        PyErr_SetString(PyExc_BufferError, "memory that this module adopted is in use through another module");
        return -1;
    case SWIFTBUF_HANDOVER_ELSEWHERE:
        PyErr_SetString(PyExc_ImportError, "this module uses another file of _swiftbuf in this process already: install one of them");
        return -1;
    default:
        PyErr_NoMemory();
        return -1;
    }
}

/* Keeps a capsule for as long as the interpreter lasts: 0, or -1 with an exception set. */
static int keep(PyObject *capsule) {
    PyObject *kept = PyInterpreterState_GetDict(PyInterpreterState_Get());
    if (kept == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_NoMemory();
        }
        return -1;
    }
    return PyDict_SetItemString(kept, SWIFTBUF_API_CAPSULE, capsule);
}

/* The capsule that is kept, borrowed; or NULL, with an exception set or none. */
static PyObject *kept_capsule(void) {
    PyObject *kept = PyInterpreterState_GetDict(PyInterpreterState_Get());
    PyObject *key = kept == NULL ? NULL : PyUnicode_FromString(SWIFTBUF_API_CAPSULE);
    PyObject *capsule = key == NULL ? NULL : PyDict_GetItemWithError(kept, key);
    Py_XDECREF(key);
    return capsule;
}

const swiftbuf_api *swiftbuf_api_find(void) {
    const swiftbuf_api *api = NULL;
    PyObject *capsule = kept_capsule();
    if (capsule != NULL) {
        api = PyCapsule_GetPointer(capsule, SWIFTBUF_API_CAPSULE);
    }
    else if (!PyErr_Occurred()) {
        capsule = import_capsule();
        if (capsule != NULL) {
            api = PyCapsule_GetPointer(capsule, SWIFTBUF_API_CAPSULE);
            api = api != NULL && keep(capsule) == 0 ? api : NULL;
            Py_DECREF(capsule);
        }
    }
    if (api == NULL || hand_over(api->ledger) < 0) {
        return NULL;
    }
    if (__atomic_load_n(&serves_program, __ATOMIC_ACQUIRE) && PyInterpreterState_GetID(PyInterpreterState_Get()) == 0) {
        __atomic_store_n(&swiftbuf_api_found_in_program, api, __ATOMIC_RELEASE);
    }
    return api;
}

const swiftbuf_api *swiftbuf_api_of_module(PyObject *module) {
    swiftbuf_module_api *state = PyModule_GetState(module);
    if (state == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_SystemError, "the module has no state: its PyModuleDef needs .m_size = sizeof(void *)");
        }
        return NULL;
    }
    const swiftbuf_api *api = __atomic_load_n(&state->api, __ATOMIC_ACQUIRE);
    if (api == NULL) {
        api = swiftbuf_api_find();
        __atomic_store_n(&state->api, api, __ATOMIC_RELEASE);
    }
    return api;
}
