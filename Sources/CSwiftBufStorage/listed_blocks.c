#include "listed_blocks.h"

#include <stdlib.h>
#include <string.h>

static uintptr_t end_of(const swiftbuf_storage *block) {
    return (uintptr_t)block->base + (uintptr_t)block->capacity;
}

/* How many of some ascending numbers are below `limit`. */
static size_t count_below(const uintptr_t *numbers, size_t count, uintptr_t limit) {
    size_t first = 0;
    while (count > 0) {
        size_t half = count / 2;
        int is_below = numbers[first + half] < limit;
        first += is_below ? half + 1 : 0;
        count = is_below ? count - half - 1 : half;
    }
    return first;
}

/* How many rows begin below `limit`. */
static size_t rows_below(const listed_blocks *list, uintptr_t limit) {
    size_t first = 0;
    size_t count = list->row_count;
    while (count > 0) {
        size_t half = count / 2;
        int is_below = list->rows[first + half]->bases[0] < limit;
        first += is_below ? half + 1 : 0;
        count = is_below ? count - half - 1 : half;
    }
    return first;
}

swiftbuf_storage *listed_blocks_search(const listed_blocks *list, uintptr_t low, uintptr_t high, int *several) {
    *several = 0;
    size_t row_number = rows_below(list, high);
    if (row_number == 0) {
        return NULL;
    }
    const listed_row *row = list->rows[row_number - 1];
    size_t place = count_below(row->bases, row->count, high); /* above zero, because the row begins below `high` */
    swiftbuf_storage *found = row->blocks[place - 1];
    if (end_of(found) <= low) {
        return NULL;
    }
    const swiftbuf_storage *before = place >= 2 ? row->blocks[place - 2] : NULL;
    if (before == NULL && row_number >= 2) {
        row = list->rows[row_number - 2];
        before = row->blocks[row->count - 1];
    }
    *several = before != NULL && end_of(before) > low;
    return found;
}

void listed_blocks_keep_gap(listed_blocks *list, uintptr_t low, uintptr_t high) {
    listed_gap *gap = &list->gaps[listed_blocks_gap_number(low)];
    *gap = (listed_gap){0, UINTPTR_MAX};
    size_t number = rows_below(list, high);
    if (number < list->row_count) {
        gap->high = list->rows[number]->bases[0];
    }
    if (number > 0) {
        const listed_row *row = list->rows[number - 1];
        size_t place = count_below(row->bases, row->count, high); /* above zero, because the row begins below `high` */
        gap->low = end_of(row->blocks[place - 1]);
        if (place < row->count) {
            gap->high = row->bases[place];
        }
    }
}

/* Makes a new row behind `number` others, with the blocks of `source` from `from` on: it, or NULL without room. */
static listed_row *add_row(listed_blocks *list, size_t number, listed_row *source, size_t from) {
    if (list->row_count == list->row_room) {
        size_t room = list->row_room == 0 ? 8 : list->row_room * 2;
        listed_row **rows = realloc(list->rows, room * sizeof(*rows));
        if (rows == NULL) {
            return NULL;
        }
        list->rows = rows;
        list->row_room = room;
    }
    listed_row *row = malloc(sizeof(*row));
    if (row == NULL) {
        return NULL;
    }
    row->count = source == NULL ? 0 : source->count - from;
    if (row->count > 0) {
        memcpy(row->bases, source->bases + from, row->count * sizeof(*row->bases));
        memcpy(row->blocks, source->blocks + from, row->count * sizeof(*row->blocks));
        source->count = from;
    }
    memmove(list->rows + number + 1, list->rows + number, (list->row_count - number) * sizeof(*list->rows));
    list->rows[number] = row;
    list->row_count += 1;
    return row;
}

int listed_blocks_insert(listed_blocks *list, swiftbuf_storage *block) {
    /* It lies in one room, which several places may keep. */
    memset(list->gaps, 0, sizeof(list->gaps));
    uintptr_t base = (uintptr_t)block->base;
    size_t number = rows_below(list, base);
    number -= number > 0 ? 1 : 0;
    listed_row *row = list->row_count == 0 ? add_row(list, 0, NULL, 0) : list->rows[number];
    if (row == NULL) {
        return -1;
    }
    if (row->count == LISTED_BLOCKS_IN_A_ROW) {
        /* Memory that grows upwards fills its rows. */
        size_t from = base > row->bases[row->count - 1] ? row->count : row->count / 2;
        listed_row *next = add_row(list, number + 1, row, from);
        if (next == NULL) {
            return -1;
        }
        row = next->count == 0 || base > next->bases[0] ? next : row;
    }
    size_t place = count_below(row->bases, row->count, base);
    memmove(row->bases + place + 1, row->bases + place, (row->count - place) * sizeof(*row->bases));
    memmove(row->blocks + place + 1, row->blocks + place, (row->count - place) * sizeof(*row->blocks));
    row->bases[place] = base;
    row->blocks[place] = block;
    row->count += 1;
    return 0;
}

void listed_blocks_remove(listed_blocks *list, swiftbuf_storage *block) {
    size_t number = rows_below(list, (uintptr_t)block->base + 1) - 1;
    listed_row *row = list->rows[number];
    size_t place = count_below(row->bases, row->count, (uintptr_t)block->base);
    row->count -= 1;
    memmove(row->bases + place, row->bases + place + 1, (row->count - place) * sizeof(*row->bases));
    memmove(row->blocks + place, row->blocks + place + 1, (row->count - place) * sizeof(*row->blocks));
    if (row->count == 0) {
        free(row);
        list->row_count -= 1;
        memmove(list->rows + number, list->rows + number + 1, (list->row_count - number) * sizeof(*list->rows));
    }
    if (list->row_count == 0) {
        free(list->rows);
        list->rows = NULL;
        list->row_room = 0;
    }
}
