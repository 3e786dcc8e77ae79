/* CPython's configuration in a program that is not `python`.

   Source: https://docs.python.org/3/c-api/init_config.html ("Isolated Configuration"), PEP 587. */
#include <Python.h>

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initialize.h"

/* CSwiftBuf/module.c. It stands in the same program; its header cannot be included beside the full API. */
PyObject *PyInit__swiftbuf(void);

/* Why there is no Python of a folder or interpreter. */
static void describe(PyStatus status, const char *origin, char *message, size_t capacity) {
    const char *text = status.err_msg != NULL ? status.err_msg : "Python asked to exit";
    const char *function = status.func != NULL ? status.func : "Python";
    snprintf(message, capacity, "start: the Python of %s was asked for but did not start: %s: %s", origin, function, text);
}

/* UTF-8, as Swift's strings are, whatever the locale of the program says; the locale itself stays as it is. */
static PyStatus preinitialize(const swiftbuf_embed_configuration *wanted) {
    PyPreConfig configuration;
    PyPreConfig_InitIsolatedConfig(&configuration);
    configuration.utf8_mode = 1;
    if (wanted->as_user) {
        configuration.isolated = 0;
        configuration.use_environment = 1;
        configuration.dev_mode = -1; /* as PYTHONDEVMODE says */
    }
    return Py_PreInitialize(&configuration);
}

/* What a field of the configuration says, as PyConfig has it. */
typedef struct {
    wchar_t **field;
    const char *text; /* or NULL: leave the field alone */
} setting;

static PyStatus set(PyConfig *configuration, const setting *settings, size_t count) {
    PyStatus status = PyStatus_Ok();
    for (size_t index = 0; index < count && !PyStatus_Exception(status); index++) {
        if (settings[index].text != NULL) {
            status = PyConfig_SetBytesString(configuration, settings[index].field, settings[index].text);
        }
    }
    return status;
}

/* Makes the interpreter that of a virtual environment.

   The module `site` goes by sys.executable: above it, it finds pyvenv.cfg, and makes that folder sys.prefix. CPython would go by
   pyvenv.cfg as well, and take the standard library of the Python that made the environment, which may be another installation than
   the linked one; a home keeps it from that, in 3.11 to 3.15. */
static PyStatus enter_environment(PyConfig *configuration, const swiftbuf_embed_configuration *wanted) {
    char executable[PATH_MAX];
    int length = snprintf(executable, sizeof(executable), "%s/bin/python", wanted->environment);
    if (length < 0 || (size_t)length >= sizeof(executable)) {
        return PyStatus_Error("the path of the virtual environment is too long");
    }
    char prefix[PATH_MAX]; /* of PREFIX/bin/python3.X */
    snprintf(prefix, sizeof(prefix), "%s", wanted->interpreter);
    for (int part = 0; part < 2; part++) {
        char *end = strrchr(prefix, '/');
        if (end != NULL) {
            *end = '\0';
        }
    }
    int has_home = wanted->home != NULL || (wanted->as_user && getenv("PYTHONHOME") != NULL);
    const setting settings[] = {
        {&configuration->executable, executable},
        {&configuration->base_executable, wanted->interpreter},
        {&configuration->home, has_home ? NULL : prefix},
    };
    return set(configuration, settings, sizeof(settings) / sizeof(settings[0]));
}

/* Isolated or not, the command line, C streams and locale stay the program's own. */
static PyStatus initialize(const swiftbuf_embed_configuration *wanted) {
    PyConfig configuration;
    if (wanted->as_user) {
        PyConfig_InitPythonConfig(&configuration);
        configuration.parse_argv = 0;
        configuration.configure_c_stdio = 0;
    }
    else {
        PyConfig_InitIsolatedConfig(&configuration);
    }
    configuration.install_signal_handlers = wanted->installs_signal_handlers;
    /* An absolute executable is where CPython starts to look for its standard library; PATH is then not searched. */
    const setting settings[] = {
        {&configuration.executable, wanted->interpreter},
        {&configuration.program_name, wanted->program_name},
        {&configuration.home, wanted->home},
    };
    char *arguments[] = {(char *)wanted->program_name}; /* not written to */
    PyStatus status = set(&configuration, settings, sizeof(settings) / sizeof(settings[0]));
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetBytesArgv(&configuration, 1, arguments);
    }
    if (!PyStatus_Exception(status) && wanted->environment != NULL) {
        status = enter_environment(&configuration, wanted);
    }
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

/* A dictionary of path and text, new, or NULL with an exception set. */
static PyObject *carried_files(const char *files, size_t count) {
    PyObject *texts = PyDict_New();
    for (size_t index = 0; index < count && texts != NULL; index++) {
        const char *path = files;
        const char *text = path + strlen(path) + 1;
        PyObject *string = PyUnicode_FromString(text);
        if (string == NULL || PyDict_SetItemString(texts, path, string) < 0) {
            Py_CLEAR(texts);
        }
        Py_XDECREF(string);
        files = text + strlen(text) + 1;
    }
    return texts;
}

/* Makes what the program carries importable: 0, or -1 with an exception set. */
static int install_carried_files(const swiftbuf_embed_configuration *wanted) {
    int result = -1;
    PyObject *code = NULL;
    PyObject *importer = NULL;
    PyObject *nothing = NULL;
    PyObject *files = carried_files(wanted->files, wanted->file_count);
    if (files == NULL) {
        goto error;
    }
    code = Py_CompileString(wanted->importer, "carried_files.py (carried by the program)", Py_file_input);
    if (code == NULL) {
        goto error;
    }
    importer = PyImport_ExecCodeModule("_swiftbuf_carried_files", code);
    if (importer == NULL) {
        goto error;
    }
    nothing = PyObject_CallMethod(importer, "install", "O", files);
    if (nothing == NULL) {
        goto error;
    }
    result = 0;

error:
    Py_XDECREF(nothing);
    Py_XDECREF(importer);
    Py_XDECREF(code);
    Py_XDECREF(files);
    return result;
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

/* What there is to do once the interpreter runs: 0, or -1 with an exception set. */
static int prepare(const swiftbuf_embed_configuration *wanted) {
    if (prepend_search_paths(wanted->search_paths, wanted->search_path_count) < 0 || install_carried_files(wanted) < 0 ||
        import_threading() < 0) {
        return -1;
    }
    return wanted->installs_signal_handlers ? 0 : give_signals_back();
}

int swiftbuf_embed_initialize(const swiftbuf_embed_configuration *wanted, char *message, size_t capacity) {
    const char *origin = wanted->home != NULL ? wanted->home : wanted->interpreter;
    PyStatus status = preinitialize(wanted);
    if (PyStatus_Exception(status)) {
        describe(status, origin, message, capacity);
        return -1;
    }
    if (PyImport_AppendInittab("_swiftbuf", PyInit__swiftbuf) < 0) {
        snprintf(message, capacity, "start: the module _swiftbuf was to be built in but there is no memory for it");
        return -1;
    }
    status = initialize(wanted);
    if (PyStatus_Exception(status)) {
        describe(status, origin, message, capacity);
        return -1;
    }
    if (prepare(wanted) < 0) {
        PyErr_Print();
        Py_FinalizeEx();
        snprintf(message, capacity, "start: the Python of %s was asked for but did not start: its own words are on standard error",
                 origin);
        return -1;
    }
    return 0;
}
