/* The program of the targets in Swift alone: libFuzzer has the main function, and FUZZ_TARGET says which target it feeds. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Core/Targets.swift: the number of a target, -1 if there is none of that name. */
int swiftbuf_fuzz_target(const char *name);
/* Core/Targets.swift: does what an input says; aborts if something does not hold. */
void swiftbuf_fuzz_one(int target, const uint8_t *bytes, size_t count);

static int target;

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    const char *name = getenv("FUZZ_TARGET");
    target = name == NULL ? -1 : swiftbuf_fuzz_target(name);
    if (target < 0) {
        fputs("FUZZ_TARGET names no target in Swift.\n", stderr);
        exit(2);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count) {
    swiftbuf_fuzz_one(target, bytes, count);
    return 0;
}
