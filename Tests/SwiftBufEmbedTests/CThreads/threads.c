#include "CThreads.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct {
    pthread_t identifier;
    void (*body)(void *context);
    void *context;
} thread;

static void *run(void *argument) {
    thread *self = argument;
    self->body(self->context);
    return NULL;
}

void *threads_start(void (*body)(void *context), void *context) {
    thread *self = malloc(sizeof(*self));
    if (self == NULL) {
        return NULL;
    }
    self->body = body;
    self->context = context;
    if (pthread_create(&self->identifier, NULL, run, self) != 0) {
        free(self);
        return NULL;
    }
    return self;
}

void threads_join(void *handle) {
    thread *self = handle;
    pthread_join(self->identifier, NULL);
    free(self);
}
