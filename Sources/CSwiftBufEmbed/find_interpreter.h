#ifndef FIND_INTERPRETER_H
#define FIND_INTERPRETER_H

#include <stddef.h>

/* Writes the path of the `python3.X` that was installed with the linked libpython: 0, or -1 with a sentence in `message`.
   Any thread; no interpreter is needed. */
int swiftbuf_embed_find_interpreter(char *path, size_t path_capacity, char *message, size_t capacity);

#endif /* FIND_INTERPRETER_H */
