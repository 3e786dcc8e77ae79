/* Waiting for a Buffer that another thread changes: in a free-threaded CPython. */
#include "CSwiftBuf.h"

#include <sched.h>

void swiftbuf_begin_export(swiftbuf_export *export) {
    while (!swiftbuf_exports_try_begin(&export->exports)) {
        /* Not attached: whoever changes the Buffer may wait for a thread that waits for all others to stop. */
        Py_BEGIN_ALLOW_THREADS
        sched_yield();
        Py_END_ALLOW_THREADS
    }
}
