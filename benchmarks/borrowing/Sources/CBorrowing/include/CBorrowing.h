/* The yardstick: borrowing by hand, in C. Every function is called with the GIL; `object` is a PyObject. */
#ifndef CBORROWING_H
#define CBORROWING_H

#include <stddef.h>

/* A new reference to what a name of __main__ means, or NULL. */
void *borrowing_object(const char *name);

/* Borrows packed doubles of an object and gives them back, `rounds` times: one PyObject_GetBuffer(ND | FORMAT), every field that
   matters checked, PyBuffer_Release. The sum of the first items, so that nothing is left out; NaN if a check fails. */
double borrowing_rounds(void *object, size_t rounds);

/* PyObject_GetBuffer(ND | FORMAT) and PyBuffer_Release alone, `rounds` times: the sum of the first items; NaN if it was refused. */
double borrowing_plain_rounds(void *object, size_t rounds);

/* The sum of packed doubles. */
double borrowing_sum(const double *items, size_t count);

/* Nanoseconds of a clock that never goes back. */
unsigned long long borrowing_now(void);

#endif /* CBORROWING_H */
