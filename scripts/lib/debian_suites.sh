# Debian's suites in folders of their own, each with its Pythons, and how a command is run in one. Sourced by pythons.sh.

# Prints where this machine has its own packages from.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1
}

# get_suite SUITE: a Debian suite with its Pythons, and with what the tests run: a C compiler and binutils.
get_suite() {
    local suite=$1 root=$pythons_folder/$1 versions version packages=(gcc g++ libc6-dev binutils) mirror
    [ ! -d "$root" ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        python_missing="Debian's $suite is entered by chroot, which root alone may"
        return 1
    fi
    need_packages debootstrap
    versions=$(printf '%s\n' "${debian_pythons[@]}" | sed -n "s/^$suite //p")
    for version in $versions; do
        packages+=("python$version" "python$version-dbg" "python$version-dev" "python$version-venv" "libpython$version-testsuite")
    done
    step "Debian's $suite, with Python ${versions// / and }, into $root"
    mirror=$(debian_mirror)
    mkdir -p "$pythons_folder"
    rm -rf --one-file-system "$root.partial"
    python_missing="Debian's $suite could not be had: the words of debootstrap or apt-get are above"
    debootstrap --variant=minbase "$suite" "$root.partial" "$mirror" >"$pythons_folder/$suite.log" 2>&1 ||
        { tail -n 5 "$pythons_folder/$suite.log" >&2 && return 1; }
    # The host's word on how packages are fetched, as to the dates of a mirror that stands still. Signatures are checked as always.
    apt-config dump | sed -nE '/^Acquire::(Check|Retries|http|https)/p' >"$root.partial/etc/apt/apt.conf.d/90host"
    DEBIAN_FRONTEND=noninteractive in_root "$root.partial" sh -c \
        'apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"' sh "${packages[@]}" \
        >>"$pythons_folder/$suite.log" 2>&1 || { tail -n 5 "$pythons_folder/$suite.log" >&2 && return 1; }
    in_root "$root.partial" apt-get clean
    mv "$root.partial" "$root"
    python_missing=""
}

# in_suite SUITE COMMAND...: runs a command in a Debian suite, in the folder where we are.
in_suite() { in_root "$pythons_folder/$1" "${@:2}"; }

# in_root ROOT COMMAND...: runs a command with another root folder, in which the project, /tmp, and pip's configuration and certificates
# stand where they stand here. What is mounted for it is seen by nobody else and gone with it.
in_root() {
    unshare --mount --propagation private bash -euc '
        root=$1 project=$2
        shift 2
        for each in /proc /sys /dev /dev/pts /dev/shm /tmp "$project"; do
            mkdir -p "$root$each"
            mount --bind "$each" "$root$each"
        done
        for each in /etc/resolv.conf /etc/hosts /etc/pip.conf "$HOME/.config/pip/pip.conf" /etc/ssl/certs/ca-certificates.crt; do
            if [ -f "$each" ]; then
                install -D -m 644 "$each" "$root$each"
            fi
        done
        # Not a PATH in which this machine has Pythons of its own, but for an environment in the project.
        case $PATH in "$project"/*) first=${PATH%%:*}: ;; *) first= ;; esac
        export PATH=${first}/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
        exec chroot "$root" env --chdir="$PWD" "$@"
    ' in_root "$1" "$PWD" "${@:2}"
}
