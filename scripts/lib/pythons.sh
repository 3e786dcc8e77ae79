# Every CPython from 3.11 on: where each is had from, and how it is run. Sourced after setup.sh and proof/part.sh, from the
# root of the project; $linked has to be set.
#
# A Python has a name here: `3.14` is a release build, `3.14d` a debug build (Py_DEBUG), `3.13t` a free-threaded one, `3.13td` both.
#
#     use_python 3.14d           gets it, if it is not there yet, and sets $python and the array $inside
#     "${inside[@]}" "$python"   runs it
#
# Release and debug builds are Debian's, each suite in a folder of its own (.prove/pythons/trixie) that is entered by chroot, in a mount
# namespace that nobody else sees. Those that no suite has come from the machine itself. Debian packages no free-threaded build, so that
# one is compiled, from the source that Debian's own packages are made of.

pythons_folder=$proof_cache/pythons
source scripts/lib/debian_suites.sh
source scripts/lib/free_threaded.sh

# The Pythons of Debian's suites: the suite, then the versions in it. Each is there as a release and as a debug build.
debian_pythons=("bookworm 3.11" "trixie 3.13" "sid 3.14 3.15")

# use_python NAME: finds or gets a Python. Sets $python to its path, and $inside to the words in front of a command that run it in its
# suite; no words for a Python of this machine. Fails, with a sentence in $python_missing, if it cannot be had.
use_python() {
    local version=${1%%[dt]*} suite
    inside=() python_missing=""
    if is_free_threaded "$1"; then
        use_free_threaded "$1"
    elif suite=$(suite_of "$version"); then
        get_suite "$suite" || return
        inside=(in_suite "$suite")
        python=/usr/bin/python$version
        [ "$1" = "$version" ] || python+=-dbg
    elif ! python=$(python_of_machine "$version"); then
        python_missing="this machine has no Python $version, and no suite of Debian's that is known here has one"
        return 1
    fi
}

# have_python NAME: whether use_python would have to get nothing.
have_python() {
    local version=${1%%[dt]*} suite
    if is_free_threaded "$1"; then
        [ -x "$(free_threaded_path "$1")" ]
    elif suite=$(suite_of "$version"); then
        [ -d "$pythons_folder/$suite" ]
    else
        python_of_machine "$version" >/dev/null
    fi
}

# suite_of VERSION: prints the suite of Debian's that has it.
suite_of() {
    local each
    for each in "${debian_pythons[@]}"; do
        case " $each " in *" $1 "*) printf '%s\n' "${each%% *}" && return ;; esac
    done
    return 1
}

# python_of_machine VERSION: prints the machine's own.
python_of_machine() {
    local each
    for each in "$linked" $(other_pythons "$linked"); do
        case $("$each" --version) in "Python $1".*) printf '%s\n' "$each" && return ;; esac
    done
    return 1
}
