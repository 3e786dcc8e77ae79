#include "CThreads.h"

#include <sys/wait.h>
#include <unistd.h>

int process_run_in_child(void (*body)(void *context), void *context, unsigned int seconds) {
    pid_t child = fork();
    if (child == 0) {
        alarm(seconds);
        body(context);
        _exit(0);
    }
    int status = -1;
    return child < 0 || waitpid(child, &status, 0) != child ? -1 : status;
}
