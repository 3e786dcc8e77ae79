/* What every module that exchanges Buffers needs of C: the C ABI, and what Swift cannot say about Python.

   Lives here: the structs that modules share, and CPython's macros and variadic functions.
   Does not live here: the type swiftbuf.Buffer itself (CSwiftBuf), which one module in a process has. */
#ifndef CSWIFTBUFABI_H
#define CSWIFTBUFABI_H

#include "swiftbuf_api.h"
#include "swiftbuf_export.h"
#include "swiftbuf_python.h"

#endif /* CSWIFTBUFABI_H */
