/* The extension module _swiftbuf: multi-phase initialisation (PEP 489), its functions, and the capsule with the C ABI. */
#include "CSwiftBuf.h"

#include "buffer_type.h"
#include "interpreter.h"
#include "last_reference.h"
#include "managed_buffer.h"

/* The version of the extension; the Python files beside it compare it with theirs. */
#define SWIFTBUF_VERSION "0.1.0"

PyDoc_STRVAR(module_doc, "The extension module behind the package swiftbuf. Import that instead.");

PyDoc_STRVAR(zeros_doc,
"zeros(shape, format='B', order='C')\n--\n\n"
"A Buffer whose bytes are all zero. Large ones (4 MiB and more) take no memory until they are touched.\n\n"
"Parameters\n----------\n"
"shape : int or tuple of ints\n    Items along each dimension, at most 64 dimensions; () is one item.\n"
"format : str\n    The item's type, in the syntax of the struct module and PEP 3118.\n"
"order : 'C' or 'F'\n    Which index varies fastest in memory: the last or the first.\n\n"
"Returns\n-------\n"
"Buffer\n    Writable memory that Swift owns, aligned to 64 bytes.\n\n"
"Raises\n------\n"
"ValueError\n    If the shape is negative or too large, the format is not understood or holds references to objects, or the order\n"
"    is another.\n"
"MemoryError\n    If there is no room.");

PyDoc_STRVAR(empty_doc,
"empty(shape, format='B', order='C')\n--\n\n"
"A Buffer whose bytes are uninitialised: whatever the memory held before. For memory that is written before it is read;\n"
"otherwise use zeros(), whose parameters and exceptions it shares.");

PyDoc_STRVAR(full_doc,
"full(shape, value, format='B', order='C')\n--\n\n"
"A Buffer whose items all have the given value. Parameters and exceptions are those of zeros(); a value that is of the wrong\n"
"type for the format is a TypeError, one that does not fit it a ValueError.");

PyDoc_STRVAR(frombuffer_doc,
"frombuffer(obj, format='B', shape=None, offset=0)\n--\n\n"
"A Buffer that shares the bytes of any C-contiguous object that has the buffer protocol, read as other items.\n\n"
"Parameters\n----------\n"
"obj : object\n    The exporter; its own format and shape are not looked at. It is kept alive, and cannot be resized meanwhile.\n"
"    Of a Buffer the result is a view, as of its other methods.\n"
"format : str\n    The items' type, in the syntax of the struct module and PEP 3118.\n"
"shape : int, tuple of ints or None\n    Items along each dimension; None is one dimension of all the items that are there.\n"
"offset : int\n    Bytes before the first item. Any number: items need not be aligned.\n\n"
"Returns\n-------\n"
"Buffer\n    Read-only exactly if obj is.\n\n"
"Raises\n------\n"
"TypeError\n    If obj has no buffer, or its items hold references to objects.\n"
"BufferError\n    If its bytes are not contiguous in C order.\n"
"ValueError\n    If there are too few bytes, or without a shape some are left over; or the format holds references or pointers.");

PyDoc_STRVAR(copy_doc,
"copy(obj, /)\n--\n\n"
"A Buffer with a copy of the items of any object that has the buffer protocol: writable, in C order, with obj's format and\n"
"shape.\n\n"
"Raises TypeError if obj has no buffer, BufferError (or what the exporter raised) if it refuses one, ValueError if its\n"
"description is not coherent or its items are references to objects, MemoryError if there is no room.");

PyDoc_STRVAR(mapped_doc,
"mapped(path, mode='r', format='B', shape=None, offset=0)\n--\n\n"
"A Buffer whose memory is a file, through the operating system's mmap: nothing is read before it is touched, and processes that\n"
"map the same file share its memory.\n\n"
"Parameters\n----------\n"
"path : str, bytes or os.PathLike\n    A file that exists. It is not kept open.\n"
"mode : 'r', 'r+' or 'c'\n"
"    'r': the Buffer is read-only. 'r+': what is written to it is written to the file, by flush() at the latest. 'c', copy on\n"
"    write: what is written to it is seen by nobody else, and the file stays as it is.\n"
"format : str\n    The item's type, in the syntax of the struct module and PEP 3118.\n"
"shape : int, tuple of ints or None\n"
"    Items along each dimension, in C order. None: one dimension, with all items from offset to the end of the file.\n"
"offset : int\n    Where in the file the first item is, in bytes. It need not be a multiple of anything.\n\n"
"Returns\n-------\n"
"Buffer\n    It unmaps the file when it and its views die, or by release(). allocated_bytes() does not count it.\n\n"
"Raises\n------\n"
"ValueError\n"
"    If the file is too short for shape and offset (no mode makes it longer), if without a shape the bytes are no whole number of\n"
"    items, if offset, shape, format or mode is none, or if the path has a NUL in it.\n"
"OSError\n"
"    If the system refuses: FileNotFoundError, PermissionError, IsADirectoryError and so on. Pipes, terminals and /dev/zero, whose\n"
"    bytes have no places, are refused, without waiting for anybody; so are files that the system makes up while they are read, as\n"
"    those in /proc: swiftbuf.copy(open(path, 'rb').read()).\n"
"MemoryError\n    If there is no room.\n\n"
"Notes\n-----\n"
"While the file is mapped nobody may make it shorter: as with the module mmap, touching memory that lies behind the new end ends the\n"
"process by the signal SIGBUS. So does writing to a hole of a sparse file when its disk is full. No audit event is raised.");

PyDoc_STRVAR(allocated_bytes_doc,
"allocated_bytes()\n--\n\n"
"Bytes of memory that Swift holds for Buffers now, over all threads. tracemalloc cannot see them. Mapped files do not\n"
"count.");

/* --- the capsule --- */

static swiftbuf_export *api_buffer_export(const swiftbuf_api *api, PyObject *object) {
    return Py_TYPE(object) == api->buffer_type ? swiftbuf_export_of(object) : NULL;
}

/* A capsule keeps the type, and with it the module, in whose state the struct is. */
static void api_drop(PyObject *capsule) {
    swiftbuf_drop_reference(PyCapsule_GetContext(capsule));
}

/* Fills the struct in the module's state. Borrows the type, which the state owns. */
static void api_fill(swiftbuf_module_state *state) {
    state->api = (swiftbuf_api){
        .size = sizeof(state->api),
        .version = SWIFTBUF_API_VERSION,
        .buffer_type = state->buffer_type,
        .buffer_from_storage = swiftbuf_buffer_from_storage,
        .buffer_export = api_buffer_export,
        .ledger = swiftbuf_ledger_publish(),
    };
}

/* A new capsule for whoever asks. The module has none: what a capsule refers to is hidden from the garbage collector, so the module, its
   type and a capsule inside of the module would keep each other for ever. A new reference, or NULL with an exception set. */
static PyObject *api_capsule(PyObject *module) {
    swiftbuf_module_state *state = PyModule_GetState(module);
    if (state == NULL || state->buffer_type == NULL) {
        PyErr_SetString(PyExc_SystemError, "_swiftbuf: the C ABI was asked for but the module is gone");
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(&state->api, SWIFTBUF_API_CAPSULE, NULL);
    if (capsule == NULL) {
        return NULL;
    }
    /* Neither call fails for a capsule. The destructor comes last: it needs the context. */
    PyCapsule_SetContext(capsule, swiftbuf_new_reference((PyObject *)state->buffer_type));
    PyCapsule_SetDestructor(capsule, api_drop);
    return capsule;
}

/* What the module's dict does not have (PEP 562). */
static PyObject *module_getattr(PyObject *module, PyObject *name) {
    if (!PyUnicode_Check(name)) {
        PyErr_SetString(PyExc_TypeError, "__getattr__: a str was asked for");
        return NULL;
    }
    if (PyUnicode_CompareWithASCIIString(name, "_capi") == 0) {
        return api_capsule(module);
    }
    if (PyUnicode_CompareWithASCIIString(name, "_api") == 0) {
        PyErr_SetString(PyExc_ImportError, "this module was built for an older swiftbuf than the one that is installed: build it anew");
        return NULL;
    }
    PyErr_Format(PyExc_AttributeError, "module '_swiftbuf' has no attribute '%U'", name);
    return NULL;
}

/* --- the module --- */

PyDoc_STRVAR(getattr_doc,
"__getattr__($module, name, /)\n--\n\n"
"_capi, a capsule with the C ABI, made for whoever asks. Raises AttributeError for other names.");

static PyMethodDef module_functions[] = {
    {"zeros", (PyCFunction)(void (*)(void))swiftbuf_module_zeros, METH_FASTCALL | METH_KEYWORDS, zeros_doc},
    {"empty", (PyCFunction)(void (*)(void))swiftbuf_module_empty, METH_FASTCALL | METH_KEYWORDS, empty_doc},
    {"full", (PyCFunction)(void (*)(void))swiftbuf_module_full, METH_FASTCALL | METH_KEYWORDS, full_doc},
    {"frombuffer", (PyCFunction)(void (*)(void))swiftbuf_module_frombuffer, METH_FASTCALL | METH_KEYWORDS, frombuffer_doc},
    {"copy", swiftbuf_module_copy, METH_O, copy_doc},
    {"mapped", (PyCFunction)(void (*)(void))swiftbuf_module_mapped, METH_FASTCALL | METH_KEYWORDS, mapped_doc},
    {"allocated_bytes", swiftbuf_module_allocated_bytes, METH_NOARGS, allocated_bytes_doc},
    {"__getattr__", module_getattr, METH_O, getattr_doc},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module) {
    if (swiftbuf_last_reference_prepare() < 0) {
        return -1;
    }
    swiftbuf_module_state *state = PyModule_GetState(module);
    state->buffer_type = swiftbuf_buffer_type_new(module);
    if (state->buffer_type == NULL) {
        return -1;
    }
    api_fill(state);
    state->managed_type = swiftbuf_managed_type_new(module);
    if (state->managed_type == NULL || PyModule_AddObjectRef(module, "Buffer", (PyObject *)state->buffer_type) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "__version__", SWIFTBUF_VERSION);
}

static int module_traverse(PyObject *module, visitproc visit, void *arg) {
    swiftbuf_module_state *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_VISIT(state->buffer_type);
        Py_VISIT(state->managed_type);
    }
    return 0;
}

static int module_clear(PyObject *module) {
    swiftbuf_module_state *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_CLEAR(state->buffer_type);
        Py_CLEAR(state->managed_type);
    }
    return 0;
}

static void module_free(void *module) {
    module_clear(module);
}

/* Slots and values of CPython 3.12 and 3.13, which the limited API of 3.11 does not name. */
#define MULTIPLE_INTERPRETERS 3
#define PER_INTERPRETER_GIL_SUPPORTED ((void *)2)
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
_Static_assert(MULTIPLE_INTERPRETERS == Py_mod_multiple_interpreters, "CPython's slot");
#endif

static PyModuleDef_Slot slots_of_3_11[] = {
    {Py_mod_exec, module_exec},
    {0, NULL},
};

/* All that a Buffer stands on belongs to its interpreter: the module's state, and storage that no other interpreter reaches. */
static PyModuleDef_Slot slots_of_3_12[] = {
    {Py_mod_exec, module_exec},
    {MULTIPLE_INTERPRETERS, PER_INTERPRETER_GIL_SUPPORTED},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_swiftbuf",
    .m_doc = module_doc,
    .m_size = sizeof(swiftbuf_module_state),
    .m_methods = module_functions,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

/* Called by the import machinery, or, in a program that embeds Python, through the table of built-in modules. */
PyMODINIT_FUNC PyInit__swiftbuf(void) {
    if (swiftbuf_check_interpreter() < 0) {
        return NULL;
    }
    /* A slot that CPython does not know is a SystemError. Every interpreter of the process writes the same value. */
    module_definition.m_slots = Py_Version < 0x030C0000 ? slots_of_3_11 : slots_of_3_12;
    return PyModuleDef_Init(&module_definition);
}
