/* The object that holds another exporter's Py_buffer for as long as Buffers share its memory.

   Ownership rules
   ---------------
   A managed buffer owns one granted Py_buffer, which owns a reference to the exporter; where it does not, the managed buffer has one
   of its own. It is owned by the Buffers whose `base` it is,
   and by nobody else: Python code never gets hold of it. It has no tp_clear: a cycle through it passes through a Buffer, whose
   tp_clear lets go of it, or through the exporter, and as long as a Buffer can be reached its memory has to be there. */
#include "CSwiftBuf.h"

#include <string.h>

#include "managed_buffer.h"

static void managed_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    swiftbuf_give_back(swiftbuf_managed_view(self));
    Py_XDECREF(((swiftbuf_managed_buffer *)self)->exporter);
    PyObject_GC_Del(self);
    Py_DECREF(type);
}

static int managed_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(swiftbuf_managed_view(self)->obj);
    Py_VISIT(((swiftbuf_managed_buffer *)self)->exporter);
    return 0;
}

static PyType_Slot managed_slots[] = {
    {Py_tp_dealloc, managed_dealloc},
    {Py_tp_traverse, managed_traverse},
    {0, NULL},
};

static PyType_Spec managed_spec = {
    .name = "swiftbuf._ManagedBuffer",
    .basicsize = sizeof(swiftbuf_managed_buffer),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = managed_slots,
};

PyTypeObject *swiftbuf_managed_type_new(PyObject *module) {
    return (PyTypeObject *)PyType_FromModuleAndSpec(module, &managed_spec, NULL);
}

PyObject *swiftbuf_managed_buffer_new(PyTypeObject *buffer_type, PyObject *exporter) {
    swiftbuf_module_state *state = PyType_GetModuleState(buffer_type);
    if (state == NULL || state->managed_type == NULL) {
        PyErr_SetString(PyExc_SystemError, "swiftbuf: a Buffer was asked for but the module is gone");
        return NULL;
    }
    swiftbuf_managed_buffer *self = PyObject_GC_New(swiftbuf_managed_buffer, state->managed_type);
    if (self == NULL) {
        return NULL;
    }
    memset(&self->view, 0, sizeof(self->view));
    self->exporter = NULL;
    if (PyObject_GetBuffer(exporter, &self->view, PyBUF_FULL_RO) < 0) {
        /* What a refusing exporter left in the view is not ours to release. */
        self->view.obj = NULL;
        Py_DECREF((PyObject *)self);
        if (!PyErr_Occurred()) {
            PyErr_SetString(PyExc_BufferError, "the exporter refused its buffer without saying why");
        }
        return NULL;
    }
    if (self->view.obj == NULL) {
        Py_INCREF(exporter);
        self->exporter = exporter;
    }
    PyObject_GC_Track((PyObject *)self);
    return (PyObject *)self;
}

/* By its slot, not by the module's state, which is gone before the last Buffer is. */
static int is_managed(PyObject *object) {
    return PyType_GetSlot(Py_TYPE(object), Py_tp_dealloc) == (void *)managed_dealloc;
}

PyObject *swiftbuf_managed_exporter(PyObject *object) {
    if (!is_managed(object)) {
        return NULL;
    }
    swiftbuf_managed_buffer *self = (swiftbuf_managed_buffer *)object;
    return self->view.obj != NULL ? self->view.obj : self->exporter;
}

PyObject *swiftbuf_exporter_of(PyObject *self) {
    PyObject *base = swiftbuf_base_of(self);
    return base != NULL && is_managed(base) ? swiftbuf_managed_view(base)->obj : base;
}
