# Mistakes made on purpose: a sanitizer that says nothing is believed only after it has reported these. Sourced by scripts/proofs/sanitizers.

# report_what_is_planted SANITIZER MISTAKE:KIND...: makes each mistake by $python, and fails unless it is reported as that kind.
report_what_is_planted() {
    local sources=scripts/lib/proof/sanitizers/planted library=$folder/planted-$1.so object=$folder/planted-$1.o each mistake seen=0
    step "mistakes made on purpose, under the $1 sanitizer"
    clang -O1 -g -fPIC -c -fsanitize=undefined $sources/planted.c -o "$object"
    swiftc -O -g -wmo -parse-as-library -enable-experimental-feature Embedded -sanitize="$1" -emit-library \
        -module-name planted $sources/planted.swift "$object" -o "$library"
    for each in "${@:2}"; do
        mistake=${each%:*}
        write_reports_to "$folder/planted/$mistake"
        # The mistake may end the program, as the sanitizer wants: what counts is its report.
        "$python" $sources/planted.py "$library" "$mistake" >&2 || true
        [ "$(count_reports "${report_begins[${each#*:}]}" "$folder/planted/$mistake".[0-9]*)" -gt 0 ] ||
            fail "The $1 sanitizer does not report a mistake that was made on purpose: $mistake."
        seen=$((seen + 1))
    done
    row "$1 sanitizer: mistakes" "$seen made on purpose" "$seen reported"
}
