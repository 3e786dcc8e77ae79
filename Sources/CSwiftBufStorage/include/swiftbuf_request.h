/* The flags of a buffer request and the traits of an exported view: the two sets of bits on which the grant decision rests.

   Lives here: the bits, for C and Swift alike. The flags are PEP 3118's, which Python.h calls PyBUF_…; the core knows no Python.h,
   so CSwiftBuf asserts at compile time that they are the same. */
#ifndef SWIFTBUF_REQUEST_H
#define SWIFTBUF_REQUEST_H

/* Some contain others: a flag is asked for if all of its bits are set. */
enum {
    SWIFTBUF_REQUEST_WRITABLE = 0x0001,
    SWIFTBUF_REQUEST_FORMAT = 0x0004,
    SWIFTBUF_REQUEST_ND = 0x0008,
    SWIFTBUF_REQUEST_STRIDES = 0x0010 | SWIFTBUF_REQUEST_ND,
    SWIFTBUF_REQUEST_C_CONTIGUOUS = 0x0020 | SWIFTBUF_REQUEST_STRIDES,
    SWIFTBUF_REQUEST_F_CONTIGUOUS = 0x0040 | SWIFTBUF_REQUEST_STRIDES,
    SWIFTBUF_REQUEST_ANY_CONTIGUOUS = 0x0080 | SWIFTBUF_REQUEST_STRIDES,
    SWIFTBUF_REQUEST_INDIRECT = 0x0100 | SWIFTBUF_REQUEST_STRIDES,
};

/* swiftbuf_export.traits. Append-only: part of the C ABI that extensions exchange. */
enum {
    SWIFTBUF_READONLY = 1 << 0,         /* the memory may not be written to through this view */
    SWIFTBUF_C_CONTIGUOUS = 1 << 1,     /* the items are packed in C order */
    SWIFTBUF_F_CONTIGUOUS = 1 << 2,     /* the items are packed in Fortran order */
    SWIFTBUF_FORMAT_IS_BYTES = 1 << 3,  /* the format is "B" */
    SWIFTBUF_RELEASED = 1 << 4,         /* release() was called: no memory any more */
    SWIFTBUF_INDIRECT = 1 << 5,         /* items are reached through pointers: suboffsets are needed */
    SWIFTBUF_VIEW = 1 << 6,             /* derived from another Buffer: counts as one of the memory's exports */
};

#endif /* SWIFTBUF_REQUEST_H */
