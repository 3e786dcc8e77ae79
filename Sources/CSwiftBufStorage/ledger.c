/* The listed blocks, in libc's balanced tree, by address. They do not overlap, so that "overlaps" serves as "is equal". */
#include "CSwiftBufStorage.h"

#include <pthread.h>
#include <sched.h>
#include <search.h>

static swiftbuf_ledger own_ledger;
swiftbuf_ledger *swiftbuf_ledger_in_use = &own_ledger;

/* A lock of libc's would need a newer one than the wheel promises; this one is held for a search of a tree. */
static void lock(swiftbuf_ledger *ledger) {
    while (__atomic_exchange_n(&ledger->lock, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
}

static void unlock(swiftbuf_ledger *ledger) {
    __atomic_store_n(&ledger->lock, 0, __ATOMIC_RELEASE);
}

/* A child has only the thread that forked. If another one held the lock, nobody would ever give it back there; so whoever forks
   takes it first. By the module that has the ledger alone, or the lock would be taken as often as there are modules. */
static void before_fork(void) {
    lock(&own_ledger);
}

static void after_fork(void) {
    unlock(&own_ledger);
}

static void mind_forks(const swiftbuf_ledger *ledger) {
    static int32_t is_minded;
    if (ledger == &own_ledger && __atomic_exchange_n(&is_minded, 1, __ATOMIC_RELAXED) == 0) {
        /* Without memory for it a fork is as it was. */
        (void)pthread_atfork(before_fork, after_fork, after_fork);
    }
}

int swiftbuf_ledger_use(swiftbuf_ledger *ledger) {
    if (ledger == swiftbuf_ledger_current()) {
        return 0;
    }
    if (!swiftbuf_ledger_is_empty(&own_ledger)) {
        return -1;
    }
    __atomic_store_n(&swiftbuf_ledger_in_use, ledger, __ATOMIC_RELEASE);
    return 0;
}

swiftbuf_ledger *swiftbuf_ledger_publish(void) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_current();
    mind_forks(ledger);
    return ledger;
}

static int compare(const void *first, const void *second) {
    const swiftbuf_storage *a = first;
    const swiftbuf_storage *b = second;
    if ((uintptr_t)a->base + (uintptr_t)a->capacity <= (uintptr_t)b->base) {
        return -1;
    }
    return (uintptr_t)b->base + (uintptr_t)b->capacity <= (uintptr_t)a->base ? 1 : 0;
}

int swiftbuf_ledger_add(swiftbuf_storage *storage) {
    if (storage->capacity == 0) {
        return 0;
    }
    swiftbuf_ledger *ledger = swiftbuf_ledger_current();
    mind_forks(ledger);
    lock(ledger);
    swiftbuf_storage **node = tsearch(storage, &ledger->blocks, compare);
    int result = node == NULL ? -1 : *node != storage ? 1 : 0;
    if (result == 0) {
        storage->flags |= SWIFTBUF_STORAGE_LISTED;
        __atomic_fetch_add(&ledger->block_count, 1, __ATOMIC_RELEASE);
    }
    unlock(ledger);
    return result;
}

void swiftbuf_ledger_remove(swiftbuf_storage *storage) {
    if (!(storage->flags & SWIFTBUF_STORAGE_LISTED)) {
        return;
    }
    swiftbuf_ledger *ledger = swiftbuf_ledger_current();
    lock(ledger);
    tdelete(storage, &ledger->blocks, compare);
    __atomic_fetch_sub(&ledger->block_count, 1, __ATOMIC_RELEASE);
    storage->flags &= ~(uint32_t)SWIFTBUF_STORAGE_LISTED;
    unlock(ledger);
}

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

swiftbuf_storage *swiftbuf_ledger_find(uintptr_t low, uintptr_t high) {
    swiftbuf_ledger *ledger = swiftbuf_ledger_current();
    swiftbuf_storage key = {.base = (void *)low, .capacity = (ptrdiff_t)(high - low)};
    lock(ledger);
    swiftbuf_storage **node = tfind(&key, &ledger->blocks, compare);
    swiftbuf_storage *found = node != NULL && try_retain(*node) ? *node : NULL;
    unlock(ledger);
    return found;
}
