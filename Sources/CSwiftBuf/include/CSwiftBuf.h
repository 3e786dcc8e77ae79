/* The shim between CPython and Swift: everything that C and Swift both have to see. */
#ifndef CSWIFTBUF_H
#define CSWIFTBUF_H

#include "swiftbuf_export.h"
#include "swiftbuf_api.h"
#include "swiftbuf_python.h"
#include "swiftbuf_slots.h"

#endif /* CSWIFTBUF_H */
