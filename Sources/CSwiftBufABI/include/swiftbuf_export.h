/* The export block: all that bf_getbuffer reads.

   It lives inside the Python object. While the object has exports, nothing in it changes, so the pointers that a Py_buffer
   carries (format, shape, strides) stay valid and unchanged until the last release. */
#ifndef SWIFTBUF_EXPORT_H
#define SWIFTBUF_EXPORT_H

#include "../../CPython/CPython.h"
#include "CSwiftBufStorage.h"

/* Up to this many dimensions stand in the object; more are kept in one heap block. */
#define SWIFTBUF_INLINE_DIMENSIONS 4

/* A format of up to this many bytes, the NUL included, stands in the object; a longer one shares the heap block. */
#define SWIFTBUF_INLINE_FORMAT 16

typedef struct {
    void *buf;              /* element [0, …, 0]; never NULL */
    Py_ssize_t len;         /* product(shape) * itemsize: the packed length in bytes, for strided layouts too */
    Py_ssize_t itemsize;    /* bytes; 0 only of a field, or another exporter's items, without any */
    int32_t ndim;           /* 0 to 64 */
    uint32_t traits;        /* SWIFTBUF_READONLY and so on: swiftbuf_request.h */
    char *format;           /* NUL-terminated; never NULL */
    Py_ssize_t *shape;      /* ndim items; NULL if ndim is 0 */
    Py_ssize_t *strides;    /* ndim items, in bytes; NULL if ndim is 0 */
    Py_ssize_t *suboffsets; /* ndim items, if SWIFTBUF_INDIRECT; else NULL */
    int64_t exports;        /* with the GIL, else atomic: Py_buffers of this object that are live; swiftbuf_exports.h */
    swiftbuf_storage *storage; /* one reference; NULL once released */
    void *block;            /* what does not fit inline, or NULL */
    int32_t denied;         /* no request with one of these flags, and none without all of those, is granted without a look */
    int32_t required;       /* at the traits: SwiftBufCore/Admission.swift */
    uint8_t item_kind;      /* how an item is read: ScalarKind, SWIFTBUF_ITEM_RECORD and so on, or 0: not at all; */
                            /* with SWIFTBUF_ITEM_SWAPPED if its byte order is not the machine's */
    uint8_t order;          /* of the dimensions when the memory is resized: 0 for C, 1 for Fortran */
    uint8_t reserved[6];    /* zero */
    Py_ssize_t inline_dimensions[2 * SWIFTBUF_INLINE_DIMENSIONS];
    char inline_format[SWIFTBUF_INLINE_FORMAT];
} swiftbuf_export;

/* In item_kind: the item has the other byte order. */
#define SWIFTBUF_ITEM_SWAPPED 0x80

/* item_kind of an item that is not one scalar, and is read value by value as the format says: a struct, a sub-array, several values. */
#define SWIFTBUF_ITEM_RECORD 0x7F

/* item_kind of an item that is not read as a whole, because a part of it cannot be read (a reference, a pointer, a bit field); where its
   parts stand is known. */
#define SWIFTBUF_ITEM_PARTS 0x7E

/* item_kind of an item whose format may mean more than one thing; parts of which all readings say the same can be read. */
#define SWIFTBUF_ITEM_DOUBTFUL 0x7D

/* Where fields stand whose address Swift needs, whose Embedded mode has no key paths. */
enum {
    SWIFTBUF_EXPORT_INLINE_DIMENSIONS_OFFSET = offsetof(swiftbuf_export, inline_dimensions),
    SWIFTBUF_EXPORT_EXPORTS_OFFSET = offsetof(swiftbuf_export, exports),
    SWIFTBUF_EXPORT_INLINE_FORMAT_OFFSET = offsetof(swiftbuf_export, inline_format),
};

_Static_assert(SWIFTBUF_REQUEST_WRITABLE == PyBUF_WRITABLE, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_FORMAT == PyBUF_FORMAT, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_ND == PyBUF_ND, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_STRIDES == PyBUF_STRIDES, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_C_CONTIGUOUS == PyBUF_C_CONTIGUOUS, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_F_CONTIGUOUS == PyBUF_F_CONTIGUOUS, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_ANY_CONTIGUOUS == PyBUF_ANY_CONTIGUOUS, "PEP 3118's flag");
_Static_assert(SWIFTBUF_REQUEST_INDIRECT == PyBUF_INDIRECT, "PEP 3118's flag");

_Static_assert(sizeof(Py_ssize_t) == sizeof(ptrdiff_t), "one word");
_Static_assert(sizeof(swiftbuf_export) == 184, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, buf) == 0, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, len) == 8, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, itemsize) == 16, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, ndim) == 24, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, traits) == 28, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, format) == 32, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, shape) == 40, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, strides) == 48, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, suboffsets) == 56, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, exports) == 64, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, storage) == 72, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, block) == 80, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, denied) == 88, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, required) == 92, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, item_kind) == 96, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, inline_dimensions) == 104, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_export, inline_format) == 168, "the layout of the C ABI");

#endif /* SWIFTBUF_EXPORT_H */
