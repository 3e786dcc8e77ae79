/* The functions of the Python type that are implemented in Swift (Sources/SwiftBufPython), each as a @_cdecl function.

   C calls Swift through these alone. Each has the signature and the contract of the slot or method that it fills: with the
   GIL; a new reference, or NULL or -1 with an exception set, and then nothing was changed. */
#ifndef SWIFTBUF_SLOTS_H
#define SWIFTBUF_SLOTS_H

#include "CSwiftBufABI.h"

/* Drops what an export block holds: its storage, its heap block. Called once, by tp_dealloc. */
void swiftbuf_export_clear(swiftbuf_export *export);

/* The buffer protocol. */
int swiftbuf_buffer_getbuffer(PyObject *self, Py_buffer *view, int flags);
void swiftbuf_buffer_releasebuffer(PyObject *self, Py_buffer *view);

/* Sequence and mapping. */
Py_ssize_t swiftbuf_buffer_length(PyObject *self);
PyObject *swiftbuf_buffer_item(PyObject *self, Py_ssize_t index);
PyObject *swiftbuf_buffer_subscript(PyObject *self, PyObject *key);
int swiftbuf_buffer_assign_subscript(PyObject *self, PyObject *key, PyObject *value);
int swiftbuf_buffer_contains(PyObject *self, PyObject *value);
PyObject *swiftbuf_buffer_iter(PyObject *self);
PyObject *swiftbuf_buffer_repr(PyObject *self);
PyObject *swiftbuf_buffer_richcompare(PyObject *self, PyObject *other, int operation);
Py_hash_t swiftbuf_buffer_hash(PyObject *self);

/* Attributes. */
PyObject *swiftbuf_buffer_get_obj(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_nbytes(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_itemsize(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_format(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_ndim(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_shape(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_strides(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_suboffsets(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_readonly(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_c_contiguous(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_f_contiguous(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_contiguous(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_exports(PyObject *self, void *closure);
PyObject *swiftbuf_buffer_get_transposed(PyObject *self, void *closure);

/* Methods. */
PyObject *swiftbuf_buffer_transpose(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
PyObject *swiftbuf_buffer_reshape(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
PyObject *swiftbuf_buffer_cast(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_buffer_broadcast_to(PyObject *self, PyObject *shape);
PyObject *swiftbuf_buffer_toreadonly(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_tolist(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_tobytes_in_order(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_buffer_copy(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_buffer_fill(PyObject *self, PyObject *value);
PyObject *swiftbuf_buffer_index(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
PyObject *swiftbuf_buffer_count(PyObject *self, PyObject *value);
PyObject *swiftbuf_buffer_resize(PyObject *self, PyObject *shape);
PyObject *swiftbuf_buffer_release(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_enter(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_exit(PyObject *self, PyObject *const *arguments, Py_ssize_t count);
PyObject *swiftbuf_buffer_flush(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_sizeof(PyObject *self, PyObject *unused);

/* Makes a Buffer that shares an exporter's memory: Buffer(object). */
PyObject *swiftbuf_buffer_from_object(PyTypeObject *type, PyObject *object);

/* Module functions. */
PyObject *swiftbuf_module_frombuffer(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_module_zeros(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_module_empty(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_module_full(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_module_copy(PyObject *module, PyObject *object);
PyObject *swiftbuf_module_mapped(PyObject *module, PyObject *const *arguments, Py_ssize_t count, PyObject *names);
PyObject *swiftbuf_module_allocated_bytes(PyObject *module, PyObject *unused);

/* The C ABI: see swiftbuf_api.h. */
PyObject *swiftbuf_buffer_from_storage(const swiftbuf_api *api, swiftbuf_storage *storage, void *buf, int ndim,
                                       const Py_ssize_t *shape, const Py_ssize_t *strides, const char *format, int readonly,
                                       PyObject *base);

#endif /* SWIFTBUF_SLOTS_H */
