/* Files for the core's tables, which Embedded Swift cannot make by itself. */
#ifndef CFILES_H
#define CFILES_H

#include <stddef.h>

/* Makes an empty file under TMPDIR, or /tmp. Returns its path, which file_remove frees; NULL if it cannot be made. */
char *file_make(void);

/* Removes the file and frees its path. */
void file_remove(char *path);

/* Gives the file these bytes from its start on, in place. 1 if it now begins with them, else 0. */
int file_write(const char *path, const void *bytes, size_t byte_count);

/* Reads one byte; -1 if there is none. */
int file_byte(const char *path, size_t offset);

/* Gives the file another size. 1 if it has it, else 0. */
int file_resize(const char *path, size_t byte_count);

/* Whether the page at an address maps this file. */
int file_is_mapped_at(const char *path, const void *address);

/* How many descriptors of this process have this file open. Other files, which any thread may open, do not count. -1 if it is not known. */
int file_open_count(const char *path);

/* Bytes of one page. */
size_t page_byte_count(void);

#endif /* CFILES_H */
