/* CPython's configuration in a program that is not `python`.

   Source: https://docs.python.org/3/c-api/init_config.html ("Isolated Configuration"), PEP 587. */
#include <Python.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "find_interpreter.h"
#include "initialize.h"

/* CSwiftBuf/module.c. It stands in the same program; its header cannot be included beside the full API. */
PyObject *PyInit__swiftbuf(void);

static void describe(PyStatus status, char *message, size_t capacity) {
    const char *text = status.err_msg != NULL ? status.err_msg : "Python asked to exit";
    if (status.func != NULL) {
        snprintf(message, capacity, "%s: %s", status.func, text);
    }
    else {
        snprintf(message, capacity, "%s", text);
    }
}

/* UTF-8, as Swift's strings are, whatever the locale of the program says. */
static PyStatus preinitialize(void) {
    PyPreConfig configuration;
    PyPreConfig_InitIsolatedConfig(&configuration);
    configuration.utf8_mode = 1;
    return Py_PreInitialize(&configuration);
}

/* Isolated: environment variables, command line, signal handlers, C streams and locale stay the program's own. */
static PyStatus initialize(const char *interpreter) {
    PyConfig configuration;
    PyConfig_InitIsolatedConfig(&configuration);
    configuration.install_signal_handlers = 0;
    /* An absolute program name is where CPython starts to look for its standard library; PATH is then not searched. */
    PyStatus status = PyConfig_SetBytesString(&configuration, &configuration.program_name, interpreter);
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&configuration);
    }
    PyConfig_Clear(&configuration);
    return status;
}

/* 0, or -1 with an exception set. */
static int prepend_search_paths(const char *search_paths, size_t count) {
    PyObject *path = PySys_GetObject("path"); /* borrowed */
    if (path == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "sys.path is missing");
        return -1;
    }
    for (size_t index = 0; index < count; index++) {
        PyObject *folder = PyUnicode_DecodeFSDefault(search_paths);
        if (folder == NULL) {
            return -1;
        }
        int result = PyList_Insert(path, (Py_ssize_t)index, folder);
        Py_DECREF(folder);
        if (result < 0) {
            return -1;
        }
        search_paths += strlen(search_paths) + 1;
    }
    return 0;
}

/* The module `threading` takes the thread that imports it first for the main thread, and asserts at the end that it is. */
static int import_threading(void) {
    PyObject *threading = PyImport_ImportModule("threading");
    Py_XDECREF(threading);
    return threading == NULL ? -1 : 0;
}

/* The first import of `signal` takes SIGINT, whatever install_signal_handlers says, unless the program has a handler for it. It is
   imported here, and SIGINT given back. */
static int give_signals_back(void) {
    int result = -1;
    PyObject *taken = NULL;
    PyObject *unhandled = NULL;
    PyObject *before = NULL;
    PyObject *module = PyImport_ImportModule("_signal");
    if (module == NULL) {
        goto error;
    }
    taken = PyObject_GetAttrString(module, "default_int_handler");
    unhandled = PyObject_GetAttrString(module, "SIG_DFL");
    before = PyObject_CallMethod(module, "getsignal", "i", SIGINT);
    if (taken == NULL || unhandled == NULL || before == NULL) {
        goto error;
    }
    if (before == taken) {
        PyObject *replaced = PyObject_CallMethod(module, "signal", "iO", SIGINT, unhandled);
        if (replaced == NULL) {
            goto error;
        }
        Py_DECREF(replaced);
    }
    result = 0;

error:
    Py_XDECREF(before);
    Py_XDECREF(unhandled);
    Py_XDECREF(taken);
    Py_XDECREF(module);
    return result;
}

swiftbuf_embed_initialization swiftbuf_embed_initialize(const char *search_paths, size_t count, char *message, size_t capacity) {
    char interpreter[PATH_MAX];
    if (swiftbuf_embed_find_interpreter(interpreter, sizeof(interpreter), message, capacity) < 0) {
        return SWIFTBUF_EMBED_UNTOUCHED;
    }
    PyStatus status = preinitialize();
    if (PyStatus_Exception(status)) {
        describe(status, message, capacity);
        return SWIFTBUF_EMBED_BROKEN;
    }
    if (PyImport_AppendInittab("_swiftbuf", PyInit__swiftbuf) < 0) {
        snprintf(message, capacity, "there is no memory to register the module _swiftbuf");
        return SWIFTBUF_EMBED_BROKEN;
    }
    status = initialize(interpreter);
    if (PyStatus_Exception(status)) {
        describe(status, message, capacity);
        return SWIFTBUF_EMBED_BROKEN;
    }
    if (prepend_search_paths(search_paths, count) < 0 || import_threading() < 0 || give_signals_back() < 0) {
        PyErr_Print();
        Py_FinalizeEx();
        snprintf(message, capacity, "Python of %s has no usable standard library: its own words are on standard error", interpreter);
        return SWIFTBUF_EMBED_BROKEN;
    }
    return SWIFTBUF_EMBED_INITIALIZED;
}
