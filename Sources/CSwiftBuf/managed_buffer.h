/* For the module: the type of the objects that hold other exporters' memory. */
#ifndef SWIFTBUF_MANAGED_BUFFER_H
#define SWIFTBUF_MANAGED_BUFFER_H

#include "CSwiftBuf.h"

/* A new reference, or NULL with an exception set. */
PyTypeObject *swiftbuf_managed_type_new(PyObject *module);

#endif /* SWIFTBUF_MANAGED_BUFFER_H */
