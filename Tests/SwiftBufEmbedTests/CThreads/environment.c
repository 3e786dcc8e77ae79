#include <stdlib.h>

#include "CThreads.h"

void process_set_variable(const char *name, const char *value) {
    if (value == NULL) {
        unsetenv(name);
    }
    else {
        setenv(name, value, 1);
    }
}
