/* Storage blocks in the order of their addresses, none of which overlap: searched at every borrow of memory that might be theirs.

   Rows of at most LISTED_BLOCKS_IN_A_ROW blocks, one behind the other. A search halves the rows and then one row, three or four lines of
   cache in all; to insert moves the blocks of one row. The caller has a lock. */
#ifndef SWIFTBUF_LISTED_BLOCKS_H
#define SWIFTBUF_LISTED_BLOCKS_H

#include "CSwiftBufStorage.h"

#define LISTED_BLOCKS_IN_A_ROW 126

typedef struct {
    size_t count; /* above zero */
    uintptr_t bases[LISTED_BLOCKS_IN_A_ROW];
    swiftbuf_storage *blocks[LISTED_BLOCKS_IN_A_ROW];
} listed_row;

typedef struct {
    uintptr_t low;  /* where the first block begins */
    uintptr_t high; /* behind the last one; equal to `low` if there is none */
    size_t row_count;
    size_t row_room;
    listed_row **rows;
} listed_blocks;

/* The last block that has a byte of [low, high), or NULL; whether there are several. */
swiftbuf_storage *listed_blocks_search(const listed_blocks *list, uintptr_t low, uintptr_t high, int *several);

/* Whether a range might have a byte of a block: false for nearly all memory that is not. */
static inline int listed_blocks_may_have(const listed_blocks *list, uintptr_t low, uintptr_t high) {
    return low < list->high && list->low < high;
}

/* Adds a block that overlaps none: 0, or -1 without room. */
int listed_blocks_insert(listed_blocks *list, swiftbuf_storage *block);

/* Takes a block out that is there. */
void listed_blocks_remove(listed_blocks *list, swiftbuf_storage *block);

#endif /* SWIFTBUF_LISTED_BLOCKS_H */
