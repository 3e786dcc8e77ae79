# Running the Python tests under a sanitizer, a file at a time. Sourced by scripts/proofs/sanitizers.

not_applicable=scripts/lib/proof/sanitizers/not_applicable.txt

# left_out SANITIZER FILE: prints what of a file is left out, a test a line; the file itself if it is all of it.
left_out() {
    local sanitizers test reason
    while read -r sanitizers test reason; do
        case $sanitizers in all | "$1") ;; *) continue ;; esac
        [ "${test%%::*}" = "$2" ] || continue
        [ "$test" = "$2" ] || grep -q "def ${test#*::}(" "Tests/Python/$2" ||
            fail "$not_applicable leaves out $test, which there is not: $reason."
        printf '%s\n' "$test"
    done < <(grep -v '^#' "$not_applicable")
}

# run_python_tests NAME SANITIZER FILE...: runs these files by $python. What was run on the same extension and the same tests is not run
# again, so that a run that was stopped goes on. Sets $tests to how many passed, $left to how many were left out; 1 if any failed.
run_python_tests() {
    local name=$1 sanitizer=$2 run file failed=0
    shift 2
    run=$(cat "$extension" "${SWIFTBUF_PROBE:-/dev/null}" python/swiftbuf/*.py* Tests/Python/*.py Tests/Python/c/* \
        scripts/lib/proof/sanitizers/*.* | sha256sum | cut -c 1-16)
    run=$folder/runs/$name/$run
    reports=$run/reports
    mkdir -p "$reports"
    find "$folder/runs/$name" -mindepth 1 -maxdepth 1 ! -path "$run" -exec rm -r {} +
    for file in "$@"; do
        run_test_file "$sanitizer" "$file" "$run" || failed=1
    done
    tests=$(cat "$run"/*.passed 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }')
    left=$(cat "$run"/*.passed 2>/dev/null | awk '{ sum += $2 } END { print sum + 0 }')
    show_reports "$reports"
    return "$failed"
}

# run_test_file SANITIZER FILE FOLDER: runs one file, and keeps in FILE.passed how many tests passed and were left out.
run_test_file() {
    local sanitizer=$1 file=$2 run=$3 test skipped options=()
    [ ! -e "$run/$file.passed" ] || return 0
    skipped=$(left_out "$sanitizer" "$file") || return 1
    if [ "$skipped" = "$file" ]; then return; fi
    for test in $skipped; do options+=(--deselect "Tests/Python/$test"); done
    write_reports_to "$reports/${file%.py}"
    if ! "${under[@]}" "$python" -m pytest -q -p no:cacheprovider "Tests/Python/$file" "${options[@]}" >"$run/$file.log" 2>&1 ||
        [ "$(count_reports "$any_report" "$reports/${file%.py}".[0-9]*)" -gt 0 ]; then
        tail -n 30 "$run/$file.log" >&2
        printf '   %s: FAILED\n' "$file" >&2
        return 1
    fi
    sed -nE 's/^([0-9]+) passed(, ([0-9]+) deselected)?.*/\1 \3/p' "$run/$file.log" >"$run/$file.passed"
    printf '   %s: %s\n' "$file" "$(tail -n 1 "$run/$file.log")" >&2
}
