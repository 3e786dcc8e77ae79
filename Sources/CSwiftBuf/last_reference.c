/* Chains of owners, dropped on a stack of any size.

   A Buffer may hold the last reference to an exporter (through its managed buffer), the exporter the last one to another Buffer, and so on:
   dropping the first one drops them all, each from inside of the deallocation of the one before. CPython's own containers bound that depth
   by its trashcan, which the limited API does not have. Here is ours.

   The first drop of a thread is the outermost. Those inside of it are counted; beyond DEPTH_LIMIT a dying Buffer is not finished but put
   on the outermost one's list, and the outermost drop finishes all of its list before it returns. What waits is nobody's: it is
   untracked, has no weak references, and its export block is cleared; its managed buffer, and so the exporter's Py_buffer, is whole.

   A finalizer that makes the next chain each time it runs keeps the outermost drop going for as long as it does so: what it makes dies
   inside of that drop, waits, and is finished by the same loop. No recursion limit ends that, because nothing recurses. CPython's trashcan
   has the same loop: the finalizer of an object in 1,000 nested lists, which makes the next one, runs without end as well.

   Nothing is allocated: a dying Buffer's export block has room for a `drop`. A thread finds its outermost drop by CPython's own
   thread-specific storage, since the compiler's needs more than libc. Drops that are under way form a list for each thread, from the
   newest on: code that runs inside of a drop can enter another interpreter, whose objects are dropped there; and where threads change
   their stacks (greenlets) a drop may end before one that began later. So no drop looks at another without finding it first. */
#include "last_reference.h"

#include "managed_buffer.h"

/* How deep drops of ours are nested. Between two of them stand the frames of the exporters, so that eight fit a stack of 64 KiB. */
#define DEPTH_LIMIT 8

/* What a dying Buffer's export block holds: of one that is under way, or of one that waits. */
typedef struct {
    PyObject *next; /* under way: the one that began before, of this thread; waiting: the next one that waits */
    PyObject *waiting;
    PyInterpreterState *interpreter;
    Py_ssize_t depth;
} drop;

_Static_assert(sizeof(drop) <= sizeof(swiftbuf_export), "a dying Buffer has room for it");

static drop *drop_of(PyObject *self) {
    return (drop *)swiftbuf_export_of(self);
}

/* The newest drop that is under way in a thread: a Buffer, or NULL. One for the process, never given back. */
static Py_tss_t *newest;

int swiftbuf_last_reference_prepare(void) {
    if (__atomic_load_n(&newest, __ATOMIC_ACQUIRE) != NULL) {
        return 0;
    }
    Py_tss_t *made = PyThread_tss_alloc();
    if (made == NULL || PyThread_tss_create(made) != 0) {
        PyThread_tss_free(made);
        PyErr_NoMemory();
        return -1;
    }
    Py_tss_t *none = NULL;
    /* Interpreters with a GIL of their own may get here at once. */
    if (!__atomic_compare_exchange_n(&newest, &none, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        PyThread_tss_free(made);
    }
    return 0;
}

/* The newest drop of this thread, if it is one of this interpreter; else NULL. */
static drop *under_way(PyInterpreterState *interpreter) {
    PyObject *self = PyThread_tss_get(newest);
    return self != NULL && drop_of(self)->interpreter == interpreter ? drop_of(self) : NULL;
}

/* Ends a drop that is under way. Nothing is allocated for a thread that has a value already, so that setting it succeeds. */
static void end(PyObject *self) {
    PyObject *other = PyThread_tss_get(newest);
    if (other == self) {
        PyThread_tss_set(newest, drop_of(self)->next);
        return;
    }
    while (other != NULL && drop_of(other)->next != self) {
        other = drop_of(other)->next;
    }
    if (other != NULL) {
        drop_of(other)->next = drop_of(self)->next;
    }
}

/* Gives the object back, without what it refers to but its type. */
static void free_object(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

/* Lets go of a dying Buffer's base, and gives the Buffer back. */
static void finish(PyObject *self) {
    PyObject *base = swiftbuf_base_of(self);
    free_object(self);
    Py_DECREF(base);
}

/* Whether no other Buffer can die of it that this one goes: it is not the last one to hold its base, or an exporter that others hold. */
static int ends_here(PyObject *base) {
#ifdef Py_GIL_DISABLED
    (void)base; /* the count alone does not say it there */
    return 0;
#else
    /* The lower half: above it CPython 3.14 keeps flags. */
    if ((uint32_t)Py_REFCNT(base) > 1) {
        return 1;
    }
    PyObject *exporter = swiftbuf_managed_exporter(base);
    return exporter != NULL && ((uint32_t)Py_REFCNT(exporter) > 1 || PyBytes_CheckExact(exporter) || PyByteArray_CheckExact(exporter));
#endif
}

void swiftbuf_object_end(PyObject *self) {
    PyObject *base = swiftbuf_base_of(self);
    if (base == NULL) {
        free_object(self);
        return;
    }
    if (ends_here(base)) {
        finish(self);
        return;
    }
    PyInterpreterState *interpreter = PyInterpreterState_Get();
    drop *outer = under_way(interpreter);
    if (outer != NULL) {
        if (outer->depth >= DEPTH_LIMIT) {
            drop_of(self)->next = outer->waiting;
            outer->waiting = self;
            return;
        }
        outer->depth += 1;
        finish(self);
        outer = under_way(interpreter);
        if (outer != NULL) {
            outer->depth -= 1;
        }
        return;
    }
    drop *mine = drop_of(self);
    *mine = (drop){.next = PyThread_tss_get(newest), .waiting = NULL, .interpreter = interpreter, .depth = 1};
    if (PyThread_tss_set(newest, self) != 0) {
        /* The C library has no room for this thread's first value. The chain is dropped as any other type would drop it. */
        finish(self);
        return;
    }
    Py_DECREF(base);
    PyObject *next;
    while ((next = mine->waiting) != NULL) {
        mine->waiting = drop_of(next)->next;
        finish(next);
    }
    end(self);
    free_object(self);
}
