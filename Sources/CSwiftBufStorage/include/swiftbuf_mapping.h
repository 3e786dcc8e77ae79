/* A file as memory, through the operating system's mmap.

   Lives here: the struct that says what the system has mapped for a storage block, and the system calls, which Swift cannot make in
   both of its modes. Which bytes of the file to map is decided in SwiftBufCore/Mapping.swift.
   All of them block while a network file system does: call them without the GIL. */
#ifndef SWIFTBUF_MAPPING_H
#define SWIFTBUF_MAPPING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the memory and the file depend on each other. */
typedef enum {
    SWIFTBUF_MAPPING_READ,          /* the memory cannot be written to */
    SWIFTBUF_MAPPING_WRITE,         /* what is written to the memory is written to the file */
    SWIFTBUF_MAPPING_COPY_ON_WRITE, /* what is written to the memory is its own; the file stays as it is */
} swiftbuf_mapping_mode;

/* The owner of a storage block with SWIFTBUF_STORAGE_MAPPED. Part of the C ABI that extensions exchange. */
typedef struct {
    void *base;           /* the first page; NULL if no byte is mapped */
    ptrdiff_t byte_count; /* from there to the last byte that was asked for; 0 if none is mapped */
    uint32_t mode;        /* swiftbuf_mapping_mode */
    uint32_t reserved;    /* zero */
} swiftbuf_mapping;

/* Opens a file and finds its size, in bytes. Never waits for somebody to open the other end of a pipe.
   `path`: NUL-terminated. Returns 0, and the caller closes `*descriptor`; or errno, and then nothing is open: EISDIR for a
   directory, ESPIPE for what has no bytes at fixed places (a pipe, a terminal, /dev/zero), ENODEV for a file whose size is a lie. */
int swiftbuf_mapping_open(const char *path, swiftbuf_mapping_mode mode, int *descriptor, int64_t *byte_count);

/* Maps `byte_count` bytes, from any `offset` of the file on; the mapping begins at the page in which that byte lies.
   The bytes must lie in the file, and be one at least. Needs the descriptor no longer afterwards.
   Returns 0, with `*mapping` filled and the address of the first byte in `*first`; or errno, with both as before: ENODEV if the
   file system lends no memory. */
int swiftbuf_mapping_map(int descriptor, swiftbuf_mapping_mode mode, int64_t offset, ptrdiff_t byte_count,
                         swiftbuf_mapping *mapping, void **first);

/* Writes what was changed in a mapping to the file, and waits for the disk. Returns 0 or errno. Any thread. */
int swiftbuf_mapping_flush(const swiftbuf_mapping *mapping);

/* swiftbuf_storage.release of a mapped file, whose `owner` is a swiftbuf_mapping from swiftbuf_block_allocate: unmaps and frees it. */
void swiftbuf_mapping_release(void *owner, void *base, ptrdiff_t capacity);

void swiftbuf_mapping_close(int descriptor);

_Static_assert(sizeof(swiftbuf_mapping) == 24, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_mapping, byte_count) == 8, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_mapping, mode) == 16, "the layout of the C ABI");

#ifdef __cplusplus
}
#endif

#endif /* SWIFTBUF_MAPPING_H */
