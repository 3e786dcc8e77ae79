/* The Python tests' hostile exporter, as a module of the test program: one source for both. */
#include "../../Python/c/hostile_exporter.c"

#include "CHostileExporter.h"

int hostile_exporter_load(void) {
    int result = -1;
    PyObject *module = NULL;
    PyObject *machinery = PyImport_ImportModule("importlib.machinery");
    PyObject *spec = machinery == NULL ? NULL : PyObject_CallMethod(machinery, "ModuleSpec", "sO", "hostile_exporter", Py_None);
    if (spec != NULL) {
        module = PyModule_FromDefAndSpec(&module_definition, spec);
    }
    if (module != NULL && PyModule_ExecDef(module, &module_definition) == 0) {
        result = PyDict_SetItemString(PyImport_GetModuleDict(), "hostile_exporter", module);
    }
    Py_XDECREF(module);
    Py_XDECREF(spec);
    Py_XDECREF(machinery);
    return result;
}
