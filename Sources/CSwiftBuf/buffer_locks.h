/* Who may be in a Buffer's slots and methods.

   With the GIL: one thread at a time, by the GIL. In a free-threaded CPython (PEP 703) there is a critical section of each object
   instead, which is let go of wherever the GIL would be; LOCKED(function) is a function that holds it while it calls the slot or
   method. So one rule holds in both: between two calls of CPython's, nobody else changes this Buffer. bf_getbuffer and
   bf_releasebuffer take no lock, but count (swiftbuf_exports.h). */
#ifndef SWIFTBUF_BUFFER_LOCKS_H
#define SWIFTBUF_BUFFER_LOCKS_H

#ifndef Py_GIL_DISABLED

#define LOCKED(function) function

#else

#define LOCKED(function) locked_##function

/* Defines LOCKED(function): `type` is what it returns, `parameters` begin with the Buffer `self`, `arguments` are their names. */
#define LOCK(type, function, parameters, arguments)                                                                                        \
    static type locked_##function parameters {                                                                                             \
        type result;                                                                                                                       \
        Py_BEGIN_CRITICAL_SECTION(self);                                                                                                   \
        result = function arguments;                                                                                                       \
        Py_END_CRITICAL_SECTION();                                                                                                         \
        return result;                                                                                                                     \
    }

#define LOCK_ALONE(function) LOCK(PyObject *, function, (PyObject * self), (self))
#define LOCK_GETTER(function) LOCK(PyObject *, function, (PyObject * self, void *closure), (self, closure))
#define LOCK_WITH_ONE(function) LOCK(PyObject *, function, (PyObject * self, PyObject * argument), (self, argument))
#define LOCK_FASTCALL(function)                                                                                                            \
    LOCK(PyObject *, function, (PyObject * self, PyObject *const *arguments, Py_ssize_t count), (self, arguments, count))
#define LOCK_FASTCALL_WITH_KEYWORDS(function)                                                                                              \
    LOCK(PyObject *, function, (PyObject * self, PyObject *const *arguments, Py_ssize_t count, PyObject *names),                           \
         (self, arguments, count, names))

LOCK(Py_ssize_t, swiftbuf_buffer_length, (PyObject * self), (self))
LOCK(PyObject *, swiftbuf_buffer_item, (PyObject * self, Py_ssize_t index), (self, index))
LOCK_WITH_ONE(swiftbuf_buffer_subscript)
LOCK(int, swiftbuf_buffer_assign_subscript, (PyObject * self, PyObject *key, PyObject *value), (self, key, value))
LOCK(int, swiftbuf_buffer_contains, (PyObject * self, PyObject *value), (self, value))
LOCK_ALONE(swiftbuf_buffer_iter)
LOCK_ALONE(swiftbuf_buffer_repr)
LOCK(PyObject *, swiftbuf_buffer_richcompare, (PyObject * self, PyObject *other, int operation), (self, other, operation))
LOCK(Py_hash_t, swiftbuf_buffer_hash, (PyObject * self), (self))
LOCK_GETTER(swiftbuf_buffer_get_obj)
LOCK_GETTER(swiftbuf_buffer_get_nbytes)
LOCK_GETTER(swiftbuf_buffer_get_itemsize)
LOCK_GETTER(swiftbuf_buffer_get_format)
LOCK_GETTER(swiftbuf_buffer_get_ndim)
LOCK_GETTER(swiftbuf_buffer_get_shape)
LOCK_GETTER(swiftbuf_buffer_get_strides)
LOCK_GETTER(swiftbuf_buffer_get_suboffsets)
LOCK_GETTER(swiftbuf_buffer_get_readonly)
LOCK_GETTER(swiftbuf_buffer_get_c_contiguous)
LOCK_GETTER(swiftbuf_buffer_get_f_contiguous)
LOCK_GETTER(swiftbuf_buffer_get_contiguous)
LOCK_GETTER(swiftbuf_buffer_get_exports)
LOCK_GETTER(swiftbuf_buffer_get_transposed)
LOCK_FASTCALL(swiftbuf_buffer_transpose)
LOCK_FASTCALL(swiftbuf_buffer_reshape)
LOCK_FASTCALL_WITH_KEYWORDS(swiftbuf_buffer_cast)
LOCK_WITH_ONE(swiftbuf_buffer_broadcast_to)
LOCK_WITH_ONE(swiftbuf_buffer_toreadonly)
LOCK_WITH_ONE(swiftbuf_buffer_tolist)
LOCK_FASTCALL_WITH_KEYWORDS(swiftbuf_buffer_tobytes_in_order)
LOCK_FASTCALL_WITH_KEYWORDS(swiftbuf_buffer_copy)
LOCK_WITH_ONE(swiftbuf_buffer_fill)
LOCK_FASTCALL(swiftbuf_buffer_index)
LOCK_WITH_ONE(swiftbuf_buffer_count)
LOCK_WITH_ONE(swiftbuf_buffer_resize)
LOCK_WITH_ONE(swiftbuf_buffer_release)
LOCK_WITH_ONE(swiftbuf_buffer_flush)
LOCK_WITH_ONE(swiftbuf_buffer_enter)
LOCK_FASTCALL(swiftbuf_buffer_exit)
LOCK_WITH_ONE(swiftbuf_buffer_sizeof)

#endif

#endif /* SWIFTBUF_BUFFER_LOCKS_H */
