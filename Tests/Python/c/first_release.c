/* A module that was built with the first release: it declares by itself what that release's headers did, and includes none of them.

   Never edited: it works with every `_swiftbuf` that publishes the capsule of this name, or that name is changed. */
#include <pyconfig.h>
#ifndef Py_GIL_DISABLED
#define Py_LIMITED_API 0x030B0000
#endif
#include <Python.h>

#include <stddef.h>
#include <stdint.h>

typedef struct storage storage;
struct storage {
    void *base;
    ptrdiff_t capacity;
    int64_t references, exports;
    uint64_t borrows;
    void *owner;
    void (*release)(void *owner, void *base, ptrdiff_t capacity);
    void (*dispose)(storage *block);
    uint32_t flags, left_behind;
};

typedef struct loan loan;
struct loan {
    uintptr_t low, high;
    loan *previous, *next;
    storage *block;
    int32_t is_mutable, reserved;
};

typedef struct ledger ledger;
struct ledger {
    size_t size;
    int32_t lock, reserved;
    int64_t block_count, loan_count;
    int (*enter)(ledger *, loan *);
    void (*leave)(ledger *, loan *);
    int (*list)(ledger *, storage *);
    void (*unlist)(ledger *, storage *);
    storage *(*find)(ledger *, uintptr_t low, uintptr_t high);
};

typedef struct api api;
struct api {
    size_t size;
    uint32_t version, reserved;
    PyTypeObject *buffer_type;
    PyObject *(*buffer_from_storage)(const api *, storage *, void *buf, int ndim, const Py_ssize_t *shape, const Py_ssize_t *strides,
                                     const char *format, int readonly, PyObject *base);
    void *(*buffer_export)(const api *, PyObject *object);
    ledger *ledger;
};

static char memory[64] = "of the first release";
static int disposals;

static void dispose(storage *block) {
    (void)block;
    disposals += 1;
}

static storage block = {.base = memory, .capacity = sizeof(memory), .dispose = dispose};

static void lock(ledger *shared) {
    while (__atomic_exchange_n(&shared->lock, 1, __ATOMIC_ACQUIRE) != 0) {
    }
}

static void unlock(ledger *shared) {
    __atomic_store_n(&shared->lock, 0, __ATOMIC_RELEASE);
}

/* work(): a Buffer over memory of this module, and what the ledger answered: (enter, enter again, enter to write, list, enter, find). */
static PyObject *work(PyObject *module, PyObject *unused) {
    (void)module, (void)unused;
    const api *found = PyCapsule_Import("_swiftbuf._capi", 0);
    if (found == NULL) {
        return NULL;
    }
    ledger *shared = found->ledger;
    uintptr_t low = (uintptr_t)memory;
    loan reading = {.low = low, .high = low + 8};
    loan too = reading;
    loan writing = {.low = low + 4, .high = low + 5, .is_mutable = 1};
    loan later = writing;
    lock(shared);
    int first = shared->enter(shared, &reading);
    int second = shared->enter(shared, &too);
    int third = shared->enter(shared, &writing);
    shared->leave(shared, &reading);
    shared->leave(shared, &too);
    block.references = 1;
    int listing = shared->list(shared, &block);
    int fourth = shared->enter(shared, &later);
    int is_found = shared->find(shared, low, low + 1) == &block;
    shared->unlist(shared, &block);
    unlock(shared);
    block.references = 1; /* both answers gave one of their own */
    Py_ssize_t shape = 20;
    PyObject *buffer = found->buffer_from_storage(found, &block, memory, 1, &shape, NULL, "B", 1, NULL);
    block.references -= 1;
    int is_export = buffer != NULL && found->buffer_export(found, buffer) != NULL;
    return Py_BuildValue("(N(iiiiii)i)", buffer, first, second, third, listing, fourth, is_found, is_export);
}

static PyObject *disposed(PyObject *module, PyObject *unused) {
    (void)module, (void)unused;
    return PyLong_FromLong(disposals);
}

static PyMethodDef functions[] = {{"work", work, METH_NOARGS, NULL}, {"disposed", disposed, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "first_release", .m_methods = functions};

PyMODINIT_FUNC PyInit_first_release(void) {
    return PyModuleDef_Init(&definition);
}
