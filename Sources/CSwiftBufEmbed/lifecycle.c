/* One interpreter a process: not started, starting, running, stopped, in this order and never back.

   CPython can be initialised again after Py_Finalize, but modules such as NumPy cannot, so a second start is refused. */
#include <Python.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "CSwiftBufEmbed.h"
#include "initialize.h"

typedef enum { NOT_STARTED, STARTING, RUNNING, STOPPED } state;

/* `lock` guards the five below it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t everybody_left = PTHREAD_COND_INITIALIZER;
static state current = NOT_STARTED;
static size_t inside;
static size_t borrows;           /* that may outlive the stay in which they began */
static PyThreadState *starter;   /* the thread state of swiftbuf_embed_start, kept for swiftbuf_embed_stop */
static pthread_t starting_thread; /* its thread */
static pid_t starting_process;

/* How many times this thread is between enter and leave. */
static _Thread_local size_t depth;

/* Whether it took the GIL there, and did not let go of it since. */
static _Thread_local int holding;

static void become(state next) {
    pthread_mutex_lock(&lock);
    current = next;
    pthread_mutex_unlock(&lock);
}

static int pass(int called_by_python);

/* Calls a function of a Python object, and forgets what it raised: at the end of the process nobody is left to be told. */
static void call_quietly(PyObject *object, const char *name) {
    PyObject *result = object == NULL ? NULL : PyObject_CallMethod(object, name, NULL);
    Py_XDECREF(result);
    PyErr_Clear();
}

/* What Python does at its own end and the program did not ask for by stop(): the functions of `atexit`, and writing out what is in the
   streams. Called by exit(), on whatever thread calls that, with the GIL or without. Python is not finalised, because other threads may
   be in it. A forked child has its own end: what the parent will write is not written twice. */
static void end_of_process(void) {
    if (starting_process != getpid() || !pass(0)) {
        return;
    }
    PyGILState_STATE gil = PyGILState_Ensure();
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *functions = PyImport_ImportModule("atexit");
    call_quietly(functions, "_run_exitfuncs");
    Py_XDECREF(functions);
    call_quietly(PySys_GetObject("stdout"), "flush");
    call_quietly(PySys_GetObject("stderr"), "flush");
    PyErr_Restore(type, value, traceback);
    PyGILState_Release(gil);
    swiftbuf_embed_leave((swiftbuf_embed_stay){.held_before = holding, .took = 0});
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
    starting_thread = pthread_self();
    starting_process = getpid();
    current = RUNNING;
    pthread_mutex_unlock(&lock);
    /* Without room for it the program ends as it did without. */
    (void)atexit(end_of_process);
    return SWIFTBUF_EMBED_DONE;
}

/* Takes the GIL for the last time. Another thread than the one that started Python has a thread state of its own, because a state that
   is used on a foreign thread makes PyGILState_Ensure wait for itself; and the first one is deleted, as if its thread had ended, because
   `threading` waits for it at the end. Fails if this CPython cannot be stopped there. */
static int take_gil_to_stop(void) {
    if (pthread_equal(starting_thread, pthread_self())) {
        PyEval_RestoreThread(starter);
        return 0;
    }
    PyGILState_Ensure();
    PyThreadState *own = PyThreadState_Get();
    PyThreadState_Clear(starter);
    PyThreadState_Delete(starter);
    if (Py_Version < 0x030C0000) {
        return 0;
    }
    /* From 3.12 on that made this thread forget its own state (unbind_gilstate_tstate), so that PyGILState_Ensure would make another and
       wait for the GIL of the first: a new state is known again. From 3.13 on Py_FinalizeEx goes on with the state that Python was started
       with (resolve_final_tstate); the new one has its place in memory. The state in between ends with Python. */
    PyThreadState *known = PyThreadState_New(PyThreadState_GetInterpreter(own));
    if (known == NULL) {
        return -1;
    }
    PyThreadState_Swap(known);
    if (known == starter || Py_Version < 0x030D0000) {
        return 0;
    }
    /* 3.13.0 gives that place only to a state that is alone. */
    PyThreadState_Clear(own);
    PyThreadState_Delete(own);
    PyThreadState_Clear(known);
    PyThreadState_DeleteCurrent();
    PyGILState_Ensure();
    return PyThreadState_Get() == starter ? 0 : -1;
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
    if (borrows != 0) {
        pthread_mutex_unlock(&lock);
        return SWIFTBUF_EMBED_BORROWED;
    }
    current = STOPPED; /* from here on no borrow is counted */
    while (inside != 0) {
        pthread_cond_wait(&everybody_left, &lock);
    }
    pthread_mutex_unlock(&lock);
    if (take_gil_to_stop() < 0) {
        snprintf(message, capacity, "Python cannot be stopped on another thread than the one that started it while its threads run");
        return SWIFTBUF_EMBED_FAILED;
    }
    if (Py_FinalizeEx() < 0) {
        snprintf(message, capacity, "Python stopped, but could not flush its standard streams");
        return SWIFTBUF_EMBED_FAILED;
    }
    return SWIFTBUF_EMBED_DONE;
}

/* Whether the caller is let in: while the interpreter runs; and afterwards as well if the thread is inside already, because stop waits
   for it, or if Python called it. */
static int pass(int called_by_python) {
    if (depth == 0) {
        pthread_mutex_lock(&lock);
        int runs = current == RUNNING || called_by_python;
        inside += runs ? 1 : 0;
        pthread_mutex_unlock(&lock);
        if (!runs) {
            return 0;
        }
    }
    depth += 1;
    return 1;
}

swiftbuf_embed_result swiftbuf_embed_enter(swiftbuf_embed_stay *stay) {
    if (!pass(0)) {
        return SWIFTBUF_EMBED_STOPPED;
    }
    stay->held_before = holding;
    stay->took = 1;
    stay->state = (int)PyGILState_Ensure();
    holding = 1;
    return SWIFTBUF_EMBED_DONE;
}

void swiftbuf_embed_enter_called(swiftbuf_embed_stay *stay) {
    pass(1);
    stay->held_before = holding;
    stay->took = 0;
    holding = 1;
}

void swiftbuf_embed_leave(swiftbuf_embed_stay stay) {
    if (stay.took) {
        /* May delete the thread's state, and so run Python code: the thread is still inside. */
        PyGILState_Release((PyGILState_STATE)stay.state);
    }
    holding = stay.held_before;
    depth -= 1;
    if (depth != 0) {
        return;
    }
    pthread_mutex_lock(&lock);
    inside -= 1;
    if (inside == 0) {
        pthread_cond_broadcast(&everybody_left);
    }
    pthread_mutex_unlock(&lock);
}

swiftbuf_embed_result swiftbuf_embed_begin_borrow(void) {
    pthread_mutex_lock(&lock);
    int runs = current == RUNNING;
    borrows += runs ? 1 : 0;
    pthread_mutex_unlock(&lock);
    return runs ? SWIFTBUF_EMBED_DONE : SWIFTBUF_EMBED_STOPPED;
}

void swiftbuf_embed_end_borrow(void) {
    pthread_mutex_lock(&lock);
    borrows -= 1;
    pthread_mutex_unlock(&lock);
}

size_t swiftbuf_embed_borrows(void) {
    pthread_mutex_lock(&lock);
    size_t count = borrows;
    pthread_mutex_unlock(&lock);
    return count;
}

int swiftbuf_embed_holds_gil(void) {
    /* C code that Python called may have let go of the GIL behind the back of `holding`. */
    return holding && PyGILState_Check();
}

void *swiftbuf_embed_let_go(void) {
    if (!swiftbuf_embed_holds_gil()) {
        return NULL;
    }
    holding = 0;
    return PyEval_SaveThread();
}

void swiftbuf_embed_take_again(void *thread) {
    PyEval_RestoreThread(thread);
    holding = 1;
}

void swiftbuf_embed_drop(void *object) {
    if (swiftbuf_embed_holds_gil()) {
        Py_DECREF((PyObject *)object);
        return;
    }
    swiftbuf_embed_stay stay;
    if (swiftbuf_embed_enter(&stay) == SWIFTBUF_EMBED_DONE) {
        Py_DECREF((PyObject *)object);
        swiftbuf_embed_leave(stay);
    }
}
