/* Python.h as swiftbuf sees it, for C and Swift alike.

   The limited API of 3.11 is chosen here, not by compiler flags, so that every module that includes this header sees the
   same Python.h. A free-threaded CPython has no stable ABI of 3.11 (its PyObject is another struct), so there the full API
   is used, and the extension is built for that Python alone. */
#ifndef SWIFTBUF_CPYTHON_H
#define SWIFTBUF_CPYTHON_H

/* Before pyconfig.h, which asks the C library for more names (_XOPEN_SOURCE): types such as fd_set must be those that Swift's Glibc
   and Dispatch modules see, or a file that imports both does not compile. (In strict ISO C there are no such names by default.) */
#ifdef __linux__
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif
#include <features.h>
/* They have done their work; pyconfig.h defines them again, that of 3.15 as a newer POSIX. */
#undef _POSIX_C_SOURCE
#undef _XOPEN_SOURCE
#endif

#include <pyconfig.h>

#if !defined(Py_GIL_DISABLED) && !defined(Py_LIMITED_API)
#define Py_LIMITED_API 0x030B0000
#endif

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if PY_VERSION_HEX < 0x030B0000
#error "swiftbuf needs the headers of CPython 3.11 or newer: install libpython3-dev"
#endif

#endif /* SWIFTBUF_CPYTHON_H */
