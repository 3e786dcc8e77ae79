/* Mistakes that a sanitizer has to report, in C. */
int planted_shift(int by) {
    return 1 << by;
}

int planted_misaligned_load(const char *bytes) {
    return *(const int *)(bytes + 1);
}

const char *planted_pointer_overflow(const char *bytes, unsigned long by) {
    return bytes + by;
}
