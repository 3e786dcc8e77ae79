/* The system calls behind a mapped file.

   The size comes from lseek and the kind of the file from what it can do, not from fstat: where fstat is a symbol of its own it needs a
   newer C library than the wheel promises. */
#define _GNU_SOURCE /* O_CLOEXEC, faccessat */

#include "CSwiftBufStorage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whether it is a directory: only in one can a name be looked up. Whether that name may be looked up is another question. */
static int is_directory(int descriptor) {
    return faccessat(descriptor, ".", F_OK, 0) == 0 || errno != ENOTDIR;
}

/* 0 if no byte can be read either, so that the file is empty; ENODEV if its size is a lie, as that of files which a system makes up while they
   are read (/proc); or the errno of reading. Waits for nobody, since the descriptor is O_NONBLOCK. */
static int check_empty(int descriptor) {
    char byte;
    ssize_t count = pread(descriptor, &byte, 1, 0);
    return count == 0 ? 0 : count < 0 ? errno : ENODEV;
}

/* 0 with the size of what is open; or errno, if it is no file whose bytes have places: ENODEV if they are made up while they are read. */
static int find_size(int descriptor, int64_t *byte_count) {
    if (is_directory(descriptor)) {
        return EISDIR;
    }
    off_t end = lseek(descriptor, 0, SEEK_END);
    if (end < 0) {
        return errno == EINVAL ? ENODEV : errno;
    }
    /* /dev/null and its like accept every place, and stay where they are. */
    if (lseek(descriptor, 1, SEEK_SET) != 1) {
        return ESPIPE;
    }
    if (end == 0) {
        int error = check_empty(descriptor);
        /* A file that grew in between has a size by now. */
        end = error == ENODEV ? lseek(descriptor, 0, SEEK_END) : 0;
        if (error != 0 && end <= 0) {
            return error;
        }
    }
    *byte_count = end;
    return 0;
}

int swiftbuf_mapping_open(const char *path, swiftbuf_mapping_mode mode, int *descriptor, int64_t *byte_count) {
    int access = mode == SWIFTBUF_MAPPING_WRITE ? O_RDWR : O_RDONLY;
    int opened = open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (opened < 0) {
        return errno;
    }
    int error = find_size(opened, byte_count);
    if (error != 0) {
        close(opened);
        return error;
    }
    *descriptor = opened;
    return 0;
}

int swiftbuf_mapping_map(int descriptor, swiftbuf_mapping_mode mode, int64_t offset, ptrdiff_t byte_count,
                         swiftbuf_mapping *mapping, void **first) {
    int64_t into_page = offset & (sysconf(_SC_PAGESIZE) - 1);
    ptrdiff_t mapped = byte_count + into_page; /* the file's size at most */
    int protection = mode == SWIFTBUF_MAPPING_READ ? PROT_READ : PROT_READ | PROT_WRITE;
    int sharing = mode == SWIFTBUF_MAPPING_COPY_ON_WRITE ? MAP_PRIVATE : MAP_SHARED;
    char *base = mmap(NULL, (size_t)mapped, protection, sharing, descriptor, (off_t)(offset - into_page));
    if (base == MAP_FAILED) {
        return errno;
    }
    *mapping = (swiftbuf_mapping){.base = base, .byte_count = mapped, .mode = mode};
    *first = base + into_page;
    return 0;
}

int swiftbuf_mapping_flush(const swiftbuf_mapping *mapping) {
    if (mapping->mode != SWIFTBUF_MAPPING_WRITE || mapping->byte_count == 0) {
        return 0;
    }
    return msync(mapping->base, (size_t)mapping->byte_count, MS_SYNC) == 0 ? 0 : errno;
}

void swiftbuf_mapping_release(void *owner, void *base, ptrdiff_t capacity) {
    (void)base;
    (void)capacity;
    swiftbuf_mapping *mapping = owner;
    if (mapping->byte_count != 0) {
        munmap(mapping->base, (size_t)mapping->byte_count);
    }
    swiftbuf_block_free(mapping);
}

void swiftbuf_mapping_close(int descriptor) {
    close(descriptor);
}
