# The Swift tests under a sanitizer. Sourced by scripts/proofs/sanitizers.

# run_swift_tests SANITIZER ARGUMENT...: sets $tests to how many passed; 1 if any failed or anything was reported.
run_swift_tests() {
    local code=0 log=$folder/swift-$1.log
    reports=$folder/reports/swift-$1
    write_reports_to "$reports/report"
    step "the Swift tests under the $1 sanitizer"
    swift test --sanitize="$1" --scratch-path "$folder/swift-$1" "${@:2}" 2>&1 | tee "$log" >&2 || code=1
    tests=$(sed -nE 's/.*Test run with ([0-9]+) tests? .*passed.*/\1/p' "$log" | awk '{ sum += $1 } END { print sum + 0 }')
    show_reports "$reports"
    [ "$code" = 0 ] && [ "$tests" -gt 0 ] && [ "$(count_reports "$any_report" "$reports")" = 0 ]
}
