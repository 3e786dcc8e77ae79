/* A module's own ledger, and the handover to another module's.

   Invariant: what a module has listed or entered is in the ledger that it uses. Only the handover replaces that one, with both locked;
   whoever has locked a ledger looks once more whether it is the one in use. */
#include "CSwiftBufStorage.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "listed_blocks.h"

/* A ledger as its publisher keeps it. */
typedef struct {
    swiftbuf_ledger face;
    swiftbuf_loan *loans;
    listed_blocks blocks;
} own_ledger;

static int enter(swiftbuf_ledger *ledger, swiftbuf_loan *loan);
static void leave(swiftbuf_ledger *ledger, swiftbuf_loan *loan);
static int list(swiftbuf_ledger *ledger, swiftbuf_storage *storage);
static void unlist(swiftbuf_ledger *ledger, swiftbuf_storage *storage);
static swiftbuf_storage *find(swiftbuf_ledger *ledger, uintptr_t low, uintptr_t high);

#define EMPTY_LEDGER \
    {.face = {.size = sizeof(swiftbuf_ledger), .enter = enter, .leave = leave, .list = list, .unlist = unlist, .find = find}}

static own_ledger own = EMPTY_LEDGER;
swiftbuf_ledger *swiftbuf_ledger_in_use = &own.face;

/* --- the lock --- */

/* A lock of libc's would need a newer one than the wheel promises; this one is held for a search. */
void swiftbuf_ledger_wait(swiftbuf_ledger *ledger) {
    do {
        sched_yield();
    } while (__atomic_exchange_n(&ledger->lock, 1, __ATOMIC_ACQUIRE) != 0);
}

static int try_lock(swiftbuf_ledger *ledger) {
    return __atomic_exchange_n(&ledger->lock, 1, __ATOMIC_ACQUIRE) == 0;
}

/* A child has only the thread that forked. If another one held the lock, nobody would ever give it back there; so whoever forks
   takes it first. By the module that has the ledger alone, or the lock would be taken as often as there are modules. */
static void before_fork(void) {
    swiftbuf_ledger_lock(&own.face);
}

static void after_fork(void) {
    swiftbuf_ledger_unlock(&own.face);
}

static void mind_forks(void) {
    static int32_t is_minded;
    if (__atomic_exchange_n(&is_minded, 1, __ATOMIC_RELAXED) == 0) {
        /* Without memory for it a fork is as it was. */
        (void)pthread_atfork(before_fork, after_fork, after_fork);
    }
}

/* --- the functions of a ledger, called with its lock --- */

/* A reference, unless the last one is gone: its owner then waits for the lock to take the block out. */
static int try_retain(swiftbuf_storage *storage) {
    int64_t references = __atomic_load_n(&storage->references, __ATOMIC_ACQUIRE);
    while (references != 0) {
        if (__atomic_compare_exchange_n(&storage->references, &references, references + 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
            return 1;
        }
    }
    return 0;
}

static __attribute__((noinline)) int look_for_block(own_ledger *self, swiftbuf_loan *loan) {
    int several;
    swiftbuf_storage *block = listed_blocks_search(&self->blocks, loan->low, loan->high, &several);
    if (block == NULL) {
        listed_blocks_keep_gap(&self->blocks, loan->low, loan->high);
    }
    if (several) {
        return SWIFTBUF_LOAN_SEVERAL;
    }
    if (block == NULL || block == loan->block || !try_retain(block)) {
        return SWIFTBUF_LOAN_ENTERED;
    }
    loan->block = block;
    return SWIFTBUF_LOAN_LISTED;
}

static int enter(swiftbuf_ledger *ledger, swiftbuf_loan *loan) {
    own_ledger *self = (own_ledger *)ledger;
    for (const swiftbuf_loan *other = self->loans; other != NULL; other = other->next) {
        if (other->low < loan->high && loan->low < other->high && (other->is_mutable || loan->is_mutable)) {
            return other->is_mutable ? SWIFTBUF_LOAN_MUTABLY_BORROWED : SWIFTBUF_LOAN_BORROWED;
        }
    }
    if (listed_blocks_may_have(&self->blocks, loan->low, loan->high)) {
        int result = look_for_block(self, loan);
        if (result != SWIFTBUF_LOAN_ENTERED) {
            return result;
        }
    }
    loan->previous = NULL;
    loan->next = self->loans;
    if (loan->next != NULL) {
        loan->next->previous = loan;
    }
    self->loans = loan;
    self->face.loan_count += 1;
    return SWIFTBUF_LOAN_ENTERED;
}

static void leave(swiftbuf_ledger *ledger, swiftbuf_loan *loan) {
    own_ledger *self = (own_ledger *)ledger;
    if (loan->previous != NULL) {
        loan->previous->next = loan->next;
    }
    else {
        self->loans = loan->next;
    }
    if (loan->next != NULL) {
        loan->next->previous = loan->previous;
    }
    self->face.loan_count -= 1;
}

static int list(swiftbuf_ledger *ledger, swiftbuf_storage *storage) {
    own_ledger *self = (own_ledger *)ledger;
    uintptr_t low = (uintptr_t)storage->base;
    uintptr_t high = low + (uintptr_t)storage->capacity;
    int several;
    if (listed_blocks_search(&self->blocks, low, high, &several) != NULL) {
        return SWIFTBUF_LISTING_OVERLAPS;
    }
    for (const swiftbuf_loan *loan = self->loans; loan != NULL; loan = loan->next) {
        if (loan->low < high && low < loan->high) {
            return SWIFTBUF_LISTING_OVERLAPS;
        }
    }
    if (listed_blocks_insert(&self->blocks, storage) < 0) {
        return SWIFTBUF_LISTING_NO_ROOM;
    }
    __atomic_fetch_add(&self->face.block_count, 1, __ATOMIC_RELEASE);
    return SWIFTBUF_LISTING_DONE;
}

static void unlist(swiftbuf_ledger *ledger, swiftbuf_storage *storage) {
    own_ledger *self = (own_ledger *)ledger;
    listed_blocks_remove(&self->blocks, storage);
    __atomic_fetch_sub(&self->face.block_count, 1, __ATOMIC_RELEASE);
}

static swiftbuf_storage *find(swiftbuf_ledger *ledger, uintptr_t low, uintptr_t high) {
    int several;
    swiftbuf_storage *block = listed_blocks_search(&((own_ledger *)ledger)->blocks, low, high, &several);
    return block != NULL && try_retain(block) ? block : NULL;
}

/* --- the ledger in use --- */

int swiftbuf_ledger_add(swiftbuf_storage *storage) {
    if (storage->capacity == 0) {
        return SWIFTBUF_LISTING_DONE;
    }
    mind_forks();
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    int result = ledger->list(ledger, storage);
    if (result == SWIFTBUF_LISTING_DONE) {
        storage->flags |= SWIFTBUF_STORAGE_LISTED;
    }
    swiftbuf_ledger_unlock(ledger);
    return result;
}

void swiftbuf_ledger_remove(swiftbuf_storage *storage) {
    if (!(storage->flags & SWIFTBUF_STORAGE_LISTED)) {
        return;
    }
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    ledger->unlist(ledger, storage);
    storage->flags &= ~(uint32_t)SWIFTBUF_STORAGE_LISTED;
    swiftbuf_ledger_unlock(ledger);
}

swiftbuf_storage *swiftbuf_ledger_find(uintptr_t low, uintptr_t high) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    swiftbuf_storage *found = ledger->find(ledger, low, high);
    swiftbuf_ledger_unlock(ledger);
    return found;
}

int64_t swiftbuf_ledger_block_count(void) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    int64_t count = __atomic_load_n(&ledger->block_count, __ATOMIC_ACQUIRE);
    swiftbuf_ledger_unlock(ledger);
    return count;
}

int64_t swiftbuf_ledger_loan_count(void) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_lock_current();
    int64_t count = ledger->loan_count;
    swiftbuf_ledger_unlock(ledger);
    return count;
}

swiftbuf_ledger *swiftbuf_ledger_publish(void) {
    mind_forks();
    return __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_ACQUIRE);
}

/* --- the handover --- */

/* The blocks in the order of their addresses, from one number on; NULL behind the last one. */
static swiftbuf_storage *own_block(size_t row, size_t place) {
    return row < own.blocks.row_count ? own.blocks.rows[row]->blocks[place] : NULL;
}

static void next_block(size_t *row, size_t *place) {
    *place += 1;
    if (*place == own.blocks.rows[*row]->count) {
        *row += 1;
        *place = 0;
    }
}

/* Takes the blocks out of another ledger again that were listed there, up to one of them. */
static void unlist_before(swiftbuf_ledger *ledger, const swiftbuf_storage *end) {
    size_t row = 0, place = 0;
    for (swiftbuf_storage *block; (block = own_block(row, place)) != end; next_block(&row, &place)) {
        ledger->unlist(ledger, block);
    }
}

/* Lists the own blocks in another ledger as well: SWIFTBUF_LISTING_…; unless it is 0 none is left there. */
static int list_blocks(swiftbuf_ledger *ledger) {
    size_t row = 0, place = 0;
    for (swiftbuf_storage *block; (block = own_block(row, place)) != NULL; next_block(&row, &place)) {
        int result = ledger->list(ledger, block);
        if (result != SWIFTBUF_LISTING_DONE) {
            unlist_before(ledger, block);
            return result;
        }
    }
    return SWIFTBUF_LISTING_DONE;
}

/* Moves the loans: SWIFTBUF_HANDOVER_…; unless it is 0 they stay. `surplus` is a block that the other ledger gave a reference to; or NULL. */
static int move_loans(swiftbuf_ledger *ledger, swiftbuf_storage **surplus) {
    size_t count = 0;
    swiftbuf_loan **loans = malloc(((size_t)own.face.loan_count + 1) * sizeof(swiftbuf_loan *));
    if (loans == NULL) {
        return SWIFTBUF_HANDOVER_NO_ROOM;
    }
    for (swiftbuf_loan *loan = own.loans; loan != NULL; loan = loan->next) {
        loans[count++] = loan;
    }
    int result = SWIFTBUF_HANDOVER_DONE;
    size_t moved = 0;
    while (moved < count && result == SWIFTBUF_HANDOVER_DONE) {
        swiftbuf_loan *loan = loans[moved];
        swiftbuf_storage *block = loan->block;
        leave(&own.face, loan);
        if (ledger->enter(ledger, loan) == SWIFTBUF_LOAN_ENTERED) {
            moved += 1;
            continue;
        }
        *surplus = loan->block != block ? loan->block : NULL;
        loan->block = block;
        (void)enter(&own.face, loan);
        result = SWIFTBUF_HANDOVER_OVERLAPS;
    }
    while (result != SWIFTBUF_HANDOVER_DONE && moved > 0) {
        moved -= 1;
        ledger->leave(ledger, loans[moved]);
        (void)enter(&own.face, loans[moved]);
    }
    free(loans);
    return result;
}

static int move_all(swiftbuf_ledger *ledger, swiftbuf_storage **surplus) {
    int result = list_blocks(ledger);
    if (result != SWIFTBUF_LISTING_DONE) {
        return result;
    }
    result = move_loans(ledger, surplus);
    if (result != SWIFTBUF_HANDOVER_DONE) {
        unlist_before(ledger, NULL);
        return result;
    }
    while (own.blocks.row_count > 0) {
        unlist(&own.face, own_block(0, 0));
    }
    return SWIFTBUF_HANDOVER_DONE;
}

/* Locks both: who forks may hold one of them and wait for the other, so the second one is never waited for. */
static void lock_both(swiftbuf_ledger *ledger) {
    for (;;) {
        swiftbuf_ledger_lock(&own.face);
        if (try_lock(ledger)) {
            return;
        }
        swiftbuf_ledger_unlock(&own.face);
        sched_yield();
    }
}

int swiftbuf_ledger_use(swiftbuf_ledger *ledger) {
    if (ledger == __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_ACQUIRE)) {
        return SWIFTBUF_HANDOVER_DONE;
    }
    if (ledger == &own.face) {
        return SWIFTBUF_HANDOVER_ELSEWHERE;
    }
    swiftbuf_storage *surplus = NULL;
    int result = SWIFTBUF_HANDOVER_DONE;
    lock_both(ledger);
    swiftbuf_ledger *current = __atomic_load_n(&swiftbuf_ledger_in_use, __ATOMIC_RELAXED);
    if (current != &own.face) {
        result = current == ledger ? SWIFTBUF_HANDOVER_DONE : SWIFTBUF_HANDOVER_ELSEWHERE;
    }
    else {
        result = move_all(ledger, &surplus);
        if (result == SWIFTBUF_HANDOVER_DONE) {
            __atomic_store_n(&swiftbuf_ledger_in_use, ledger, __ATOMIC_RELEASE);
        }
    }
    swiftbuf_ledger_unlock(ledger);
    swiftbuf_ledger_unlock(&own.face);
    if (surplus != NULL) {
        swiftbuf_storage_release(surplus);
    }
    return result;
}
