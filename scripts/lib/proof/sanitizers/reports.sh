# Where the reports of sanitizers go, and how they are counted. Sourced by scripts/proofs/sanitizers.
#
# They are written to files, not to the standard error that tests read, and by every process: also by those that tests start.

# How a report of each kind begins. An allocation that is too large is refused, as malloc does, and only warned of.
declare -A report_begins=(
    [address]='ERROR: AddressSanitizer'
    [leak]='ERROR: LeakSanitizer'
    [undefined]='runtime error:'
    [thread]='WARNING: ThreadSanitizer|FATAL: ThreadSanitizer'
    [memcheck]='Invalid (read|write|free)|Mismatched free|uninitialised|overlap in|definitely lost in loss record|Process terminating'
)
any_report=$(IFS='|' && printf '%s' "${report_begins[*]}")

# write_reports_to PREFIX: from now on reports are written to PREFIX.PROCESS.
write_reports_to() {
    mkdir -p "$(dirname "$1")"
    rm -f "$1".[0-9]*
    export REPORTS=$1 # for valgrind
    # A test ends processes by SIGBUS, and reads that off their exit code; others ask for more memory than there is.
    export ASAN_OPTIONS="log_path=$1:detect_leaks=${detect_leaks:-1}:allocator_may_return_null=1:handle_sigbus=0"
    export UBSAN_OPTIONS="log_path=$1:print_stacktrace=1"
    export TSAN_OPTIONS="log_path=$1:report_signal_unsafe=0:die_after_fork=0"
}

# count_reports PATTERN PATH...: prints how many there are. No file at all is no report: that files are written where this looks is shown by
# the mistakes made on purpose.
count_reports() {
    { grep -rhE "$1" "${@:2}" 2>/dev/null || true; } | wc -l
}

# show_reports FOLDER: prints the beginning of each file that has one. That none has is what it should find.
show_reports() {
    local file
    { grep -rlE "$any_report" "$1" 2>/dev/null || true; } | while read -r file; do
        printf -- '--- %s\n' "$file"
        grep -E -m 1 -A 25 "$any_report" "$file"
    done >&2
}
