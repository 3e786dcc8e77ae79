/* The Python tests' hostile exporter, as a module of the fuzzer: one source for both. */
#include "../../Python/c/hostile_exporter.c"
