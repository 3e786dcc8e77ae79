/* The ledger: which memory Swift code may have borrowed, found by its address.

   The borrow word of a storage block says who uses that block. But NumPy can hand out a slice of the same memory, and another
   exporter's memory has no block at all; so there are two lists beside the words.

   - Listed blocks: memory that Swift code borrows without the GIL (a SharedBuffer's). Whoever borrows memory of another exporter looks
     here whether it lies in one of them, and then borrows that block too.
   - Loans: the ranges that are borrowed with the GIL, of memory that is not listed.

   A process has one ledger for all its modules: `_swiftbuf` publishes its own in the C ABI, and other modules use that. */
#ifndef SWIFTBUF_LEDGER_H
#define SWIFTBUF_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct swiftbuf_storage;

/* One borrow of a range. It lies in the frame or the block of whoever borrows, and must not move while it is entered. */
typedef struct swiftbuf_loan swiftbuf_loan;
struct swiftbuf_loan {
    uintptr_t low;  /* the first byte */
    uintptr_t high; /* behind the last one; not below `low` */
    swiftbuf_loan *previous;
    swiftbuf_loan *next;
    int32_t is_mutable;
    int32_t reserved; /* zero */
};

/* Append-only: part of the C ABI that modules exchange. */
typedef struct {
    int32_t lock;          /* atomic: guards `blocks` */
    int32_t reserved;      /* zero */
    int64_t block_count;   /* atomic: how many blocks are listed */
    void *blocks;          /* a tree of them, by address: tsearch() */
    swiftbuf_loan *loans;  /* with the GIL */
} swiftbuf_ledger;

_Static_assert(sizeof(swiftbuf_loan) == 40, "the layout of the C ABI");
_Static_assert(sizeof(swiftbuf_ledger) == 32, "the layout of the C ABI");

extern swiftbuf_ledger *swiftbuf_ledger_in_use;

/* The ledger that this module uses: its own, or that of swiftbuf_ledger_use(). Never NULL. */
static inline swiftbuf_ledger *swiftbuf_ledger_current(void) {
    return __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_ACQUIRE);
}

/* Uses another module's ledger from now on, unless blocks of this module are listed in its own already: 0, or -1 then. With the GIL. */
int swiftbuf_ledger_use(swiftbuf_ledger *ledger);

/* The ledger that this module uses, for other modules to use too. From now on a child that is forked finds it unlocked. */
swiftbuf_ledger *swiftbuf_ledger_publish(void);

/* Lists a block, whose base and capacity stay as they are until it is taken out. 0; -1 if there is no room; 1 if its memory overlaps
   that of a listed block. A block of no bytes need not be listed, and is not. Any thread. */
int swiftbuf_ledger_add(struct swiftbuf_storage *storage);

/* Takes a block out, if it is listed. Any thread. */
void swiftbuf_ledger_remove(struct swiftbuf_storage *storage);

/* The listed block that has a byte of [low, high), with a reference added for the caller; NULL if there is none. Any thread. */
struct swiftbuf_storage *swiftbuf_ledger_find(uintptr_t low, uintptr_t high);

/* Whether any block is listed: if not, finding one is not worth the lock. */
static inline int swiftbuf_ledger_is_empty(swiftbuf_ledger *ledger) {
    return __atomic_load_n(&ledger->block_count, __ATOMIC_ACQUIRE) == 0;
}

/* Enters a loan: 1 if another one overlaps it that is mutable, 2 if an immutable one does and this one is mutable, and then nothing
   was entered; 0 otherwise. With the GIL. */
static inline __attribute__((always_inline)) int swiftbuf_loan_begin(swiftbuf_ledger *ledger, swiftbuf_loan *loan) {
    for (swiftbuf_loan *other = ledger->loans; other != NULL; other = other->next) {
        if (other->low < loan->high && loan->low < other->high && (other->is_mutable || loan->is_mutable)) {
            return other->is_mutable ? 1 : 2;
        }
    }
    loan->previous = NULL;
    loan->next = ledger->loans;
    if (loan->next != NULL) {
        loan->next->previous = loan;
    }
    ledger->loans = loan;
    return 0;
}

/* Takes a loan out that was entered. With the GIL. */
static inline __attribute__((always_inline)) void swiftbuf_loan_end(swiftbuf_ledger *ledger, swiftbuf_loan *loan) {
    if (loan->previous != NULL) {
        loan->previous->next = loan->next;
    }
    else {
        ledger->loans = loan->next;
    }
    if (loan->next != NULL) {
        loan->next->previous = loan->previous;
    }
}

#ifdef __cplusplus
}
#endif

#endif /* SWIFTBUF_LEDGER_H */
