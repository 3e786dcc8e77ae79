# The extension and the probe as a sanitizer sees them, and a Python that loads them. Sourced by scripts/proofs/sanitizers.

# build_extension SANITIZER MODE: builds _swiftbuf in Embedded or ordinary Swift. Its path is in $extension. The address sanitizer's
# comes with the undefined-behaviour sanitizer for the C in it, which Swift's compiler has for C alone.
build_extension() {
    step "the extension of $2 Swift under the $1 sanitizer"
    local flags=(-c release --product _swiftbuf --sanitize="$1" --scratch-path "$folder/build-$1-$2")
    [ "$2" = ordinary ] || flags+=(--traits Embedded)
    [ "$2" = Embedded ] || flags+=(-Xswiftc -static-stdlib)
    [ "$1" != address ] || flags+=("${undefined[@]}")
    flags+=(-Xlinker "--version-script=$PWD/Sources/CSwiftBuf/_swiftbuf.version" -Xlinker -soname=_swiftbuf.abi3.so)
    swift build "${flags[@]}" >&2
    extension=$folder/build-$1-$2/release/lib_swiftbuf.so
}

# build_sanitized_probe SANITIZER: builds the probe extension and tells the tests where it is.
build_sanitized_probe() {
    step "the probe extension under the $1 sanitizer"
    local script=$PWD/Tests/ProbeExtension/swiftbuf_probe.version
    swift build -c release --package-path Tests/ProbeExtension --product swiftbuf_probe --sanitize="$1" \
        --scratch-path "$folder/probe-$1" -Xlinker "--version-script=$script" -Xlinker -soname=swiftbuf_probe.abi3.so >&2
    # By the name that Python knows it by.
    SWIFTBUF_PROBE=$folder/probe-$1/swiftbuf_probe.abi3.so
    cp "$folder/probe-$1/release/libswiftbuf_probe.so" "$SWIFTBUF_PROBE"
    export SWIFTBUF_PROBE
}

# make_python: a virtual environment with what the tests need. Its folder is in $environment.
make_python() {
    make_environment "$linked" "$folder/environment"
    local stamp=$environment/tests.installed
    if is_done "$stamp" Tests/Python/requirements.txt; then return; fi
    step "installing what the Python tests need"
    install_pinned "$environment" Tests/Python/requirements.txt
    contents Tests/Python/requirements.txt >"$stamp"
}

# install_extension EXTENSION: puts the package and this extension into the environment, in place of a wheel.
install_extension() {
    local packages
    packages=$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
    rm -rf "$packages/swiftbuf"
    cp -rL python/swiftbuf "$packages"
    cp "$1" "$packages/_swiftbuf.abi3.so"
    cp scripts/lib/proof/sanitizers/beside_sanitizer.py "$packages"
    echo "import beside_sanitizer" >"$packages/beside_sanitizer.pth"
}

# python_under SANITIZER: makes the interpreter that has the sanitizer's runtime in front of everything else. Its path is in $python.
python_under() {
    local name=asan runtime libraries
    [ "$1" != thread ] || name=tsan
    runtime=$(clang -print-file-name="libclang_rt.$name-$(uname -m).so")
    [ -f "$runtime" ] || fail "Swift's clang has no runtime of the $1 sanitizer: $runtime is missing."
    # The thread sanitizer of Swift's clang knows Dispatch, and is not loaded without it.
    libraries=$(dirname "$(realpath "$(command -v swiftc)")")/../lib/swift/linux
    [ "$1" != thread ] || runtime+=:$libraries/libdispatch.so:$libraries/libBlocksRuntime.so
    python=$environment/bin/python-under-$1
    # By its own name, which is then sys.executable: what a test starts is under the sanitizer as well. With -I CPython has its own
    # allocator, whose memory the leak detector does not read.
    cat >"$python" <<END
#!/usr/bin/env bash
export LD_PRELOAD="$runtime\${LD_PRELOAD:+:\$LD_PRELOAD}" PYTHONMALLOC=malloc
[ "\${1:-}" != -I ] || export ASAN_OPTIONS="\${ASAN_OPTIONS:-}:detect_leaks=0"
exec -a "\$0" "$linked" "\$@"
END
    chmod +x "$python"
}
