#include "CThreads.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A test whose threads wait for each other in vain ends after so long; no outcome hangs on it. */
enum { PATIENCE_SECONDS = 600 };

struct threads_flag {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int is_raised;
};

threads_flag *threads_flag_make(void) {
    threads_flag *self = calloc(1, sizeof(*self));
    if (self == NULL || pthread_mutex_init(&self->lock, NULL) != 0 || pthread_cond_init(&self->changed, NULL) != 0) {
        abort();
    }
    return self;
}

void threads_flag_free(threads_flag *self) {
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

void threads_flag_raise(threads_flag *self) {
    pthread_mutex_lock(&self->lock);
    self->is_raised = 1;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

int threads_flag_is_raised(threads_flag *self) {
    pthread_mutex_lock(&self->lock);
    int is_raised = self->is_raised;
    pthread_mutex_unlock(&self->lock);
    return is_raised;
}

void threads_flag_wait(threads_flag *self) {
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_SECONDS;
    pthread_mutex_lock(&self->lock);
    while (!self->is_raised) {
        if (pthread_cond_timedwait(&self->changed, &self->lock, &end) == ETIMEDOUT) {
            fprintf(stderr, "a thread has waited for %d seconds for a flag that no other thread raises\n", PATIENCE_SECONDS);
            abort();
        }
    }
    pthread_mutex_unlock(&self->lock);
}
