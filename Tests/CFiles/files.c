#define _GNU_SOURCE /* asprintf */

#include "CFiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
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

int file_is_mapped_at(const char *path, const void *address) {
    struct stat file;
    FILE *maps = stat(path, &file) == 0 ? fopen("/proc/self/maps", "r") : NULL;
    char *line = NULL;
    size_t capacity = 0;
    int found = 0;
    while (maps != NULL && getline(&line, &capacity, maps) > 0) {
        /* proc_pid_maps(5): from-to, permissions, offset, device, inode. */
        uintptr_t from, to;
        unsigned long inode;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %lu", &from, &to, &inode) == 3) {
            found |= inode == file.st_ino && from <= (uintptr_t)address && (uintptr_t)address < to;
        }
    }
    free(line);
    if (maps != NULL) {
        fclose(maps);
    }
    return found;
}

int file_open_count(const char *path) {
    struct stat file, other;
    DIR *descriptors = stat(path, &file) == 0 ? opendir("/proc/self/fd") : NULL;
    int count = descriptors == NULL ? -1 : 0;
    for (struct dirent *entry; descriptors != NULL && (entry = readdir(descriptors)) != NULL;) {
        count += entry->d_name[0] != '.' && fstat(atoi(entry->d_name), &other) == 0 && other.st_dev == file.st_dev &&
                 other.st_ino == file.st_ino;
    }
    if (descriptors != NULL) {
        closedir(descriptors);
    }
    return count;
}

size_t page_byte_count(void) {
    return (size_t)sysconf(_SC_PAGESIZE);
}
