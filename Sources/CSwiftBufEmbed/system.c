/* What a start asks the operating system, in place of Foundation. */
#include "CSwiftBufEmbed.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *swiftbuf_embed_variable(const char *name) {
    return getenv(name);
}

ptrdiff_t swiftbuf_embed_read_file(const char *path, char *bytes, size_t capacity) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return -1;
    }
    size_t count = fread(bytes, 1, capacity, file);
    int failed = ferror(file);
    fclose(file);
    return failed ? -1 : (ptrdiff_t)count;
}

int swiftbuf_embed_resolve(const char *path, char *resolved, size_t capacity) {
    char whole[PATH_MAX];
    if (realpath(path, whole) == NULL) {
        return -1;
    }
    size_t count = strlen(whole) + 1;
    if (count > capacity) {
        return -1;
    }
    memcpy(resolved, whole, count);
    return 0;
}

void swiftbuf_embed_write_error(const char *text) {
    fprintf(stderr, "%s\n", text);
}
