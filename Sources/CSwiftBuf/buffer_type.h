#ifndef BUFFER_TYPE_H
#define BUFFER_TYPE_H

#include "../CPython/CPython.h"
#include <structmember.h> /* PyMemberDef's T_ and READONLY names: the limited API of 3.11 has no others */

/* Makes the type swiftbuf.Buffer for a module. A new reference, or NULL with an exception set. With the GIL. */
PyTypeObject *swiftbuf_buffer_type_new(PyObject *module);

#endif /* BUFFER_TYPE_H */
