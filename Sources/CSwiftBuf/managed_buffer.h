/* For the module: the type of the objects that hold other exporters' memory. */
#ifndef SWIFTBUF_MANAGED_BUFFER_H
#define SWIFTBUF_MANAGED_BUFFER_H

#include "CSwiftBuf.h"

/* A new reference, or NULL with an exception set. */
PyTypeObject *swiftbuf_managed_type_new(PyObject *module);

/* What a managed buffer keeps alive; borrowed. NULL if `object` is none. */
PyObject *swiftbuf_managed_exporter(PyObject *object);

#endif /* SWIFTBUF_MANAGED_BUFFER_H */
