/* The shim between CPython and Swift: everything that C and Swift both have to see. */
#ifndef CSWIFTBUF_H
#define CSWIFTBUF_H

#include "CSwiftBufABI.h"
#include "swiftbuf_object.h"
#include "swiftbuf_slots.h"

#endif /* CSWIFTBUF_H */
