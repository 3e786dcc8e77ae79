/* Threads and environment variables for the tests, without a name of the C library's in the header: Dispatch and Glibc do not compile beside CPython, whose
   header defines some of their types with other members. */
#ifndef CTHREADS_H
#define CTHREADS_H

#include <stddef.h>

/* Runs body(context) on a new thread: a handle for threads_join, or NULL if there is no room. `context` is the body's. */
void *threads_start(void (*body)(void *context), void *context);

/* Waits until the body has returned, and frees the handle. */
void threads_join(void *thread);

/* A flag that a thread raises once and others wait for, asleep. Any thread may use it; it is freed when no thread does. */
typedef struct threads_flag threads_flag;
threads_flag *threads_flag_make(void);
void threads_flag_free(threads_flag *flag);
void threads_flag_raise(threads_flag *flag);
int threads_flag_is_raised(threads_flag *flag);

/* Waits until the flag is raised. Ends the process, which hangs, after ten minutes. */
void threads_flag_wait(threads_flag *flag);

/* How many bytes malloc has handed out and not got back. Unlike resident memory it hangs on nothing that the system decides. */
size_t process_heap_bytes(void);

/* Forks; the child runs body(context) and ends, by a signal if it takes longer than `seconds`. What waitpid() says of the child: 0 if the
   body has returned; -1 if there is none. */
int process_run_in_child(void (*body)(void *context), void *context, unsigned int seconds);

/* Sets an environment variable of this process, or removes it if `value` is NULL; while no other thread reads one. */
void process_set_variable(const char *name, const char *value);

#endif /* CTHREADS_H */
