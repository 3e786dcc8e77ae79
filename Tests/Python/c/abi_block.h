/* A Block: memory that abi_probe owns, with its storage block, as a Python object.

   Memory and storage block stand in a record that outlives them, so that it can be asked afterwards what happened to them: how
   often the release function ran, and on which thread. */
#ifndef ABI_BLOCK_H
#define ABI_BLOCK_H

#include "swiftbuf_api.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    swiftbuf_storage storage;
    int64_t users;      /* atomic: the Block object, and the storage block until it is disposed of */
    int64_t released;   /* how often `release` ran */
    int64_t disposed;   /* how often `dispose` ran */
    int arguments_right; /* whether `release` was given owner, base and capacity as they are */
    pthread_t thread;   /* which ran `release` */
    PyObject *callback; /* called by `release`, or NULL */
} record;

typedef struct {
    PyObject_HEAD
    record *record;
    int has_dropped;
} block_object;

static record *record_of(PyObject *block) {
    return ((block_object *)block)->record;
}

static void record_drop(record *record) {
    if (__atomic_fetch_sub(&record->users, 1, __ATOMIC_ACQ_REL) == 1) {
        free(record);
    }
}

/* Calls back into Python from within the release; what was raised before stays raised, and what the callback raises is shown. */
static void call_back(PyObject *callback) {
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *result = PyObject_CallNoArgs(callback);
    if (result == NULL) {
        PyErr_WriteUnraisable(callback);
    }
    Py_XDECREF(result);
    Py_DECREF(callback);
    PyErr_Restore(type, value, traceback);
    PyGILState_Release(state);
}

/* swiftbuf_storage.release. May run on any thread, without the GIL. */
static void block_release(void *owner, void *base, ptrdiff_t capacity) {
    record *record = owner;
    record->released++;
    record->thread = pthread_self();
    record->arguments_right = base == record->storage.base && capacity == record->storage.capacity;
    if (record->callback != NULL) {
        call_back(record->callback);
    }
    memset(base, 0xDD, (size_t)capacity);
    free(base);
}

/* swiftbuf_storage.dispose: releases the memory, then lets go of the block. */
static void block_dispose(swiftbuf_storage *storage) {
    record *record = storage->owner;
    record->disposed++;
    storage->release(storage->owner, storage->base, storage->capacity);
    record_drop(record);
}

/* A Block over a copy of these bytes; it holds one reference to the storage until drop(), or its end. `callback`: NULL, or called by
   the release. */
static PyObject *block_new(PyTypeObject *type, const char *bytes, Py_ssize_t count, int readonly, PyObject *callback) {
    block_object *self = PyObject_New(block_object, type);
    if (self == NULL) {
        return NULL;
    }
    self->has_dropped = 0;
    record *record = self->record = calloc(1, sizeof(*record));
    char *memory = malloc(count > 0 ? (size_t)count : 1);
    if (record == NULL || memory == NULL) {
        free(record);
        free(memory);
        self->record = NULL;
        Py_DECREF((PyObject *)self);
        return PyErr_NoMemory();
    }
    memcpy(memory, bytes, (size_t)count);
    record->users = 2;
    record->callback = Py_XNewRef(callback);
    record->storage = (swiftbuf_storage){
        .base = memory,
        .capacity = count,
        .references = 1, /* the Block object's, until drop() */
        .owner = record,
        .release = block_release,
        .dispose = block_dispose,
        .flags = readonly ? SWIFTBUF_STORAGE_READONLY : 0,
    };
    return (PyObject *)self;
}

/* Drops the Block object's own reference to the storage: from now on Buffers alone keep the memory. */
static PyObject *block_drop(PyObject *self, PyObject *Py_UNUSED(unused)) {
    ((block_object *)self)->has_dropped = 1;
    swiftbuf_storage_release(&record_of(self)->storage);
    return Py_NewRef(Py_None);
}

static PyObject *block_bytes(PyObject *self, PyObject *Py_UNUSED(unused)) {
    return PyBytes_FromStringAndSize(record_of(self)->storage.base, record_of(self)->storage.capacity);
}

static PyObject *block_history(PyObject *self, PyObject *Py_UNUSED(unused)) {
    record *record = record_of(self);
    return Py_BuildValue("{s:L,s:L,s:O,s:k}", "released", (long long)record->released, "disposed", (long long)record->disposed,
                         "arguments_right", record->arguments_right ? Py_True : Py_False, "thread",
                         (unsigned long)record->thread);
}

static void block_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (record_of(self) != NULL) {
        if (!((block_object *)self)->has_dropped) {
            swiftbuf_storage_release(&record_of(self)->storage);
        }
        record_drop(record_of(self));
    }
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyMethodDef block_methods[] = {
    {"drop", block_drop, METH_NOARGS, PyDoc_STR("Drops this object's own reference to the storage; once.")},
    {"bytes", block_bytes, METH_NOARGS, PyDoc_STR("The memory's bytes, while it is there.")},
    {"history", block_history, METH_NOARGS, PyDoc_STR("What the release function saw.")},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot block_slots[] = {
    {Py_tp_dealloc, block_dealloc},
    {Py_tp_methods, block_methods},
    {0, NULL},
};

static PyType_Spec block_spec = {
    .name = "abi_probe.Block",
    .basicsize = sizeof(block_object),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = block_slots,
};

#endif /* ABI_BLOCK_H */
