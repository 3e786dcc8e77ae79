/* For the type: the methods by which the modules pickle and copy make another Buffer of one. */
#ifndef SWIFTBUF_BUFFER_PICKLING_H
#define SWIFTBUF_BUFFER_PICKLING_H

#include "CSwiftBuf.h"

/* Each a new reference, or NULL with an exception set. With the GIL; they run Python code. */
PyObject *swiftbuf_buffer_reduce_ex(PyObject *self, PyObject *protocol);
PyObject *swiftbuf_buffer_copy_module(PyObject *self, PyObject *unused);
PyObject *swiftbuf_buffer_deepcopy(PyObject *self, PyObject *memo);

#endif /* SWIFTBUF_BUFFER_PICKLING_H */
