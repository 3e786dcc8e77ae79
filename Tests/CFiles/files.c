#define _GNU_SOURCE /* mincore */

#include "CFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

char *file_make(void) {
    const char *folder = getenv("TMPDIR");
    char *path = NULL;
    if (asprintf(&path, "%s/swiftbuf-XXXXXX", folder == NULL ? "/tmp" : folder) < 0) {
        return NULL;
    }
    int descriptor = mkstemp(path);
    if (descriptor < 0) {
        free(path);
        return NULL;
    }
    close(descriptor);
    return path;
}

void file_remove(char *path) {
    unlink(path);
    free(path);
}

int file_write(const char *path, const void *bytes, size_t byte_count) {
    int descriptor = open(path, O_WRONLY);
    ssize_t written = descriptor < 0 ? -1 : pwrite(descriptor, bytes, byte_count, 0);
    close(descriptor);
    return written == (ssize_t)byte_count;
}

int file_byte(const char *path, size_t offset) {
    unsigned char byte;
    int descriptor = open(path, O_RDONLY);
    ssize_t count = descriptor < 0 ? -1 : pread(descriptor, &byte, 1, (off_t)offset);
    close(descriptor);
    return count == 1 ? byte : -1;
}

int file_resize(const char *path, size_t byte_count) {
    return truncate(path, (off_t)byte_count) == 0;
}

int page_is_mapped(const void *address) {
    size_t page = page_byte_count();
    unsigned char resident;
    return mincore((void *)((size_t)address & ~(page - 1)), page, &resident) == 0;
}

int next_descriptor(void) {
    int descriptor = open("/dev/null", O_RDONLY);
    close(descriptor);
    return descriptor;
}

size_t page_byte_count(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}
