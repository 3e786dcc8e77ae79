/* The ledger by itself, used by several threads at once: ledger.c is a part of this file, so that a round can begin with one that is new.

   Lives here: rounds that begin at a barrier. What must hold at the end of each holds whichever thread came first; how many rounds did not
   keep it is the answer. */
#include <sched.h>

static void yield_or_stand_still(void);
#define sched_yield yield_or_stand_still
#include "../../../Sources/CSwiftBufStorage/ledger.c"
#undef sched_yield
#include "../../../Sources/CSwiftBufStorage/listed_blocks.c"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKS 4

static own_ledger published;
static pthread_barrier_t barrier;
static swiftbuf_storage blocks[BLOCKS];
static char memory[1 << 16];
static int handed_over;

static void dispose(swiftbuf_storage *storage) {
    swiftbuf_ledger_remove(storage);
}

static void describe(swiftbuf_storage *block, char *base, ptrdiff_t capacity) {
    *block = (swiftbuf_storage){.base = base, .capacity = capacity, .references = 1, .dispose = dispose};
}

static void begin_round(void) {
    own = (own_ledger)EMPTY_LEDGER;
    published = (own_ledger)EMPTY_LEDGER;
    swiftbuf_ledger_in_use = &own.face;
    handed_over = -9;
    for (int i = 0; i < BLOCKS; i++) {
        describe(&blocks[i], memory + 64 * i, 64);
    }
}

/* --- a handover while a thread has found the old ledger and waits for its lock --- */

static int32_t stands_still; /* 1: who waits for a lock stands still and says 2, until it is 0 */

static void yield_or_stand_still(void) {
    int32_t asked = 1;
    if (__atomic_compare_exchange_n(&stands_still, &asked, 2, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        while (__atomic_load_n(&stands_still, __ATOMIC_ACQUIRE) == 2) {
            sched_yield();
        }
    }
    sched_yield();
}

static swiftbuf_loan loan_of_a_thread;
static int32_t answer;

static void *add_a_block(void *unused) {
    answer = swiftbuf_ledger_add(&blocks[0]);
    return unused;
}

static void *remove_a_block(void *unused) {
    swiftbuf_ledger_remove(&blocks[0]);
    return unused;
}

static void *begin_a_loan(void *unused) {
    answer = swiftbuf_loan_begin(&loan_of_a_thread);
    return unused;
}

static void *end_a_loan(void *unused) {
    swiftbuf_loan_end(&loan_of_a_thread);
    return unused;
}

/* Lets a thread find the ledger and wait for its lock, and hands the ledger over before it gets it. */
static int hand_over_under(void *(*work)(void *)) {
    pthread_t thread;
    answer = 0;
    stands_still = 1;
    swiftbuf_ledger_lock(&own.face);
    pthread_create(&thread, NULL, work, NULL);
    while (__atomic_load_n(&stands_still, __ATOMIC_ACQUIRE) != 2) {
        sched_yield();
    }
    swiftbuf_ledger_unlock(&own.face);
    int result = swiftbuf_ledger_use(&published.face);
    __atomic_store_n(&stands_still, 0, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    return result == 0 && answer == 0 && own.face.block_count == 0 && own.face.loan_count == 0;
}

/* How many of the four ways to use a ledger used one that was handed over. */
static long stale_ledger(long unused) {
    (void)unused;
    long wrong = 0;
    begin_round();
    wrong += !hand_over_under(add_a_block) || published.face.block_count != 1;
    swiftbuf_ledger_remove(&blocks[0]);
    begin_round();
    swiftbuf_ledger_add(&blocks[0]);
    wrong += !hand_over_under(remove_a_block) || published.face.block_count != 0;
    loan_of_a_thread = (swiftbuf_loan){.low = (uintptr_t)memory, .high = (uintptr_t)memory + 8, .is_mutable = 1};
    begin_round();
    wrong += !hand_over_under(begin_a_loan) || published.face.loan_count != 1;
    begin_round();
    swiftbuf_loan_begin(&loan_of_a_thread);
    wrong += !hand_over_under(end_a_loan) || published.face.loan_count != 0;
    return wrong;
}

/* --- listing while the ledger is handed over --- */

static void *list_blocks_of_a_round(void *rounds) {
    for (long round = 0; round < (long)rounds; round++) {
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < BLOCKS; i++) {
            swiftbuf_ledger_add(&blocks[i]);
        }
        swiftbuf_ledger_remove(&blocks[0]);
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

/* How many rounds left a block where nobody looks, or a count that is not so. */
static long listing_races_handover(long rounds) {
    long wrong = 0;
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, list_blocks_of_a_round, (void *)rounds);
    for (long round = 0; round < rounds; round++) {
        begin_round();
        pthread_barrier_wait(&barrier);
        for (volatile int wait = (int)(round % 400); wait > 0; wait--) {
        }
        handed_over = swiftbuf_ledger_use(&published.face);
        pthread_barrier_wait(&barrier);
        int is_right = handed_over == 0 && swiftbuf_ledger_in_use == &published.face && own.face.block_count == 0
            && published.face.block_count == BLOCKS - 1;
        for (int i = 0; i < BLOCKS; i++) {
            uintptr_t low = (uintptr_t)blocks[i].base;
            swiftbuf_storage *found = swiftbuf_ledger_find(low, low + 1);
            is_right = is_right && found == (i == 0 ? NULL : &blocks[i]);
        }
        for (int i = 0; i < BLOCKS; i++) {
            swiftbuf_ledger_remove(&blocks[i]);
        }
        is_right = is_right && published.face.block_count == 0 && own.face.block_count == 0;
        wrong += !is_right;
        pthread_barrier_wait(&barrier);
    }
    pthread_join(thread, NULL);
    return wrong;
}

/* --- loans by several threads --- */

#define BORROWERS 4

static int32_t writers;
static long broken;

static void *borrow_often(void *times) {
    pthread_barrier_wait(&barrier);
    for (long time = 0; time < (long)times; time++) {
        swiftbuf_loan loan = {.low = (uintptr_t)memory, .high = (uintptr_t)memory + 64, .is_mutable = 1};
        if (swiftbuf_loan_begin(&loan) != SWIFTBUF_LOAN_ENTERED) {
            continue;
        }
        if (__atomic_fetch_add(&writers, 1, __ATOMIC_ACQ_REL) != 0) {
            __atomic_fetch_add(&broken, 1, __ATOMIC_RELAXED);
        }
        __atomic_fetch_sub(&writers, 1, __ATOMIC_ACQ_REL);
        swiftbuf_loan_end(&loan);
    }
    return NULL;
}

/* How often two threads wrote to the same bytes, or a loan was left; the ledger is handed over meanwhile. */
static long loans_of_threads(long times) {
    pthread_t threads[BORROWERS];
    begin_round();
    pthread_barrier_init(&barrier, NULL, BORROWERS + 1);
    broken = 0;
    for (int i = 0; i < BORROWERS; i++) {
        pthread_create(&threads[i], NULL, borrow_often, (void *)times);
    }
    pthread_barrier_wait(&barrier);
    int result = swiftbuf_ledger_use(&published.face);
    for (int i = 0; i < BORROWERS; i++) {
        pthread_join(threads[i], NULL);
    }
    return broken + (result != 0) + (swiftbuf_ledger_loan_count() != 0) + (own.face.loan_count != 0) + (published.loans != NULL);
}

/* --- a handover that comes to nothing --- */

static long refused_handover(long unused) {
    (void)unused;
    begin_round();
    swiftbuf_storage theirs;
    describe(&theirs, memory + 64 * 2 + 8, 8);
    published.face.list(&published.face, &theirs);
    for (int i = 0; i < BLOCKS; i++) {
        swiftbuf_ledger_add(&blocks[i]);
    }
    swiftbuf_loan loan = {.low = (uintptr_t)memory + 4096, .high = (uintptr_t)memory + 4104, .is_mutable = 1};
    swiftbuf_loan_begin(&loan);
    long wrong = swiftbuf_ledger_use(&published.face) != SWIFTBUF_HANDOVER_OVERLAPS;
    wrong += swiftbuf_ledger_in_use != &own.face || own.face.block_count != BLOCKS || published.face.block_count != 1;
    published.face.unlist(&published.face, &theirs);
    swiftbuf_loan other = {.low = loan.low, .high = loan.high};
    published.face.enter(&published.face, &other);
    wrong += swiftbuf_ledger_use(&published.face) != SWIFTBUF_HANDOVER_OVERLAPS;
    wrong += own.face.loan_count != 1 || published.face.loan_count != 1 || published.face.block_count != 0;
    published.face.leave(&published.face, &other);
    wrong += swiftbuf_ledger_use(&published.face) != SWIFTBUF_HANDOVER_DONE || published.face.block_count != BLOCKS;
    swiftbuf_loan third = {.low = loan.low, .high = loan.high};
    wrong += swiftbuf_loan_begin(&third) != SWIFTBUF_LOAN_MUTABLY_BORROWED;
    swiftbuf_loan_end(&loan);
    own_ledger another = EMPTY_LEDGER;
    wrong += swiftbuf_ledger_use(&another.face) != SWIFTBUF_HANDOVER_ELSEWHERE;
    for (int i = 0; i < BLOCKS; i++) {
        swiftbuf_ledger_remove(&blocks[i]);
    }
    return wrong + (published.face.block_count != 0) + (published.face.loan_count != 0);
}

/* --- many blocks, in any order --- */

#define MANY 2000

static long many_blocks(long seed) {
    static swiftbuf_storage many[MANY];
    static int is_listed[MANY];
    begin_round();
    uint64_t random = (uint64_t)seed * 2 + 1;
    long wrong = 0;
    memset(is_listed, 0, sizeof(is_listed));
    for (int i = 0; i < MANY; i++) {
        describe(&many[i], (char *)(uintptr_t)(0x10000 + 32 * i), 16);
    }
    for (int step = 0; step < 60000; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int i = (int)((random >> 33) % MANY);
        uintptr_t low = (uintptr_t)many[i].base;
        if (random >> 63) {
            wrong += swiftbuf_ledger_add(&many[i]) != (is_listed[i] ? SWIFTBUF_LISTING_OVERLAPS : SWIFTBUF_LISTING_DONE);
            is_listed[i] = 1;
        }
        else if (is_listed[i]) {
            swiftbuf_ledger_remove(&many[i]);
            is_listed[i] = 0;
        }
        swiftbuf_storage *found = swiftbuf_ledger_find(low + 15, low + 17);
        wrong += found != (is_listed[i] ? &many[i] : NULL) || swiftbuf_ledger_find(low + 16, low + 32) != NULL;
        if (found != NULL) {
            found->references -= 1;
        }
        /* From this block to the end of the next one: none, one or two of them are listed. */
        int next_is_listed = i + 1 < MANY && is_listed[i + 1];
        swiftbuf_loan loan = {.low = low, .high = low + 48, .is_mutable = 1};
        int expected = is_listed[i] && next_is_listed ? SWIFTBUF_LOAN_SEVERAL
            : is_listed[i] || next_is_listed ? SWIFTBUF_LOAN_LISTED : SWIFTBUF_LOAN_ENTERED;
        int result = swiftbuf_loan_begin(&loan);
        wrong += result != expected;
        if (result == SWIFTBUF_LOAN_LISTED) {
            wrong += loan.block != &many[is_listed[i] ? i : i + 1];
            loan.block->references -= 1;
            wrong += swiftbuf_loan_begin(&loan) != SWIFTBUF_LOAN_ENTERED;
            result = SWIFTBUF_LOAN_ENTERED;
        }
        if (result == SWIFTBUF_LOAN_ENTERED) {
            wrong += !is_listed[i] && !next_is_listed && swiftbuf_ledger_add(&many[i]) != SWIFTBUF_LISTING_OVERLAPS;
            swiftbuf_loan_end(&loan);
        }
        /* Other ranges, most of them where a search has ended before: what is remembered of the room between blocks is so. */
        for (int query = 0; query < 4; query++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            uintptr_t start = 0x10000 + (uintptr_t)((random >> 33) % (32 * MANY));
            uintptr_t end = start + 1 + (uintptr_t)((random >> 20) % 200);
            int owners = 0;
            for (uintptr_t at = start / 32 * 32; at < end; at += 32) {
                size_t place = (at - 0x10000) / 32;
                owners += place < MANY && is_listed[place] && start < at + 16;
            }
            swiftbuf_loan other = {.low = start, .high = end};
            int entered = swiftbuf_loan_begin(&other);
            wrong += entered != (owners == 0 ? SWIFTBUF_LOAN_ENTERED : owners == 1 ? SWIFTBUF_LOAN_LISTED : SWIFTBUF_LOAN_SEVERAL);
            if (entered == SWIFTBUF_LOAN_LISTED) {
                other.block->references -= 1;
            }
            if (entered == SWIFTBUF_LOAN_ENTERED) {
                swiftbuf_loan_end(&other);
            }
        }
    }
    for (int i = 0; i < MANY; i++) {
        swiftbuf_ledger_remove(&many[i]);
    }
    return wrong + (own.face.block_count != 0) + (own.blocks.rows != NULL);
}

/* --- forks --- */

static int32_t is_over;

static void *use_always(void *unused) {
    (void)unused;
    while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
        swiftbuf_ledger_add(&blocks[1]);
        swiftbuf_ledger_remove(&blocks[1]);
    }
    return NULL;
}

/* How many children did not find the ledger as they can use it. */
static long forks(long times) {
    begin_round();
    swiftbuf_ledger_publish();
    is_over = 0;
    pthread_t thread;
    pthread_create(&thread, NULL, use_always, NULL);
    long wrong = 0;
    for (long time = 0; time < times; time++) {
        pid_t child = fork();
        if (child == 0) {
            alarm(900); /* ends what would hang, as PATIENCE of mapped_files.py */
            int result = swiftbuf_ledger_add(&blocks[2]);
            swiftbuf_ledger_remove(&blocks[2]);
            _exit(result == SWIFTBUF_LISTING_DONE ? 0 : 1);
        }
        int status = -1;
        waitpid(child, &status, 0);
        wrong += status != 0;
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    return wrong;
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        long (*run)(long);
    } cases[] = {
        {"stale_ledger", stale_ledger}, {"listing_races_handover", listing_races_handover}, {"loans_of_threads", loans_of_threads},
        {"refused_handover", refused_handover}, {"many_blocks", many_blocks}, {"forks", forks},
    };
    for (size_t i = 0; count == 3 && i < sizeof(cases) / sizeof(*cases); i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) {
            printf("%ld\n", cases[i].run(strtol(arguments[2], NULL, 10)));
            return 0;
        }
    }
    return 2;
}
