/* The program of the targets in Python: libFuzzer has the main function, and each input is given to a Python function.

   The interpreter has _swiftbuf inside, compiled with coverage, so that libFuzzer sees which of its branches an input has reached.
   The environment says the rest:

       FUZZ_TARGET   the target: the function `one` of the module fuzz_TARGET
       FUZZ_PYTHON   the interpreter of the environment that has NumPy
       FUZZ_HOME     the prefix of the Python that this program is linked to
       FUZZ_PATH     a folder of modules, and others behind colons
       FUZZ_MALLOC   if it is set, every object is allocated by malloc, which the address sanitizer watches

   An exception that the function lets out ends the process, and libFuzzer keeps the input. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

PyObject *PyInit__swiftbuf(void);
PyObject *PyInit_hostile_exporter(void);

/* The function `one`, owned. */
static PyObject *one;

/* Prints what was raised, and ends the process. */
static void end_by_exception(void) {
    PyErr_Print();
    fflush(stderr);
    abort();
}

static const char *wanted(const char *name) {
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set.\n", name);
        exit(2);
    }
    return value;
}

static void start(void) {
    PyPreConfig first;
    PyPreConfig_InitIsolatedConfig(&first);
    first.utf8_mode = 1;
    if (getenv("FUZZ_MALLOC") != NULL) {
        first.allocator = PYMEM_ALLOCATOR_MALLOC;
    }
    PyStatus status = Py_PreInitialize(&first);
    PyConfig configuration;
    PyConfig_InitIsolatedConfig(&configuration);
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetBytesString(&configuration, &configuration.executable, wanted("FUZZ_PYTHON"));
    }
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetBytesString(&configuration, &configuration.home, wanted("FUZZ_HOME"));
    }
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&configuration);
    }
    PyConfig_Clear(&configuration);
    if (PyStatus_Exception(status)) {
        Py_ExitStatusException(status);
    }
}

/* Puts the folders of FUZZ_PATH in front of sys.path. 0, or -1 with an exception set. */
static int find_modules(void) {
    PyObject *path = PySys_GetObject("path"); /* borrowed */
    PyObject *text = PyUnicode_DecodeFSDefault(wanted("FUZZ_PATH"));
    PyObject *folders = text == NULL ? NULL : PyObject_CallMethod(text, "split", "s", ":");
    int code = path == NULL || folders == NULL ? -1 : PyList_SetSlice(path, 0, 0, folders);
    Py_XDECREF(folders);
    Py_XDECREF(text);
    return code;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    if (PyImport_AppendInittab("_swiftbuf", PyInit__swiftbuf) < 0
        || PyImport_AppendInittab("hostile_exporter", PyInit_hostile_exporter) < 0) {
        fputs("there is no room for the modules.\n", stderr);
        exit(2);
    }
    start();
    char name[64];
    snprintf(name, sizeof(name), "fuzz_%s", wanted("FUZZ_TARGET"));
    PyObject *module = find_modules() < 0 ? NULL : PyImport_ImportModule(name);
    one = module == NULL ? NULL : PyObject_GetAttrString(module, "one");
    Py_XDECREF(module);
    if (one == NULL) {
        end_by_exception();
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    PyObject *input = PyBytes_FromStringAndSize((const char *)bytes, (Py_ssize_t)count);
    PyObject *result = input == NULL ? NULL : PyObject_CallOneArg(one, input);
    Py_XDECREF(input);
    if (result == NULL) {
        end_by_exception();
    }
    Py_DECREF(result);
    return 0;
}
