/* Borrowing by hand, as carefully as SwiftBuf does it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "CBorrowing.h"

void *borrowing_object(const char *name) {
    PyObject *module = PyImport_AddModule("__main__");
    return module == NULL ? NULL : PyObject_GetAttrString(module, name);
}

/* Whether a view is what was asked for. */
static int is_fit(const Py_buffer *view) {
    if (view->itemsize != sizeof(double) || view->format == NULL || strcmp(view->format, "d") != 0) {
        return 0;
    }
    if (view->ndim < 0 || view->ndim > PyBUF_MAX_NDIM || view->shape == NULL || view->buf == NULL) {
        return 0;
    }
    Py_ssize_t expected = view->itemsize;
    for (int axis = 0; axis < view->ndim; axis++) {
        if (view->shape[axis] < 0 || __builtin_mul_overflow(expected, view->shape[axis], &expected)) {
            return 0;
        }
    }
    if (expected != view->len || (uintptr_t)view->buf % sizeof(double) != 0) {
        return 0;
    }
    if (view->strides != NULL && !PyBuffer_IsContiguous(view, 'C')) {
        return 0;
    }
    return view->suboffsets == NULL;
}

double borrowing_rounds(void *object, size_t rounds) {
    double sum = 0;
    for (size_t round = 0; round < rounds; round++) {
        Py_buffer view;
        memset(&view, 0, sizeof(view));
        if (PyObject_GetBuffer(object, &view, PyBUF_ND | PyBUF_FORMAT) < 0) {
            return NAN;
        }
        if (!is_fit(&view)) {
            PyBuffer_Release(&view);
            return NAN;
        }
        sum += *(const double *)view.buf;
        PyBuffer_Release(&view);
    }
    return sum;
}

double borrowing_plain_rounds(void *object, size_t rounds) {
    double sum = 0;
    for (size_t round = 0; round < rounds; round++) {
        Py_buffer view;
        if (PyObject_GetBuffer(object, &view, PyBUF_ND | PyBUF_FORMAT) < 0) {
            return NAN;
        }
        sum += *(const double *)view.buf;
        PyBuffer_Release(&view);
    }
    return sum;
}

double borrowing_sum(const double *items, size_t count) {
    double sum = 0;
    for (size_t index = 0; index < count; index++) {
        sum += items[index];
    }
    return sum;
}

unsigned long long borrowing_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec;
}
