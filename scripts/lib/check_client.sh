# The checks of a client: a package outside of the tree, built as its author would, without flags. Sourced, after setup.sh.

# check_client PYTHON: builds and runs Examples/photograph_in_swift outside of the checkout, and the README's Swift program with it;
# then checks there that what must not compile does not.
check_client() {
    local folder client name
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the folder of now
    trap "rm -rf '$folder'" EXIT
    client=$folder/client
    name=photograph_in_swift
    cp -R "Examples/$name" "$client"
    rm -rf "$client"/.build* "$client/Package.resolved"
    # More targets: the README's program, and one for each file that must not compile.
    "$1" scripts/lib/client_package.py "$PWD" "$client"

    # What SwiftPM planned the last time, of a client elsewhere, it would take for the plan of this one.
    rm -f .build-client/*.yaml .build-client/workspace-state.json .build-client/debug/*description.json

    step "a client outside of the checkout"
    swift build --package-path "$client" --scratch-path .build-client --product PhotographInSwift
    swift build --package-path "$client" --scratch-path .build-client --product ReadmeProgram

    step "the client's programs"
    demo_environment "$1" "$PWD"
    "$environment/bin/python" scripts/lib/small_photograph.py "$folder/small.png"
    VIRTUAL_ENV=$environment .build-client/debug/PhotographInSwift --output "$folder" "$folder/small.png"
    [ -s "$folder/demo-swift.png" ] || fail "The client wrote no picture."
    VIRTUAL_ENV=$environment .build-client/debug/ReadmeProgram | diff "$client/ReadmeProgram/expected.txt" - ||
        fail "The README's Swift program printed something else than the README says."

    step "what must not compile"
    "$1" scripts/lib/must_not_compile.py "$client" .build-client

    step "what must not compile, as Embedded Swift"
    "$1" scripts/lib/embedded_fixtures.py "$PWD" "$folder/embedded"
    rm -f .build-fixtures/*.yaml .build-fixtures/workspace-state.json .build-fixtures/debug/*description.json
    "$1" scripts/lib/must_not_compile.py --embedded "$folder/embedded" .build-fixtures
    rm -r "$folder"
    trap - EXIT
}
