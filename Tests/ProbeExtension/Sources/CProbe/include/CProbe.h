/* The functions of the module, implemented in Swift: METH_FASTCALL without Python's types. */
#ifndef CPROBE_H
#define CPROBE_H

#include <stddef.h>

void *probe_total(void *module, void *const *arguments, ptrdiff_t count);
void *probe_total_of_program(void *module, void *const *arguments, ptrdiff_t count);
void *probe_total_of_copy(void *module, void *const *arguments, ptrdiff_t count);
void *probe_total_of_strides(void *module, void *const *arguments, ptrdiff_t count);
void *probe_double_strides(void *module, void *const *arguments, ptrdiff_t count);
void *probe_address(void *module, void *const *arguments, ptrdiff_t count);
void *probe_double_in_place(void *module, void *const *arguments, ptrdiff_t count);
void *probe_trace(void *module, void *const *arguments, ptrdiff_t count);
void *probe_halve_masses(void *module, void *const *arguments, ptrdiff_t count);
void *probe_count_true(void *module, void *const *arguments, ptrdiff_t count);
void *probe_count_good(void *module, void *const *arguments, ptrdiff_t count);
void *probe_wrong_records(void *module, void *const *arguments, ptrdiff_t count);
void *probe_mass(void *module, void *const *arguments, ptrdiff_t count);
void *probe_adopted(void *module, void *const *arguments, ptrdiff_t count);
void *probe_particles(void *module, void *const *arguments, ptrdiff_t count);
void *probe_item(void *module, void *const *arguments, ptrdiff_t count);
void *probe_total_by_kit(void *module, void *const *arguments, ptrdiff_t count);
void *probe_borrow_twice(void *module, void *const *arguments, ptrdiff_t count);

#endif /* CPROBE_H */
