# What the scripts share: saying what happens, and setting up what is missing. Sourced, from the root of the project.

step() { printf '\n== %s\n' "$*" >&2; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# head_of SCRIPT: prints the comment that a script opens with: what it does and what it can be told.
head_of() { sed -nE '1d; /^#/!q; /^# (proof|inputs): /!s/^# ?//p' "$1"; }

# answer_help SCRIPT ARGUMENT...: prints what there is and ends, if that is what is asked for.
answer_help() {
    local each
    for each in "${@:2}"; do
        case $each in
        -h | --help)
            head_of "$1"
            exit 0
            ;;
        --) return ;;
        esac
    done
}

# no_arguments NAME ARGUMENT...: fails if there is one.
no_arguments() { [ $# -eq 1 ] || fail "$1 takes no arguments, but got '$2'; its --help says what there is."; }

# Fails with one sentence if there is no Swift that is new enough.
need_swift() {
    local version
    command -v swift >/dev/null || fail "swiftbuf is built by Swift, and there is none: install Swift 6.3 or newer from swift.org."
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
    [ "$(printf '6.3\n%s\n' "$version" | sort -V | head -n 1)" = 6.3 ] ||
        fail "swiftbuf needs Swift 6.3 or newer, and this is ${version:-unknown}: install one from swift.org."
}

# Installs the Debian packages that are missing, or says the line to type.
need_packages() {
    local missing=() package as_root=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "These packages, or your system's like them, are missing: ${missing[*]}."
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "Packages are missing. Type: sudo apt-get install ${missing[*]}"
        as_root=(sudo -n)
    fi
    step "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >&2
}

# Prints the interpreter that belongs to the libpython which programs link: the one of pkg-config's python3-embed.
linked_python() {
    local python
    python=$(pkg-config --variable=exec_prefix python3-embed)/bin/python$(pkg-config --modversion python3-embed)
    [ -x "$python" ] || fail "The interpreter of the linked libpython, $python, is missing: install python3."
    printf '%s\n' "$python"
}

# Sets $linked to the interpreter that belongs to the libpython which programs link, after installing Debian's if there is none.
find_linked_python() {
    pkg-config --exists python3-embed 2>/dev/null && "$(linked_python)" -c 'import ensurepip, venv' 2>/dev/null ||
        need_packages libpython3-dev python3-venv pkg-config
    linked=$(linked_python)
}

# Prints one interpreter for each other CPython from 3.11 on that is found on PATH or in pyenv's folder.
other_pythons() {
    local seen minor candidate
    seen=" $("$1" -c 'import sys; print(sys.version_info.minor)') "
    for minor in 11 12 13 14 15; do
        case $seen in *" $minor "*) continue ;; esac
        for candidate in "$(command -v "python3.$minor" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3."$minor".*/bin/python; do
            if [ -x "$candidate" ] && "$candidate" -c "import sys, venv; sys.exit(sys.version_info[:2] != (3, $minor))" 2>/dev/null; then
                printf '%s\n' "$candidate"
                break
            fi
        done
    done
}

# make_environment PYTHON FOLDER: a virtual environment, made if it is not there. Its folder is in $environment.
make_environment() {
    environment=$2
    [ -x "$environment/bin/python" ] || "$1" -m venv "$environment"
}

# install_pinned ENVIRONMENT REQUIREMENTS: installs exactly what a file that scripts/lock made names, each file of it by its hash. It is
# compiled when it is imported: most of it never is.
install_pinned() {
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement "$2"
}

# contents FILE...: prints a hash of what files contain; of folders, of all that is in them.
contents() {
    find "$@" -type f ! -path '*/__pycache__/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# is_done STAMP FILE...: whether the stamp says that what needs these files was done with what they contain now. The times of files say nothing.
is_done() { [ -e "$1" ] && [ "$(cat "$1")" = "$(contents "${@:2}")" ]; }

# demo_environment PYTHON ROOT: the virtual environment of the Swift demo, ROOT/.venv-demo-swift, with what it imports. It needs no
# wheel: the program carries swiftbuf. Its folder is in $environment.
demo_environment() {
    local requirements=$2/Examples/photograph_in_swift/requirements.txt stamp=$2/.venv-demo-swift/swiftbuf-demo.installed
    make_environment "$1" "$2/.venv-demo-swift"
    if is_done "$stamp" "$requirements"; then return; fi
    step "installing NumPy, Pillow, matplotlib and pandas"
    install_pinned "$environment" "$requirements" ||
        fail "pip could not install what the demo uses: its own words are above."
    contents "$requirements" >"$stamp"
}

# pip_wheel PYTHON SOURCE FOLDER: builds the wheel of a checkout or a source distribution into a folder by pip, as a user would; but with
# the pinned tools of .venv-build, which holds nothing else, where pip would take the newest. $environment is that afterwards.
pip_wheel() {
    make_environment "$1" .venv-build && install_pinned "$environment" scripts/requirements/build.txt &&
        "$environment/bin/python" -m pip wheel --quiet --no-deps --no-build-isolation --check-build-dependencies --wheel-dir "$3" "$2"
}

# build_wheel PYTHON: builds the wheel of the checkout, and tells the tests where it is.
build_wheel() {
    [ -z "${SWIFTBUF_WHEEL:-}" ] || return 0
    step "the wheel"
    rm -rf .build-wheel/dist
    pip_wheel "$1" . .build-wheel/dist || return
    SWIFTBUF_WHEEL=$(printf '%s\n' "$PWD"/.build-wheel/dist/*.whl)
    # The stripped extension that is in the wheel, and the same with its symbols.
    SWIFTBUF_WHEEL_EXTENSION=$PWD/.build-wheel/_swiftbuf.abi3.so
    SWIFTBUF_UNSTRIPPED=$PWD/.build-wheel/release/lib_swiftbuf.so
    export SWIFTBUF_WHEEL SWIFTBUF_WHEEL_EXTENSION SWIFTBUF_UNSTRIPPED
}

# build_probe [FOLDER]: builds the extension that the tests import, in Embedded Swift on top of SwiftBuf, as its author would.
build_probe() {
    [ -z "${SWIFTBUF_PROBE:-}" ] || return 0
    local folder=${1:-.build-probe}
    step "the probe extension"
    # Each function in a section of its own, so that the linker leaves out what is not used.
    local name=swiftbuf_probe.abi3.so flag flags=(-Xswiftc -Xfrontend -Xswiftc -function-sections)
    for flag in "--version-script=$PWD/Tests/ProbeExtension/swiftbuf_probe.version" "-soname=$name" --build-id=none --gc-sections \
        -z now -z relro; do
        flags+=(-Xlinker "$flag")
    done
    swift build -c release --package-path Tests/ProbeExtension --scratch-path "$folder" --product swiftbuf_probe "${flags[@]}"
    SWIFTBUF_PROBE=$(realpath "$folder")/$name
    strip --strip-all -o "$SWIFTBUF_PROBE" "$folder/release/libswiftbuf_probe.so"
    export SWIFTBUF_PROBE
}
