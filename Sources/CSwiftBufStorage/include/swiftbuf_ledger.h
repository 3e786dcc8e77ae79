/* The ledger: which memory Swift code may have borrowed, found by its address.

   The borrow word of a storage block says who uses that block. But NumPy can hand out a slice of the same memory, and another
   exporter's memory has no block at all; so there are two lists beside the words.

   - Listed blocks: memory that Swift code borrows by the word alone, on any thread (a SharedBuffer's). Whoever borrows memory of another
     exporter is told here that it lies in one of them, and then borrows that block too.
   - Loans: the ranges that are borrowed otherwise.

   A process has one ledger for all its modules and all its interpreters: `_swiftbuf` publishes its own in the C ABI, and a module hands
   over to that one what it has in its own. One lock guards all of it: nothing here rests on a GIL.

   Part of the C ABI. Modules of older releases call these functions with these structs, so after the first release neither the
   fields nor what the functions promise is ever changed in place: another rule means another capsule name. How the lists are kept is
   the publisher's own, and may change at any time. */
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
    swiftbuf_loan *previous; /* the ledger's while it is entered */
    swiftbuf_loan *next;     /* likewise */
    struct swiftbuf_storage *block; /* the listed block that has bytes of the range, once its word counts this borrow too; NULL before */
    int32_t is_mutable;
    int32_t reserved; /* zero */
};

/* Why a loan was not entered; 0 if it was. */
enum {
    SWIFTBUF_LOAN_ENTERED = 0,
    SWIFTBUF_LOAN_MUTABLY_BORROWED = 1, /* another loan has some of the bytes, and may write */
    SWIFTBUF_LOAN_BORROWED = 2,         /* another loan has some of the bytes, and this one may write */
    SWIFTBUF_LOAN_LISTED = 3,           /* `block` is now a listed block of some of the bytes, with a reference: borrow it, and enter again */
    SWIFTBUF_LOAN_SEVERAL = 4,          /* several listed blocks have some of the bytes */
};

/* Why a block was not listed; 0 if it was. */
enum {
    SWIFTBUF_LISTING_DONE = 0,
    SWIFTBUF_LISTING_OVERLAPS = 1, /* a listed block, or a loan, has some of the bytes */
    SWIFTBUF_LISTING_NO_ROOM = -1,
};

typedef struct swiftbuf_ledger swiftbuf_ledger;

/* Append-only. Every function is called with the lock held, on any thread, and calls nothing of Python. */
struct swiftbuf_ledger {
    size_t size;  /* sizeof(swiftbuf_ledger) in the module that published it */
    int32_t lock; /* atomic: 0, or 1 while somebody holds it */
    int32_t reserved;
    int64_t block_count; /* atomic: how many blocks are listed */
    int64_t loan_count;  /* how many loans are entered */

    /* Enters a loan, or says why not: SWIFTBUF_LOAN_…; unless it is 0 nothing was entered. */
    int (*enter)(swiftbuf_ledger *ledger, swiftbuf_loan *loan);
    /* Takes a loan out that was entered. */
    void (*leave)(swiftbuf_ledger *ledger, swiftbuf_loan *loan);
    /* Lists a block, whose base and capacity stay as they are until it is taken out: SWIFTBUF_LISTING_…. */
    int (*list)(swiftbuf_ledger *ledger, struct swiftbuf_storage *storage);
    /* Takes a block out that is listed. */
    void (*unlist)(swiftbuf_ledger *ledger, struct swiftbuf_storage *storage);
    /* A listed block that has a byte of [low, high), with a reference added for the caller; NULL if there is none. */
    struct swiftbuf_storage *(*find)(swiftbuf_ledger *ledger, uintptr_t low, uintptr_t high);
};

_Static_assert(sizeof(swiftbuf_loan) == 48, "the layout of the C ABI");
_Static_assert(sizeof(swiftbuf_ledger) == 72, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_ledger, lock) == 8, "the layout of the C ABI");
_Static_assert(offsetof(swiftbuf_ledger, enter) == 32, "the layout of the C ABI");

/* The ledger that this module uses: its own, or, once it was handed over, another one. Only replaced with both locked. */
extern swiftbuf_ledger *swiftbuf_ledger_in_use;

/* How a handover ended. */
enum {
    SWIFTBUF_HANDOVER_DONE = 0,
    SWIFTBUF_HANDOVER_OVERLAPS = 1,  /* memory of this module is in use through another one */
    SWIFTBUF_HANDOVER_NO_ROOM = -1,
    SWIFTBUF_HANDOVER_ELSEWHERE = 2, /* this module uses the ledger of another `_swiftbuf` already */
};

/* Uses another module's ledger from now on, and moves there what this module has listed and entered: SWIFTBUF_HANDOVER_…; unless it is 0
   all stays as it was. Any thread. */
int swiftbuf_ledger_use(swiftbuf_ledger *ledger);

/* The ledger that this module uses, for other modules to use too. From now on a child that is forked finds it unlocked. */
swiftbuf_ledger *swiftbuf_ledger_publish(void);

/* Lists a block: SWIFTBUF_LISTING_…. A block of no bytes need not be listed, and is not. Any thread. */
int swiftbuf_ledger_add(struct swiftbuf_storage *storage);

/* Takes a block out, if it is listed. Any thread. */
void swiftbuf_ledger_remove(struct swiftbuf_storage *storage);

/* The listed block that has a byte of [low, high), with a reference added for the caller; NULL if there is none. Any thread. */
struct swiftbuf_storage *swiftbuf_ledger_find(uintptr_t low, uintptr_t high);

/* How many blocks are listed, and how many loans are entered, in the ledger that this module uses. Any thread. */
int64_t swiftbuf_ledger_block_count(void);
int64_t swiftbuf_ledger_loan_count(void);

/* Waits for a lock that somebody holds, and takes it. */
void swiftbuf_ledger_wait(swiftbuf_ledger *ledger);

static inline __attribute__((always_inline)) void swiftbuf_ledger_lock(swiftbuf_ledger *ledger) {
    if (__builtin_expect(__atomic_exchange_n(&ledger->lock, 1, __ATOMIC_ACQUIRE) != 0, 0)) {
        swiftbuf_ledger_wait(ledger);
    }
}

static inline __attribute__((always_inline)) void swiftbuf_ledger_unlock(swiftbuf_ledger *ledger) {
    __atomic_store_n(&ledger->lock, 0, __ATOMIC_RELEASE);
}

/* Locks the ledger that this module uses: one that was handed over meanwhile is let go of again. */
static inline __attribute__((always_inline)) swiftbuf_ledger *swiftbuf_ledger_lock_current(void) {
    for (;;) {
        swiftbuf_ledger *ledger = __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_ACQUIRE);
        swiftbuf_ledger_lock(ledger);
        if (__builtin_expect(ledger == __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_RELAXED), 1)) {
            return ledger;
        }
        swiftbuf_ledger_unlock(ledger);
    }
}

/* Enters a loan: SWIFTBUF_LOAN_…; unless it is 0 nothing was entered. Any thread. */
static inline __attribute__((always_inline)) int swiftbuf_loan_begin(swiftbuf_loan *loan) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    int result = ledger->enter(ledger, loan);
    swiftbuf_ledger_unlock(ledger);
    return result;
}

/* Takes a loan out that was entered. Any thread. */
static inline __attribute__((always_inline)) void swiftbuf_loan_end(swiftbuf_loan *loan) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    ledger->leave(ledger, loan);
    swiftbuf_ledger_unlock(ledger);
}

#ifdef __cplusplus
}
#endif

#endif /* SWIFTBUF_LEDGER_H */
