/* Storage blocks in the order of their addresses, none of which overlap: searched at every borrow of memory that might be theirs.

   Rows of at most LISTED_BLOCKS_IN_A_ROW blocks, one behind the other. A search halves the rows and then one row, three or four lines of
   cache in all; to insert moves the blocks of one row. Memory that is no block's is told by one comparison when it was looked for before:
   the room between two blocks where a search ended is kept. The caller has a lock. */
#ifndef SWIFTBUF_LISTED_BLOCKS_H
#define SWIFTBUF_LISTED_BLOCKS_H

#include "CSwiftBufStorage.h"

#define LISTED_BLOCKS_IN_A_ROW 126

/* How many rooms between blocks are kept: one for each remainder of a line of cache's number. A power of two. */
#define LISTED_BLOCKS_GAPS 16

typedef struct {
    size_t count; /* above zero */
    uintptr_t bases[LISTED_BLOCKS_IN_A_ROW];
    swiftbuf_storage *blocks[LISTED_BLOCKS_IN_A_ROW];
} listed_row;

/* A range in which no block has a byte; empty, from 0 to 0, if none is known. */
typedef struct {
    uintptr_t low;
    uintptr_t high;
} listed_gap;

typedef struct {
    listed_gap gaps[LISTED_BLOCKS_GAPS];
    size_t row_count;
    size_t row_room;
    listed_row **rows;
} listed_blocks;

/* The last block that has a byte of [low, high), or NULL; whether there are several. */
swiftbuf_storage *listed_blocks_search(const listed_blocks *list, uintptr_t low, uintptr_t high, int *several);

/* Where the room is kept in which a range may lie. */
static inline size_t listed_blocks_gap_number(uintptr_t low) {
    return (low / 64) % LISTED_BLOCKS_GAPS;
}

/* Whether a range might have a byte of a block: false for memory that is no block's and was looked for before. */
static inline int listed_blocks_may_have(const listed_blocks *list, uintptr_t low, uintptr_t high) {
    const listed_gap *gap = &list->gaps[listed_blocks_gap_number(low)];
    return low < gap->low || high > gap->high;
}

/* Keeps the room between two blocks that a range without a block's byte lies in. */
void listed_blocks_keep_gap(listed_blocks *list, uintptr_t low, uintptr_t high);

/* Adds a block that overlaps none: 0, or -1 without room. */
int listed_blocks_insert(listed_blocks *list, swiftbuf_storage *block);

/* Takes a block out that is there. */
void listed_blocks_remove(listed_blocks *list, swiftbuf_storage *block);

#endif /* SWIFTBUF_LISTED_BLOCKS_H */
