# What the parts of scripts/prove that are shell scripts share. Sourced after setup.sh, from the root of the project.

# Where a part keeps what it built; never looked at by anything else.
proof_cache=${PROOF_CACHE:-$PWD/.prove}
mkdir -p "$proof_cache"

# Whether the short form was asked for.
bounded() { [ "${PROOF_BOUNDED:-}" = 1 ]; }

# row WHAT AMOUNT RESULT: one line of the table. "fuzz: Format" "10,000,000 executions" "0 crashes"
row() {
    printf '   %s · %s · %s\n' "$1" "$2" "$3" >&2
    [ -z "${PROOF_ROWS:-}" ] || printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$PROOF_ROWS"
}

# passed LOG...: how many tests passed in all, by the last lines of pytest.
passed() {
    tail -q -n 1 "$@" | sed -nE 's/(.*[^0-9])?([0-9]+) passed.*/\2/p' | awk '{ sum += $1 } END { print sum + 0 }'
}

# outcome CODE LOG...: what pytest's last lines say did not pass; a crash has no such line.
outcome() {
    if [ "$1" -eq 0 ]; then
        printf '0 failures'
    else
        tail -q -n 1 "${@:2}" | grep -oE '[0-9]+ (failed|errors?)' | paste -sd ' ' | grep . || printf 'ended with code %s' "$1"
    fi
}
