/* One interpreter a process: not started, starting, running, stopped, in this order and never back.

   CPython can be initialised again after Py_Finalize, but modules such as NumPy cannot, so a second start is refused. */
#include <Python.h>

#include <pthread.h>
#include <stdio.h>

#include "CSwiftBufEmbed.h"
#include "initialize.h"

typedef enum { NOT_STARTED, STARTING, RUNNING, STOPPED } state;

/* `lock` guards the three below it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t everybody_left = PTHREAD_COND_INITIALIZER;
static state current = NOT_STARTED;
static size_t inside;
static PyThreadState *starter; /* the thread state of swiftbuf_embed_start, kept for swiftbuf_embed_stop */

/* How many times this thread is between enter and leave. */
static _Thread_local size_t depth;

static void become(state next) {
    pthread_mutex_lock(&lock);
    current = next;
    pthread_mutex_unlock(&lock);
}

swiftbuf_embed_result swiftbuf_embed_start(const swiftbuf_embed_configuration *configuration, char *message, size_t capacity) {
    message[0] = '\0';
    pthread_mutex_lock(&lock);
    state before = current;
    if (before == NOT_STARTED) {
        current = STARTING;
    }
    pthread_mutex_unlock(&lock);
    if (before != NOT_STARTED) {
        return before == STOPPED ? SWIFTBUF_EMBED_STOPPED : SWIFTBUF_EMBED_ALREADY_STARTED;
    }
    if (Py_IsInitialized()) {
        become(NOT_STARTED);
        return SWIFTBUF_EMBED_ALREADY_STARTED;
    }
    if (swiftbuf_embed_initialize(configuration, message, capacity) < 0) {
        become(STOPPED);
        return SWIFTBUF_EMBED_FAILED;
    }
    pthread_mutex_lock(&lock);
    starter = PyEval_SaveThread();
    current = RUNNING;
    pthread_mutex_unlock(&lock);
    return SWIFTBUF_EMBED_DONE;
}

swiftbuf_embed_result swiftbuf_embed_stop(char *message, size_t capacity) {
    message[0] = '\0';
    if (depth != 0) {
        return SWIFTBUF_EMBED_IN_USE;
    }
    pthread_mutex_lock(&lock);
    if (current != RUNNING) {
        pthread_mutex_unlock(&lock);
        return SWIFTBUF_EMBED_STOPPED;
    }
    current = STOPPED;
    while (inside != 0) {
        pthread_cond_wait(&everybody_left, &lock);
    }
    pthread_mutex_unlock(&lock);
    PyEval_RestoreThread(starter);
    if (Py_FinalizeEx() < 0) {
        snprintf(message, capacity, "Python stopped, but could not flush its standard streams");
        return SWIFTBUF_EMBED_FAILED;
    }
    return SWIFTBUF_EMBED_DONE;
}

swiftbuf_embed_result swiftbuf_embed_enter(void) {
    pthread_mutex_lock(&lock);
    int runs = current == RUNNING;
    if (runs) {
        inside += 1;
        depth += 1;
    }
    pthread_mutex_unlock(&lock);
    return runs ? SWIFTBUF_EMBED_DONE : SWIFTBUF_EMBED_STOPPED;
}

void swiftbuf_embed_leave(void) {
    pthread_mutex_lock(&lock);
    inside -= 1;
    depth -= 1;
    if (inside == 0) {
        pthread_cond_broadcast(&everybody_left);
    }
    pthread_mutex_unlock(&lock);
}
