/* Which python3.X belongs to the libpython that this program is linked to.

   CPython derives the place of its standard library from the path of an interpreter, and would search PATH for one. What is found
   there may be another Python: a 3.11.7 under a linked 3.11.2 imports NumPy and fails on `_ssl`. So the library says where it
   is, and the interpreter is looked for above it: /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0 and /usr/bin/python3.11,
   PREFIX/lib/libpython3.12.so and PREFIX/bin/python3.12, Python.framework/Versions/3.12/Python and …/3.12/bin/python3.12. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif

#include <Python.h>

#ifdef Py_GIL_DISABLED
#error "SwiftBufEmbed needs a CPython with the GIL, and these are the headers of a free-threaded one: set PKG_CONFIG_PATH to another's"
#endif

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CSwiftBufEmbed.h"

#ifdef Py_GIL_DISABLED
#define ABI_SUFFIX "t"
#else
#define ABI_SUFFIX ""
#endif

/* The resolved path of the file that the linked CPython was loaded from: 0 or -1. */
static int find_library(char library[PATH_MAX]) {
    /* By dlsym, since the address of a C function may be that of the program's own stub for it. */
    void *function = dlsym(RTLD_DEFAULT, "Py_InitializeFromConfig");
    Dl_info information;
    if (function == NULL || dladdr(function, &information) == 0 || information.dli_fname == NULL) {
        return -1;
    }
    return realpath(information.dli_fname, library) == NULL ? -1 : 0;
}

swiftbuf_embed_result swiftbuf_embed_find_interpreter(char *path, size_t path_capacity, char *message, size_t capacity) {
    message[0] = '\0';
    unsigned int major = (unsigned int)(Py_Version >> 24) & 0xFF;
    unsigned int minor = (unsigned int)(Py_Version >> 16) & 0xFF;
    if (major != PY_MAJOR_VERSION || minor != PY_MINOR_VERSION) {
        /* PyConfig has another layout in each minor version. */
        snprintf(message, capacity, "this program was built for Python %d.%d, but the libpython that it loaded is %u.%u",
                 PY_MAJOR_VERSION, PY_MINOR_VERSION, major, minor);
        return SWIFTBUF_EMBED_FAILED;
    }
    char library[PATH_MAX];
    if (find_library(library) < 0) {
        snprintf(message, capacity, "the file of the linked libpython %u.%u was not found", major, minor);
        return SWIFTBUF_EMBED_FAILED;
    }
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", library);
    for (char *end = strrchr(folder, '/'); end != NULL; end = strrchr(folder, '/')) {
        *end = '\0';
        int length = snprintf(path, path_capacity, "%s/bin/python%u.%u" ABI_SUFFIX, folder, major, minor);
        if (length > 0 && (size_t)length < path_capacity && access(path, X_OK) == 0) {
            return SWIFTBUF_EMBED_DONE;
        }
    }
    snprintf(message, capacity, "no bin/python%u.%u" ABI_SUFFIX " belongs to the linked %s: install python3 beside libpython3", major,
             minor, library);
    return SWIFTBUF_EMBED_FAILED;
}

unsigned long swiftbuf_embed_linked_version(void) {
    return Py_Version;
}
