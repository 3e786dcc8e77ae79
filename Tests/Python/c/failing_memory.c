/* CPython's own allocations, failing on demand: hooks around the allocators of all three domains, which count each call.

   As _testcapi.set_nomemory, and besides it says how many calls failed, so that the last one of an operation is known; and it is there in
   every CPython whose headers are. Only the thread that armed it counts. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>

static const PyMemAllocatorDomain domains[] = {PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
static PyMemAllocatorEx originals[3];
static pthread_t armed_thread;
static long failing_call; /* the number of the call that fails, from 1; 0 when not armed */
static int onwards;       /* whether all later ones fail too */
static long calls, failures;

static int fails(void) {
    if (failing_call == 0 || !pthread_equal(pthread_self(), armed_thread)) {
        return 0;
    }
    calls++;
    if (calls == failing_call || (onwards && calls > failing_call)) {
        failures++;
        return 1;
    }
    return 0;
}

static void *hook_malloc(void *context, size_t size) {
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->malloc(original->ctx, size);
}

static void *hook_calloc(void *context, size_t count, size_t size) {
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->calloc(original->ctx, count, size);
}

static void *hook_realloc(void *context, void *block, size_t size) {
    PyMemAllocatorEx *original = context;
    return fails() ? NULL : original->realloc(original->ctx, block, size);
}

static void hook_free(void *context, void *block) {
    PyMemAllocatorEx *original = context;
    original->free(original->ctx, block);
}

PyDoc_STRVAR(arm_doc, "arm(number, onwards)\n--\n\nFrom now on the call of this number fails; onwards: and all behind it.");

static PyObject *arm(PyObject *Py_UNUSED(module), PyObject *args) {
    long number;
    int all_behind;
    if (!PyArg_ParseTuple(args, "lp", &number, &all_behind)) {
        return NULL;
    }
    armed_thread = pthread_self();
    onwards = all_behind;
    calls = failures = 0;
    failing_call = number;
    return Py_NewRef(Py_None);
}

PyDoc_STRVAR(disarm_doc, "disarm()\n--\n\nNo call fails any more. How many did since it was armed.");

static PyObject *disarm(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(unused)) {
    failing_call = 0;
    return PyLong_FromLong(failures);
}

/* The hooks stay for the rest of the process: what was allocated meanwhile does not mind, but other threads may be in them. */
static void hook(void) {
    for (int i = 0; i < 3; i++) {
        PyMem_GetAllocator(domains[i], &originals[i]);
        PyMemAllocatorEx hooks = {&originals[i], hook_malloc, hook_calloc, hook_realloc, hook_free};
        PyMem_SetAllocator(domains[i], &hooks);
    }
}

static PyMethodDef functions[] = {
    {"arm", arm, METH_VARARGS, arm_doc},
    {"disarm", disarm, METH_NOARGS, disarm_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "failing_memory",
    .m_size = -1,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit_failing_memory(void) {
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL) {
        hook();
    }
    return module;
}
