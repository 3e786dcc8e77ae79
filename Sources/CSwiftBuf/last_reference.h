/* For the type: how a dying Buffer lets go of what its memory belongs to, in chains of any length. */
#ifndef SWIFTBUF_LAST_REFERENCE_H
#define SWIFTBUF_LAST_REFERENCE_H

#include "CSwiftBuf.h"

/* Makes ready what the process needs, once. 0, or -1 with MemoryError set. */
int swiftbuf_last_reference_prepare(void);

/* The end of tp_dealloc: lets go of `base`, then of the object and its reference to its type. Steals `self`, which nobody can reach any
   more: untracked, its weak references cleared, its export block cleared. May run Python code; an exception that is set stays set. */
void swiftbuf_object_end(PyObject *self);

#endif /* SWIFTBUF_LAST_REFERENCE_H */
